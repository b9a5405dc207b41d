"""A unit (enhet) and its place in the tree: what a role at it covers, and whether it is still there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.auth import Actor
from chassis.decision import SYSTEM, Decision, Invalid, NotAllowed, Refused, Who
from contracts.organisation import Role, ServiceMark, UnitChanged, UnitDetails, UnitKind
from contracts.sealed import Sealed
from services.organisation.dated import Dated, first_day, last_day, lengthened

ADMINISTRATORS = (Role.SYSTEM_ADMIN,)


class UnknownParent(Invalid):
    """Den överordnade enheten finns inte."""


class NeedsParent(Invalid):
    """Bara kommunen står överst. Välj en överordnad enhet."""


class BelowItself(Refused):
    """En enhet kan inte ligga under sig själv eller någon av sina underenheter."""


class OutlivesParent(Refused):
    """En enhet som finns kvar kan inte ligga under en enhet som upphör. Flytta eller avsluta underenheterna först."""


class UnknownUnit(Invalid):
    """Enheten finns inte."""


class UnitEnded(Refused):
    """Enheten upphörde {ended_on} och kan inte få nya medarbetare eller chefer."""


@dataclass(frozen=True)
class Unit:
    """A unit of the organisation (F-03)."""

    id: UUID
    name: str
    kind: UnitKind
    parent_id: UUID | None = None
    path: tuple[UUID, ...] = ()
    """Its ancestors from the root down, itself last; follows from the parents."""
    business_area: str | None = None
    internal: bool = True
    """False for a private provider."""
    mark: ServiceMark | None = None
    ended_on: date | None = None
    """The first day it is no more."""
    code: str | None = None
    """Its name in the organisation file; none when it was made at a door."""

    @property
    def label(self) -> str:
        """What operators call it."""
        return self.code or str(self.id)

    def ended(self, on: date) -> bool:
        return self.ended_on is not None and self.ended_on <= on


def unit_id(code: str) -> UUID:
    """The id of a unit of the organisation file."""
    return uuid5(NAMESPACE_URL, f"stafett:unit:{code}")


def acting(by: Actor, unit: Unit, allowed: tuple[Role, ...] = ADMINISTRATORS) -> Who:
    """Acting at a unit, or at the nearest unit above it, in one of these roles.

    The path decides and not the replica's idea of what is below, so that a unit made a moment ago counts too.
    Everybody may see that a unit exists, so without such a role it is NotAllowed, never NotFound.
    """
    mine = by.units(allowed)
    for above in reversed(unit.path):
        if above in mine:
            return by.at(above, allowed)
    raise NotAllowed


def reshape(before: Mapping[UUID, Unit], wanted: Iterable[Unit], today: date, by: Who = SYSTEM) -> list[Decision[Unit]]:
    """The tree with these units put in it: a decision for each that is new or changed, parents first.

    A unit that is moved takes all below it along: their paths change, and that is told too.
    """
    tree = {**before, **{unit.id: unit for unit in wanted}}
    after = [replace(unit, path=_path(unit, tree)) for unit in tree.values()]
    for unit in after:
        _check_place(unit, tree, today)
    changed = sorted((unit for unit in after if unit != before.get(unit.id)), key=lambda unit: len(unit.path))
    return [Decision(unit, (_told(unit),), by) for unit in changed]


def _path(unit: Unit, tree: Mapping[UUID, Unit]) -> tuple[UUID, ...]:
    path, at = [unit.id], unit
    while at.parent_id is not None:
        if at.parent_id in path:
            raise BelowItself("parent_id")
        if at.parent_id not in tree:
            raise UnknownParent("parent_id")
        at = tree[at.parent_id]
        path.insert(0, at.id)
    return tuple(path)


def _check_place(unit: Unit, tree: Mapping[UUID, Unit], today: date) -> None:
    if unit.parent_id is None:
        if unit.kind is not UnitKind.MUNICIPALITY:
            raise NeedsParent("parent_id")
        return
    until = tree[unit.parent_id].ended_on or date.max
    if not unit.ended(today) and (unit.ended_on or date.max) > until:
        raise OutlivesParent("ended_on")


def _told(unit: Unit) -> UnitChanged:
    return UnitChanged(
        unit_id=unit.id,
        path=unit.path,
        kind=unit.kind,
        business_area=unit.business_area,
        internal=unit.internal,
        mark=unit.mark,
        ended_on=unit.ended_on,
        details=Sealed(UnitDetails(name=unit.name)),
    )


def outlives(dated: Dated, before: Iterable[Dated], unit: Unit, today: date) -> bool:
    """True when somebody would be tied anew, or for longer, to a unit that has ended by then (before: the same tie as
    it was). Ties from the time before the end stay as they are, and may be shortened."""
    if unit.ended_on is None or not unit.ended(max(today, first_day(dated))):
        return False
    return last_day(dated) >= unit.ended_on and lengthened(dated, before)
