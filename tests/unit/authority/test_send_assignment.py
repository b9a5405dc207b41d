from datetime import date

import pytest

from chassis.auth import Actor
from chassis.decision import Decision, NotFound
from contracts.authority import AssignmentSent, Protection
from contracts.organisation import UnitKind
from services.authority.assignment import AlreadySent, Assignment, OrderStatus, Phase
from services.authority.features.preview_assignment import preview
from services.authority.features.send_assignment import ChangedSinceReview, Send, send
from services.authority.order import NothingOrdered
from services.authority.person import Person
from services.authority.provider import (
    NobodyCleared,
    NobodyThere,
    NotAProvider,
    Provider,
    ProviderEnded,
    UnknownProvider,
)
from services.authority.status_line import Mark
from tests.support.cases import NOW, TODAY, basis, blandaren, colleague, drafted, moira, protected, sent
from tests.support.municipality import member, unit
from tests.support.orders import order
from tests.support.people import actor


def sending(
    draft: Assignment | None = None,
    person: Person | None = None,
    by: Actor | None = None,
    to: Provider | None = None,
    reviewed: str | None = None,
) -> Decision[Assignment]:
    about, command = basis(person or moira()), Send(reviewed=reviewed)
    return send(draft or drafted(), about, to or blandaren(), command, by or actor("karin.berg"), NOW, TODAY)


def test_what_is_sent_is_what_was_reviewed_or_it_is_reviewed_again() -> None:
    seen = preview(drafted(), basis(moira()), blandaren(), "Karin Berg", TODAY).reviewed
    assert sending(reviewed=seen).events
    for changed in (drafted(cover_message="Annat"), drafted(services=("dusch",)), drafted(unit_id=unit("bantorget"))):
        with pytest.raises(ChangedSinceReview):
            sending(changed, reviewed=seen)
    with pytest.raises(ChangedSinceReview):
        sending(to=blandaren(staff=blandaren().staff[:2]), reviewed=seen)


@pytest.mark.requirement("TRE-ASSIGN-01", "F-09")
def test_what_is_sent_is_the_whole_order() -> None:
    decision = sending()
    (event,) = decision.events
    assert isinstance(event, AssignmentSent)
    assert event.order.content == order(
        person=moira().card, decision_maker="Karin Berg", cover_message="Ring på två gånger.", sent_by="Karin Berg"
    )
    assert event.model_dump(exclude={"order"}) == {
        "assignment_id": drafted().id,
        "person_id": moira().id,
        "unit_id": unit("blandaren"),
        "authority_unit_id": unit("bistandsenheten"),
        "case_worker_id": member("karin.berg"),
        "decision_id": basis().decision.id,
        "decision_date": date(2026, 11, 18),
        "legal_basis": "sol2025-11-1",
        "period_from": date(2026, 12, 1),
        "period_to": None,
        "services": ("morgonhjalp",),
        "replaces": None,
        "sent_at": NOW,
    }


@pytest.mark.requirement("TRE-ASSIGN-06")
def test_the_status_line_says_who_sent_it_and_when() -> None:
    state = sending(by=colleague()).state
    assert (state.status, state.phase, state.fulfilment) == (OrderStatus.SENT, Phase.SENT, Mark.SENT)
    assert state.case_worker_id == colleague().member_id
    (row,) = state.line
    assert (row.mark, row.at, row.by, row.unit_ids) == (Mark.SENT, NOW, colleague().member_id, (unit("blandaren"),))


@pytest.mark.requirement("R-01")
def test_nothing_is_sent_without_a_service_and_a_provider() -> None:
    with pytest.raises(NothingOrdered, match="Välj minst en insats och en utförare"):
        sending(drafted(services=()))
    with pytest.raises(NothingOrdered):
        sending(drafted(unit_id=None))


