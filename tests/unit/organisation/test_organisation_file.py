import pytest

from services.organisation.organisation_file import FileProblems, parse
from tests.support.municipality import FILE

GOOD = """
units:
  - {code: kommunen, name: Kommunen, kind: municipality}
  - {code: ao, name: ÄO, kind: area, parent: kommunen}
  - {code: blandaren, name: Blandaren, kind: provider, parent: ao, mark: aid}
members:
  - {login: eva.nyberg, name: Eva Nyberg, title: Samordnare, roles: [coordinator@blandaren]}
managers:
  - {unit: blandaren, member: eva.nyberg, valid_from: 2026-01-01}
"""


def problems(old: str, new: str) -> tuple[str, ...]:
    """What is wrong with the file when one thing in it is replaced."""
    assert old in GOOD
    with pytest.raises(FileProblems) as found:
        parse(GOOD.replace(old, new))
    return found.value.problems


def test_the_demo_municipality_is_a_good_file() -> None:
    wanted = parse(FILE.read_text("utf-8"))
    assert len(wanted.units) > 30


@pytest.mark.requirement("F-03")
def test_the_demo_municipality_has_units_of_every_level_internal_and_external_for_service_and_aid() -> None:
    units = parse(FILE.read_text("utf-8")).units
    levels = {"municipality", "authority", "area", "provider", "unit", "sub_unit", "residence"}
    assert {unit.kind.value for unit in units} == levels
    assert {unit.internal for unit in units} == {True, False}
    assert {unit.mark.value for unit in units if unit.mark} == {"service", "aid"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("parent: ao", "parent: aoo", "unit blandaren: parent: unknown unit 'aoo'"),
        (", parent: kommunen", "", "unit ao: parent: missing; only the municipality stands without one"),
        ("code: ao", "code: blandaren", "unit blandaren: it is there 2 times"),
        ("kind: area, parent: kommunen", "kind: area, parent: ao", "unit ao: parent: it stands below itself (ao < ao)"),
        (
            "kind: area, parent: kommunen",
            "kind: area, parent: blandaren",
            "unit ao: parent: it stands below itself (ao < blandaren < ao)",
        ),
        (
            "kind: area,",
            "kind: area, ended_on: 2026-01-01,",
            "unit blandaren: ended_on: it can't outlive 'ao' above it, which ends 2026-01-01",
        ),
        ("mark: aid", "mark: help", "unit blandaren: mark: Input should be 'service' or 'aid'"),
        ("mark: aid", "colour: red", "unit blandaren: colour: Extra inputs are not permitted"),
        ("name: ÄO, ", "", "unit ao: name: Field required"),
        ("code: ao, ", "", "unit number 2: code: Field required"),
        (
            "  - {code: ao,",
            "  - ao\n  - {code: ao,",
            "unit number 2: the line: Input should be a valid dictionary or instance of UnitLine",
        ),
        ("coordinator@", "boss@", "member eva.nyberg: roles: unknown role 'boss' in 'boss@blandaren' (there are "),
        ("coordinator@blandaren", "coordinator@b", "member eva.nyberg: roles: unknown unit 'b' in 'coordinator@b'"),
        (
            "coordinator@blandaren",
            "coordinator",
            "member eva.nyberg: roles: 'coordinator' is not of the form role@unit",
        ),
        (
            "coordinator@blandaren",
            "coordinator@ao, coordinator@ao",
            "member eva.nyberg: roles: 'coordinator@ao' is there 2 times",
        ),
        (
            "members:\n",
            "members:\n  - {login: eva.nyberg, name: E, title: T, roles: []}\n",
            "member eva.nyberg: it is there 2 times",
        ),
        ("title: Samordnare", "email: eva", "member eva.nyberg: email: String should match pattern"),
        ("unit: blandaren", "unit: b", "manager of b: unknown unit"),
        ("member: eva.nyberg", "member: eva", "manager of blandaren: member: 'eva' is not a member"),
        ("[coordinator@blandaren]", "[]", "manager of blandaren: member: 'eva.nyberg' has no role"),
        (
            "valid_from: 2026-01-01",
            "valid_from: 2026-01-01, valid_to: 2025-01-01",
            "manager of blandaren: valid_to: 2025-01-01 is before valid_from 2026-01-01",
        ),
        (
            "managers:\n",
            "managers:\n  - {unit: blandaren, member: eva.nyberg, valid_from: 2026-06-01}\n",
            "manager of blandaren: eva.nyberg and eva.nyberg answer for it on the same days",
        ),
        ("members:", "people:", "people: not a part of this file (units, members, managers)"),
        ("members:", "people:", "members: missing, or not a list (write `members: []` when there are none)"),
        ("units:", "units", "not YAML: "),
        (GOOD, "", "the file must have the parts units, members, managers"),
        (GOOD, "{units: [], members: [], managers: []}", "units: none; that would end the whole organisation"),
    ],
)
def test_what_is_wrong_is_told_with_the_lines_code_or_login(old: str, new: str, problem: str) -> None:
    found = problems(old, new)
    assert any(said.startswith(problem) for said in found), found


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert problems("name: Blandaren, kind: provider", "kin: x") == (
        "unit blandaren: name: Field required",
        "unit blandaren: kind: Field required",
        "unit blandaren: kin: Extra inputs are not permitted",
    )
    assert len(problems("code: blandaren", "code: b")) == 2


def test_a_deputy_twice_on_the_same_days_is_a_mistake_but_two_deputies_are_not() -> None:
    deputies = (
        "valid_from: 2026-01-01, deputy: true}\n  - {unit: blandaren, member: eva.nyberg, "
        "valid_from: 2026-05-01, deputy: true"
    )
    assert problems("valid_from: 2026-01-01", deputies) == (
        "manager of blandaren: eva.nyberg is its deputy twice on the same days",
    )
