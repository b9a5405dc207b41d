from datetime import date
from typing import Any

import pytest

from chassis.decision import NotFound
from services.authority.aid_decision import AidDecision
from services.authority.features.decide import (
    Decide,
    NotDecidedYet,
    NotInForce,
    PeriodEndsBeforeStart,
    PeriodStartMissing,
    decide,
)
from services.authority.person import Person
from tests.support.cases import NOW, TODAY, moira, new_id, protected
from tests.support.municipality import member
from tests.support.people import actor


def decided(person: Person | None = None, login: str = "karin.berg", **fields: Any) -> AidDecision:
    values = {
        "decided_on": "2026-11-18",
        "decision_maker": "Karin Berg",
        "decision_type": "Personlig omvårdnad",
        "legal_basis": "sol2025-11-1",
    }
    command = Decide.model_validate(values | fields)
    return decide(person or moira(), command, actor(login), new_id("decision"), "0700002", NOW, TODAY).state


@pytest.mark.requirement("F-07")
def test_a_decision_says_what_when_by_whom_and_on_which_basis() -> None:
    decision = decided(period_from="2026-12-01", period_to="2027-05-31")
    assert decision.person_id == moira().id
    assert (decision.period_from, decision.period_to) == (date(2026, 12, 1), date(2027, 5, 31))
    assert decision.basis_shown == "11 kap. 1 § SoL (2025:400)"
    assert decision.registered_by == member("karin.berg")


@pytest.mark.requirement("F-07")
def test_the_period_may_be_missing_or_open() -> None:
    assert decided().period_from is None
    assert decided(period_from="2026-12-01").period_to is None


@pytest.mark.requirement("C-14", "DOM-LAW-01")
def test_the_basis_is_one_that_was_in_force_on_the_day_of_the_decision() -> None:
    with pytest.raises(NotInForce):
        decided(legal_basis="sol2001-4-1")
    with pytest.raises(NotInForce):
        decided(decided_on="2025-06-30", legal_basis="sol2025-11-1")
    old = decided(decided_on="2025-06-30", legal_basis="sol2001-4-1")
    assert old.basis_shown == "4 kap. 1 § SoL (2001:453)"
    assert decided(legal_basis="lss-9-9").basis_shown == "9 § 9 LSS (1993:387)"


def test_a_basis_outside_the_list_is_refused() -> None:
    with pytest.raises(NotInForce) as refused:
        decided(legal_basis="4 kap. 1 § SoL")
    assert refused.value.field == "legal_basis"


def test_a_decision_is_registered_when_it_has_been_made() -> None:
    with pytest.raises(NotDecidedYet):
        decided(decided_on="2026-11-24")


def test_a_period_has_a_start_and_ends_after_it() -> None:
    with pytest.raises(PeriodStartMissing):
        decided(period_to="2027-05-31")
    with pytest.raises(PeriodEndsBeforeStart):
        decided(period_from="2026-12-01", period_to="2026-11-30")
    assert decided(period_from="2026-12-01", period_to="2026-12-01")


def test_only_those_who_see_the_person_decide() -> None:
    for login in ("sara.lind", "omar.haddad"):
        with pytest.raises(NotFound):
            decided(login=login)
    with pytest.raises(NotFound):
        decided(protected(), login="sara.lind")
