from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest

from contracts.authority import Protection
from contracts.execution import AssignmentDistributed
from services.deviation.person import (
    Carried,
    belongs_to,
    carried_after_clearance,
    carried_after_end,
    carried_now,
    cleared_now,
    corrected_now,
    known_now,
    person_of,
    protected_now,
)
from tests.support.deviations import ASSIGNMENT, NOW, TODAY, distributed, ended, row
from tests.support.municipality import member, unit
from tests.support.orders import person

UTE, ASPEN = unit("blandaren-ute"), unit("aspen-ute")
EARLIER = NOW - timedelta(days=1)
EVA, JONAS, MOA = (member(login) for login in ("eva.nyberg", "jonas.ek", "moa.kvist"))


def told(known: Carried | None, event: AssignmentDistributed) -> Carried:
    return carried_now(known, event, person())


def test_a_person_belongs_to_the_units_whose_insatser_run_that_day_the_newest_first() -> None:
    carried = told(None, distributed(row(1), row(2, "aspen-ute", period_from=date(2026, 11, 20))))
    assert belongs_to([carried], (TODAY,)) == (ASPEN, UTE)
    assert belongs_to([carried], (date(2026, 11, 10),)) == (UTE,)


def test_the_day_it_happened_and_today_both_count() -> None:
    carried = told(
        None, distributed(row(1, period_to=date(2026, 11, 21)), row(2, "aspen-ute", period_from=date(2026, 11, 22)))
    )
    assert belongs_to([carried], (TODAY,)) == (ASPEN,)
    assert belongs_to([carried], (TODAY, date(2026, 11, 21))) == (ASPEN, UTE)


def test_an_insats_is_carried_out_on_its_last_day_and_not_the_day_after() -> None:
    carried = carried_after_end(told(None, distributed(row(1), row(2, "aspen-ute"))), ended(date(2026, 11, 23)))
    assert UTE in belongs_to([carried], (TODAY,))
    assert belongs_to([carried], (TODAY + timedelta(days=1),)) == (ASPEN,)


def test_when_nothing_runs_the_last_unit_still_takes_the_report() -> None:
    carried = told(None, distributed(row(1, period_to=date(2026, 11, 5))))
    assert belongs_to([carried], (TODAY,)) == (UTE,)
    assert belongs_to([], (TODAY,)) == ()


def test_a_new_distribution_replaces_the_rows_but_keeps_what_has_ended() -> None:
    first = carried_after_end(told(None, distributed(row(1), row(2))), ended(date(2026, 11, 10), 1))
    again = told(first, distributed(row(3, "aspen-ute")))
    assert {one.id for one in again.rows} == {UUID(int=1), UUID(int=3)}
    kept = told(first, distributed(row(1), row(2)))
    assert next(one for one in kept.rows if one.id == UUID(int=1)).ended_on == date(2026, 11, 10)


def test_recalled_rows_are_gone() -> None:
    assert told(told(None, distributed(row(1))), distributed()).rows == ()


def test_an_end_of_a_row_that_is_not_known_changes_nothing() -> None:
    carried = told(None, distributed(row(1)))
    assert carried_after_end(carried, ended(TODAY, 9)) == carried


def test_two_assignments_of_the_same_person_count_together() -> None:
    one = told(None, distributed(row(1)))
    other = told(None, distributed(row(2, "aspen-ute"), assignment_id=uuid5(ASSIGNMENT, "other")))
    assert set(belongs_to([one, other], (TODAY,))) == {UTE, ASPEN}


def test_the_newest_card_counts_whatever_order_they_come_in() -> None:
    old, new = person_of(person(family_name="Yilmaz"), EARLIER), person_of(person(), NOW)
    assert known_now(old, new, []).name == "Mustafsson, Moira"
    assert known_now(new, old, []).name == "Mustafsson, Moira"


@pytest.mark.requirement("DOM-PROT-01")
def test_protection_is_never_lifted_by_a_card_without_it() -> None:
    hidden = person_of(person(protection=Protection.CONFIDENTIALITY_MARK), EARLIER)
    open_card = person_of(person(family_name="Ny"), NOW)
    for merged in (known_now(hidden, open_card, []), known_now(open_card, hidden, [])):
        assert (merged.family_name, merged.protection) == ("Ny", Protection.CONFIDENTIALITY_MARK)


@pytest.mark.requirement("DOM-PROT-01")
def test_those_whom_any_of_the_assignments_names_may_see_a_protected_person() -> None:
    hidden = person_of(person(protection=Protection.CONFIDENTIALITY_MARK), NOW)
    one, other = (carried_now(None, distributed(row(1)), person(cleared=named)) for named in ((EVA, JONAS), (MOA, EVA)))
    assert known_now(hidden, hidden, [one, other]).cleared == (EVA, JONAS, MOA)
    without_jonas = carried_now(one, distributed(row(1)), person(cleared=(EVA,)))
    assert known_now(hidden, hidden, [without_jonas, other]).cleared == (EVA, MOA)


@pytest.mark.requirement("DOM-PROT-01")
def test_whoever_an_assignment_no_longer_names_sees_the_person_only_if_another_one_does() -> None:
    one, other = (carried_now(None, distributed(row(1)), person(cleared=named)) for named in ((EVA, JONAS), (EVA,)))
    after = carried_after_clearance(one, person(cleared=(MOA,)))
    assert (after.rows, after.cleared) == (one.rows, (MOA,))
    known = known_now(person_of(person(), NOW), person_of(person(), NOW), [one, other])
    assert cleared_now(known, [after, other]) == replace(known, cleared=(MOA, EVA))


@pytest.mark.requirement("DOM-PROT-01")
def test_a_correction_counts_when_it_is_newer_also_when_it_lifts_the_protection() -> None:
    hidden = person_of(person(protection=Protection.CONFIDENTIALITY_MARK), EARLIER)
    plain = person_of(person(family_name="Mustafson"), NOW)
    after = corrected_now(hidden, plain, NOW, [])
    assert after == replace(plain, corrected_at=NOW)
    assert corrected_now(after, hidden, EARLIER, []) == after
    assert protected_now(after, person(protection=Protection.CONFIDENTIALITY_MARK)).protected
    assert protected_now(hidden, person()).protected
