from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chassis.decision import Decision, NotFound
from contracts.authority import PersonCard, PersonCorrected, Protection
from contracts.execution import CorrectionShared
from contracts.sealed import Sealed
from services.execution.assignment import Assignment, RowStatus, Status
from services.execution.features.hear_correction import hear_correction as hear
from services.execution.features.read_assignment import history
from services.execution.rights import seen_by
from tests.support.assignments import NOW, accepted, distributed, received, row
from tests.support.municipality import member
from tests.support.people import actor

EVA, JONAS = actor("eva.nyberg"), actor("jonas.ek")
CARD = received().order.person
EARLIER = NOW - timedelta(hours=1)
RENAMED = CARD.model_copy(update={"family_name": "Mustafson"})


def corrected(assignment: Assignment, card: PersonCard, now: datetime) -> Decision[Assignment]:
    ids = {"assignment_id": assignment.id, "person_id": assignment.person_id}
    return hear(assignment, PersonCorrected(**ids, corrected_at=EARLIER, person=Sealed(card)), card, now)


def test_what_is_right_takes_the_place_of_what_the_order_said_and_stands_in_the_history() -> None:
    before = distributed()
    after = corrected(before, RENAMED, NOW).state
    assert after.person_name == "Mustafson, Moira"
    assert after.order == before.order.model_copy(update={"person": RENAMED})
    line = history(after)[0]
    assert (line.what, line.by, line.at) == ("Rättade uppgifterna om personen", "Myndigheten", NOW)


@pytest.mark.parametrize("status", Status)
def test_it_holds_in_every_status_and_changes_no_other_thing(status: Status) -> None:
    before = replace(distributed(), status=status)
    after = corrected(before, RENAMED, NOW).state
    assert replace(after, order=before.order, acts=before.acts) == before


@pytest.mark.requirement("DOM-PROT-01")
def test_a_protection_that_is_new_hides_the_person_from_all_but_the_named() -> None:
    card = CARD.model_copy(update={"protection": Protection.CONFIDENTIALITY_MARK, "cleared": (EVA.member_id,)})
    after = corrected(distributed(), card, NOW).state
    assert seen_by(after, EVA).member_id == EVA.member_id
    with pytest.raises(NotFound):
        seen_by(after, JONAS)


@pytest.mark.requirement("DOM-PROT-01")
def test_whom_the_provider_has_named_stay_unless_the_authority_takes_them_away() -> None:
    named = replace(received(cleared=["omar.haddad", "jonas.ek"]), cleared=(EVA.member_id, JONAS.member_id))
    card = named.order.person.model_copy(update={"cleared": (member("omar.haddad"),)})
    assert corrected(named, card, NOW).state.named == (member("omar.haddad"), EVA.member_id)


@pytest.mark.parametrize("recalled_or_not", [RowStatus.SENT, RowStatus.RECALLED, RowStatus.ENDED])
def test_those_who_document_it_are_told_once_anything_has_been_distributed(recalled_or_not: RowStatus) -> None:
    before = distributed(row(1, status=recalled_or_not))
    (event,) = corrected(before, RENAMED, NOW).events
    assert isinstance(event, CorrectionShared)
    assert (event.assignment_id, event.person_id, event.corrected_at, event.shared_at) == (
        *(before.id, before.person_id),
        *(EARLIER, NOW),
    )
    assert event.person.content == RENAMED.model_copy(update={"cleared": before.named})
    assert corrected(accepted(), RENAMED, NOW).events == ()


def test_the_same_again_changes_nothing() -> None:
    before = distributed()
    assert corrected(before, before.order.person, NOW).state == before


@pytest.mark.requirement("DOM-PROT-01")
def test_whom_the_provider_had_named_are_not_named_again_by_a_later_protection() -> None:
    hidden = CARD.model_copy(update={"protection": Protection.CONFIDENTIALITY_MARK, "cleared": (EVA.member_id,)})
    first = replace(corrected(distributed(), hidden, NOW).state, cleared=(JONAS.member_id,))
    ended = corrected(first, CARD, NOW).state
    assert corrected(ended, hidden, NOW).state.named == (EVA.member_id,)
