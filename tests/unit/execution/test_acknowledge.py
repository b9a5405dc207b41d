from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from chassis.decision import NotFound
from contracts.authority import Protection
from contracts.organisation import Role
from services.execution.assignment import Assignment, Row, RowStatus, Status
from services.execution.features.acknowledge import (
    Acknowledge,
    ChooseUnit,
    NotAtUnit,
    NotDistributed,
    NotYourUnit,
    acknowledge,
)
from services.execution.features.receive import receive
from services.execution.transitions import Withdrawn
from tests.support.municipality import unit
from tests.support.orders import order, person, sent
from tests.support.people import actor

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)


def distributed(*codes: str) -> Assignment:
    received = receive(sent(), order(), NOW).state
    rows = tuple(
        Row(UUID(int=n), "morgonhjalp", "Morgonhjälp", unit(code), date(2026, 12, 1), status=RowStatus.SENT)
        for n, code in enumerate(codes)
    )
    return replace(received, status=Status.DISTRIBUTED, rows=rows)


@pytest.mark.requirement("TRE-ACK-01")
def test_a_care_worker_acknowledges_and_the_assignment_leaves_nya_uppdrag() -> None:
    before = distributed("blandaren-ute")
    decision = acknowledge(before, Acknowledge(), actor("jonas.ek"), NOW)
    assert before.queue_unit_ids == (unit("blandaren-ute"),)
    assert decision.state.queue_unit_ids == ()
    assert decision.state.status is Status.ACKNOWLEDGED
    (event,) = decision.events
    assert event.model_dump(include={"acknowledged_by", "complete"}) == {
        "acknowledged_by": actor("jonas.ek").member_id,
        "complete": True,
    }


@pytest.mark.requirement("TRE-ACK-01")
def test_the_first_acknowledgement_counts_and_a_later_one_is_recorded_without_telling_anybody() -> None:
    first = acknowledge(distributed("blandaren-ute"), Acknowledge(), actor("jonas.ek"), NOW).state
    again = acknowledge(first, Acknowledge(), actor("eva.nyberg"), LATER)
    assert again.events == ()
    assert [done.name for done in again.state.acknowledgements] == ["Jonas Ek", "Eva Nyberg"]


def test_each_unit_that_carries_it_out_acknowledges_for_itself() -> None:
    both = distributed("blandaren-ute", "blandaren")
    first = acknowledge(both, Acknowledge(), actor("jonas.ek"), NOW)
    assert first.state.status is Status.DISTRIBUTED
    assert first.state.queue_unit_ids == (unit("blandaren"),)
    second = acknowledge(first.state, Acknowledge(), actor("eva.nyberg"), LATER)
    assert second.state.status is Status.ACKNOWLEDGED


def test_somebody_at_several_of_the_units_says_for_which() -> None:
    both = distributed("blandaren-ute", "blandaren")
    with pytest.raises(ChooseUnit):
        acknowledge(both, Acknowledge(), actor("eva.nyberg"), NOW)
    chosen = acknowledge(both, Acknowledge(unit_id=unit("blandaren")), actor("eva.nyberg"), NOW)
    assert chosen.state.queue_unit_ids == (unit("blandaren-ute"),)


def test_what_is_not_distributed_cannot_be_acknowledged() -> None:
    with pytest.raises(NotDistributed):
        acknowledge(receive(sent(), order(), NOW).state, Acknowledge(), actor("eva.nyberg"), NOW)


def test_those_at_other_units_than_the_ones_that_carry_it_out_do_not_acknowledge() -> None:
    only_here = replace(actor("jonas.ek"), roles={unit("blandaren"): frozenset({Role.CARE_WORKER})})
    with pytest.raises(NotAtUnit):
        acknowledge(distributed("blandaren-ute"), Acknowledge(), only_here, NOW)


def test_a_withdrawn_assignment_cannot_be_acknowledged() -> None:
    withdrawn = replace(distributed("blandaren-ute"), status=Status.WITHDRAWN)
    with pytest.raises(Withdrawn):
        acknowledge(withdrawn, Acknowledge(), actor("jonas.ek"), NOW)


@pytest.mark.parametrize("login", ["lina.dahl", "karin.berg", "nils.holm", "asa.vinge", "fatima.noor"])
def test_for_those_who_do_not_work_there_it_does_not_exist(login: str) -> None:
    with pytest.raises(NotFound):
        acknowledge(distributed("blandaren-ute"), Acknowledge(), actor(login), NOW)


def test_a_protected_person_exists_only_for_the_named_members() -> None:
    card = person(protection=Protection.PROTECTED_REGISTRATION, cleared=(actor("eva.nyberg").member_id,))
    protected = replace(distributed("blandaren-ute"), order=order(person=card))
    with pytest.raises(NotFound):
        acknowledge(protected, Acknowledge(), actor("jonas.ek"), NOW)
    assert acknowledge(protected, Acknowledge(), actor("eva.nyberg"), NOW).events


def test_nobody_acknowledges_for_a_unit_that_is_not_theirs() -> None:
    with pytest.raises(NotYourUnit):
        acknowledge(
            distributed("blandaren-ute", "blandaren"), Acknowledge(unit_id=unit("blandaren")), actor("jonas.ek"), NOW
        )
