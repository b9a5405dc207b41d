from dataclasses import replace
from datetime import date, timedelta

import pytest

from contracts.authority import Protection
from contracts.execution import DistributedRow
from services.journal.person import (
    Carried,
    carried_after_clearance,
    carried_after_end,
    carried_now,
    carrying_units,
    cleared_now,
    corrected_now,
    known_now,
    protected_now,
    units_of,
)
from tests.support.journals import NOW, TODAY, distributed, ended, moira, row
from tests.support.municipality import unit
from tests.support.orders import person
from tests.support.people import actor

HERE = unit("blandaren-ute")


def told(known: Carried | None, *rows: DistributedRow) -> Carried:
    return carried_now(known, distributed(*rows), person())


@pytest.mark.requirement("TRE-JOUR-04")
def test_the_units_that_have_a_row_carry_it_out() -> None:
    known = told(None, row(1), row(2, "blandaren"))
    assert carrying_units([known], TODAY) == {HERE, unit("blandaren")}


@pytest.mark.requirement("TRE-JOUR-04")
def test_a_planned_insats_counts_and_one_whose_last_day_has_passed_does_not() -> None:
    planned = told(None, row(period_from=date(2027, 1, 1)))
    last_day_today = told(None, row(period_to=TODAY))
    over = told(None, row(period_to=TODAY - timedelta(days=1)))
    assert carrying_units([planned], TODAY) == {HERE}
    assert carrying_units([last_day_today], TODAY) == {HERE}
    assert carrying_units([over], TODAY) == frozenset()
    assert units_of([over]) == {HERE}


def test_a_recalled_row_is_gone() -> None:
    both = told(None, row(1), row(2, "blandaren"))
    assert units_of([told(both, row(1))]) == {HERE}
    assert units_of([told(both)]) == frozenset()


def test_an_ended_row_has_a_last_day_and_stays_known_when_others_are_sent() -> None:
    known = carried_after_end(told(None, row(1)), ended(TODAY))
    assert carrying_units([known], TODAY) == {HERE}
    assert carrying_units([known], TODAY + timedelta(days=1)) == frozenset()
    later = told(known, row(2, "blandaren"))
    assert units_of([later]) == {HERE, unit("blandaren")}


@pytest.mark.requirement("TRE-JOUR-04")
def test_an_ended_row_that_is_sent_again_goes_on_as_long_as_it_now_says() -> None:
    known = carried_after_end(told(None, row(1)), ended(TODAY))
    longer = told(known, row(1, period_to=TODAY + timedelta(days=5)))
    assert carrying_units([longer], TODAY + timedelta(days=5)) == {HERE}
    assert carrying_units([longer], TODAY + timedelta(days=6)) == frozenset()


def test_the_end_of_a_row_that_is_not_known_changes_nothing() -> None:
    known = told(None, row(1))
    assert carried_after_end(known, ended(TODAY, number=9)) == known


def test_the_newer_card_counts_whichever_comes_first() -> None:
    older, newer = moira(), replace(moira(family_name="Ny"), told_at=NOW + timedelta(days=1))
    assert known_now(older, newer, []).family_name == "Ny"
    assert known_now(newer, older, []).family_name == "Ny"


@pytest.mark.requirement("DOM-PROT-01")
def test_an_order_from_before_the_protection_never_lifts_it() -> None:
    protected = moira(protection=Protection.PROTECTED_REGISTRATION)
    plain = replace(moira(family_name="Ny"), told_at=NOW + timedelta(days=1))
    for after in (known_now(protected, plain, []), known_now(plain, protected, [])):
        assert (after.protection, after.family_name) == (Protection.PROTECTED_REGISTRATION, "Ny")


@pytest.mark.requirement("DOM-PROT-01")
def test_a_correction_counts_when_it_is_newer_also_when_it_lifts_the_protection() -> None:
    protected = moira(protection=Protection.PROTECTED_REGISTRATION)
    plain = replace(moira(family_name="Ny"), told_at=NOW + timedelta(days=1))
    now, before = NOW + timedelta(days=1), NOW
    after = corrected_now(protected, plain, now, [])
    assert after == replace(plain, corrected_at=now)
    assert corrected_now(after, protected, before, []) == after
    assert known_now(after, replace(plain, told_at=now), []).corrected_at == now


@pytest.mark.requirement("DOM-PROT-01")
def test_a_protection_that_is_raised_for_an_order_holds_and_one_that_ends_there_does_not() -> None:
    card = person(protection=Protection.PROTECTED_REGISTRATION)
    assert protected_now(moira(), card).protected
    assert protected_now(moira(protection=Protection.ASSUMED_IDENTITY), person()).protected


@pytest.mark.requirement("DOM-PROT-01")
def test_those_whom_any_of_the_assignments_names_may_see_a_protected_person() -> None:
    eva, moa, jonas = (actor(login).member_id for login in ("eva.nyberg", "moa.kvist", "jonas.ek"))
    first = carried_now(None, distributed(row(1)), person(cleared=(eva, jonas)))
    second = carried_now(None, distributed(row(2, "aspen-ute")), person(cleared=(moa, eva)))
    assert known_now(moira(), moira(), [first, second]).cleared == (eva, jonas, moa)
    without_jonas = carried_now(first, distributed(row(1)), person(cleared=(eva,)))
    assert known_now(moira(), moira(), [without_jonas, second]).cleared == (eva, moa)


@pytest.mark.requirement("DOM-PROT-01")
def test_whoever_an_assignment_no_longer_names_sees_the_person_only_if_another_one_does() -> None:
    eva, moa, jonas = (actor(login).member_id for login in ("eva.nyberg", "moa.kvist", "jonas.ek"))
    first = carried_now(None, distributed(row(1)), person(cleared=(eva, jonas)))
    second = carried_now(None, distributed(row(2, "aspen-ute")), person(cleared=(eva,)))
    after = carried_after_clearance(first, person(cleared=(moa,)))
    assert (after.rows, after.cleared) == (first.rows, (moa,))
    known = known_now(moira(), moira(), [first, second])
    assert cleared_now(known, [after, second]) == replace(known, cleared=(moa, eva))