@pytest.mark.requirement("R-01")
def test_the_provider_is_a_unit_that_exists_and_carries_out() -> None:
    with pytest.raises(UnknownProvider):
        send(drafted(), basis(), None, Send(), actor("karin.berg"), NOW, TODAY)
    with pytest.raises(ProviderEnded, match="BLANDAREN"):
        sending(to=blandaren(ended_on=TODAY))
    assert sending(to=blandaren(ended_on=date(2026, 11, 24)))
    for kind in (UnitKind.MUNICIPALITY, UnitKind.AUTHORITY, UnitKind.AREA):
        with pytest.raises(NotAProvider):
            sending(to=blandaren(kind=kind))
    for kind in (UnitKind.PROVIDER, UnitKind.UNIT, UnitKind.SUB_UNIT, UnitKind.RESIDENCE):
        assert sending(to=blandaren(kind=kind))


@pytest.mark.requirement("TRE-ASSIGN-06")
def test_nothing_is_sent_to_a_unit_where_nobody_could_receive_it() -> None:
    care_worker = blandaren().staff[2]
    with pytest.raises(NobodyThere):
        sending(to=blandaren(staff=(care_worker,)))


@pytest.mark.requirement("DOM-PROT-01")
def test_a_protected_person_needs_somebody_at_the_provider_who_may_see_them() -> None:
    for person in (protected(), protected("jonas.ek"), protected("maria.strand")):
        with pytest.raises(NobodyCleared, match="Ange först minst en chef eller samordnare på BLANDAREN"):
            sending(person=person)
    (event,) = sending(person=protected("eva.nyberg")).events
    assert isinstance(event, AssignmentSent)
    assert event.order.content
    assert event.order.content.person.cleared == (member("karin.berg"), member("eva.nyberg"))
    assert event.order.content.person.protection is Protection.CONFIDENTIALITY_MARK


def test_who_may_see_is_nobody_elses_business_when_the_person_is_not_protected() -> None:
    (event,) = sending().events
    assert isinstance(event, AssignmentSent)
    assert event.order.content
    assert event.order.content.person.cleared == ()


def test_an_assignment_is_sent_once() -> None:
    with pytest.raises(AlreadySent, match="skickat"):
        sending(sent())


def test_only_those_who_see_the_person_send() -> None:
    for by in (actor("sara.lind"), actor("omar.haddad")):
        with pytest.raises(NotFound):
            sending(by=by)
    with pytest.raises(NotFound):
        sending(person=protected("eva.nyberg"), by=colleague())


@pytest.mark.requirement("TRE-ASSIGN-01")
def test_the_preview_is_exactly_what_would_be_sent() -> None:
    seen = preview(drafted(), basis(), blandaren(), "Karin Berg", TODAY)
    (event,) = sending().events
    assert isinstance(event, AssignmentSent)
    assert seen.order == event.order.content
    assert (seen.unit, seen.obstacle) == ("BLANDAREN htj (Leanlink)", None)
    assert [reader.name for reader in seen.readers] == ["Omar Haddad", "Eva Nyberg", "Jonas Ek"]
    assert seen.count == 3


@pytest.mark.requirement("DOM-PROT-01")
def test_the_preview_of_a_protected_person_shows_only_the_named_readers() -> None:
    seen = preview(drafted(), basis(protected("jonas.ek")), blandaren(), "Karin Berg", TODAY)
    assert [reader.name for reader in seen.readers] == ["Jonas Ek"]
    assert seen.obstacle
    assert "Ange först minst en chef eller samordnare" in seen.obstacle


def test_the_preview_says_what_is_missing() -> None:
    seen = preview(drafted(unit_id=None), basis(), None, "Karin Berg", TODAY)
    assert (seen.unit, seen.count) == (None, 0)
    assert seen.obstacle == "Välj minst en insats och en utförare."


def test_what_has_been_sent_has_no_preview() -> None:
    with pytest.raises(AlreadySent):
        preview(sent(), basis(), blandaren(), "Karin Berg", TODAY)
