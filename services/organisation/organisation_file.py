"""The organisation file: what an operator wrote, checked, its problems told with the line's code or login."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, TypeVar
from uuid import UUID

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.event import Code
from contracts.organisation import Role, ServiceMark, UnitKind
from services.organisation.dated import overlap
from services.organisation.line import Email, Line
from services.organisation.unit import unit_id

SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as quick where PyYAML brings libyaml."""


class FileProblems(Exception):
    """The organisation file can't be loaded: one line for each thing that is wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class FileLine(BaseModel):
    """A line of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UnitLine(FileLine):
    """A unit: the code is what the file calls it and stays the same, the name may change."""

    code: Code
    name: Line
    kind: UnitKind
    parent: Code | None = None
    business_area: Code | None = None
    internal: bool = True
    mark: ServiceMark | None = None
    ended_on: date | None = None


class MemberLine(FileLine):
    """A member: the login is the subject of their token; a role is written `role@unit`."""

    login: Line
    name: Line
    title: Line
    email: Email | None = None
    roles: tuple[Line, ...]

    @property
    def held(self) -> tuple[tuple[UUID, Role], ...]:
        """The roles as (unit, role); to be asked when they have been checked."""
        parted = (role.partition("@") for role in self.roles)
        return tuple((unit_id(code), Role(role)) for role, _, code in parted)


class ManagerLine(FileLine):
    """Who answers for a unit, from and to (inclusive) a day."""

    unit: Code
    member: Line
    valid_from: date
    valid_to: date | None = None
    deputy: bool = False


AnyLine = TypeVar("AnyLine", bound=FileLine)
PARTS = ("units", "members", "managers")


@dataclass(frozen=True)
class Wanted:
    """The organisation that a file asks for."""

    units: tuple[UnitLine, ...]
    members: tuple[MemberLine, ...]
    managers: tuple[ManagerLine, ...]


def parse(text: str) -> Wanted:
    """What the file asks for. FileProblems when it can't be read or contradicts itself."""
    content = _content(text)
    problems: list[str] = []
    units = _lines(content["units"], UnitLine, "unit", "code", problems)
    members = _lines(content["members"], MemberLine, "member", "login", problems)
    managers = _lines(content["managers"], ManagerLine, "manager of", "unit", problems)
    if not problems:
        by_code = {unit.code: unit for unit in units}
        by_login = {member.login: member for member in members}
        problems += _twice("unit", (unit.code for unit in units))
        problems += _twice("member", (member.login for member in members))
        problems += [f"unit {unit.code}: {said}" for unit in units for said in _place(unit, by_code)]
        problems += [f"member {member.login}: {said}" for member in members for said in _roles(member, by_code)]
        problems += [f"manager of {line.unit}: {said}" for line in managers for said in _manager(line, units, by_login)]
        problems += _two_managers(managers)
    if problems:
        raise FileProblems(problems)
    return Wanted(tuple(units), tuple(members), tuple(managers))


def _content(text: str) -> dict[str, list[Any]]:
    try:
        content = yaml.load(text, Loader=SAFE)  # noqa: S506, both are safe
    except yaml.YAMLError as error:
        raise FileProblems([f"not YAML: {' '.join(str(error).split())}"]) from error
    if not isinstance(content, dict):
        raise FileProblems([f"the file must have the parts {', '.join(PARTS)}"])
    problems = [f"{part}: not a part of this file ({', '.join(PARTS)})" for part in content if part not in PARTS]
    not_lists = [part for part in PARTS if not isinstance(content.get(part), list)]
    problems += [f"{part}: missing, or not a list (write `{part}: []` when there are none)" for part in not_lists]
    if content.get("units") == []:
        problems.append("units: none; that would end the whole organisation")
    if problems:
        raise FileProblems(problems)
    return content


def _lines(entries: list[Any], shape: type[AnyLine], kind: str, key: str, problems: list[str]) -> list[AnyLine]:
    lines = []
    for number, entry in enumerate(entries, 1):
        try:
            lines.append(shape.model_validate(entry))
        except ValidationError as error:
            named = entry.get(key) if isinstance(entry, dict) else None
            for fault in error.errors(include_url=False):
                field = ".".join(map(str, fault["loc"])) or "the line"
                problems.append(f"{kind} {named or f'number {number}'}: {field}: {fault['msg']}")
    return lines


def _twice(kind: str, names: Iterable[str]) -> list[str]:
    return [f"{kind} {name}: it is there {times} times" for name, times in Counter(names).items() if times > 1]


def _place(unit: UnitLine, by_code: Mapping[str, UnitLine]) -> Iterator[str]:
    if unit.parent is None:
        if unit.kind is not UnitKind.MUNICIPALITY:
            yield "parent: missing; only the municipality stands without one"
        return
    parent = by_code.get(unit.parent)
    if parent is None:
        yield f"parent: unknown unit '{unit.parent}'"
        return
    if parent.ended_on and (unit.ended_on or date.max) > parent.ended_on:
        yield f"ended_on: it can't outlive '{parent.code}' above it, which ends {parent.ended_on}"
    above = [unit.code]
    at: UnitLine | None = parent
    while at is not None and at.code not in above:
        above.append(at.code)
        at = by_code.get(at.parent or "")
    if at is unit:
        yield f"parent: it stands below itself ({' < '.join([*above, unit.code])})"


def _roles(member: MemberLine, by_code: Mapping[str, UnitLine]) -> Iterator[str]:
    for text in member.roles:
        role, at, code = text.partition("@")
        if not at:
            yield f"roles: '{text}' is not of the form role@unit"
            continue
        if role not in list(Role):
            yield f"roles: unknown role '{role}' in '{text}' (there are {', '.join(Role)})"
        if code not in by_code:
            yield f"roles: unknown unit '{code}' in '{text}'"
    for text, times in Counter(member.roles).items():
        if times > 1:
            yield f"roles: '{text}' is there {times} times"


def _manager(line: ManagerLine, units: Iterable[UnitLine], by_login: Mapping[str, MemberLine]) -> Iterator[str]:
    if line.unit not in {unit.code for unit in units}:
        yield "unknown unit"
    member = by_login.get(line.member)
    if member is None:
        yield f"member: '{line.member}' is not a member"
    elif not member.roles:
        yield f"member: '{line.member}' has no role"
    if line.valid_to and line.valid_to < line.valid_from:
        yield f"valid_to: {line.valid_to} is before valid_from {line.valid_from}"


def _two_managers(lines: Iterable[ManagerLine]) -> Iterator[str]:
    """One ordinary manager at a time, and each term once."""
    for one, other in combinations(lines, 2):
        if one.unit != other.unit or not overlap(one, other):
            continue
        if not one.deputy and not other.deputy:
            yield f"manager of {one.unit}: {one.member} and {other.member} answer for it on the same days"
        elif (one.member, one.deputy) == (other.member, other.deputy):
            yield f"manager of {one.unit}: {one.member} is its deputy twice on the same days"
