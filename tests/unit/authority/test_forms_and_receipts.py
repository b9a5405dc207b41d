from dataclasses import replace

import pytest

from services.authority.assignment import NotPossibleNow
from services.authority.features.confirm_sending import NotSentYet, receipt
from services.authority.features.fill_in_assignment import filled_in
from services.authority.features.read_person import view
from services.authority.lines import Names, order_lines
from services.authority.status_line import Mark
from tests.support.cases import basis, blandaren, colleague, drafted, moira, protected, sent
from tests.support.municipality import member, member_name, unit
from tests.support.orders import GOALS
from tests.support.people import actor

NAMES = Names({member("karin.berg"): "Karin Berg"}, {unit("blandaren"): "BLANDAREN htj (Leanlink)"})


@pytest.mark.requirement("F-09")
def test_the_form_of_a_draft_holds_what_the_draft_says() -> None:
    form = filled_in(basis(), drafted(), [])
    assert (form.unit_id, form.assignment_name, form.services) == (str(unit("blandaren")), "PO 5/11", ("morgonhjalp",))
    assert form.goals == [goal.text for goal in GOALS]
    assert form.decision == "Personlig omvårdnad, 11 kap. 1 § SoL (2025:400)"


def test_the_form_of_a_new_order_is_empty_and_that_of_a_draft_may_lack_a_provider() -> None:
    new = filled_in(basis(), None, [])
    assert (new.id, new.unit_id, new.services, new.goals) == (None, "", (), [])
    assert filled_in(basis(), drafted(unit_id=None), []).unit_id == ""


def test_what_has_been_sent_is_not_filled_in_again() -> None:
    with pytest.raises(NotPossibleNow, match="uppdraget är skickat"):
        filled_in(basis(), sent(), [])


@pytest.mark.requirement("TRE-ASSIGN-06")
def test_the_receipt_names_those_who_can_pass_it_on_and_how_far_it_has_come() -> None:
    shown = receipt(sent(Mark.RECEIVED), moira(), blandaren(), NAMES)
    assert [name.split(",")[0] for name in shown.receivers] == ["Omar Haddad", "Eva Nyberg"]
    assert [step.text for step in shown.line if step.current] == ["Mottagen"]
    assert (shown.unit, shown.sent_by, shown.services) == ("BLANDAREN htj (Leanlink)", "Karin Berg", ["Morgonhjälp"])


@pytest.mark.requirement("DOM-PROT-01")
def test_the_receipt_of_a_protected_person_s_order_names_the_named_alone() -> None:
    person = protected("eva.nyberg")
    shown = receipt(sent(person=person), person, blandaren(), NAMES)
    assert [name.split(",")[0] for name in shown.receivers] == ["Eva Nyberg"]


def test_there_is_no_receipt_for_a_draft() -> None:
    with pytest.raises(NotSentYet):
        receipt(drafted(), moira(), blandaren(), NAMES)


@pytest.mark.requirement("DOM-PROT-01")
def test_whoever_registered_the_person_and_whoever_reads_are_not_among_those_who_can_be_taken_away() -> None:
    person = protected("sara.lind", "eva.nyberg")
    names = {member(login): member_name(login) for login in ("karin.berg", "sara.lind", "eva.nyberg")}
    colleagues = {member("omar.haddad"): "Omar Haddad, Enhetschef"}
    shown = view(person, colleague(), {}, names, [], [], colleagues)
    assert shown.always == ["Karin Berg", "Sara Lind"]
    assert [choice.name for choice in shown.colleagues] == ["Eva Nyberg", "Omar Haddad, Enhetschef"]
    assert view(moira(), actor("karin.berg"), {}, names, [], [], {}).colleagues == []


def test_a_decision_says_whether_something_is_ordered_on_it() -> None:
    orders = order_lines([sent(), replace(drafted(), unit_id=None)], NAMES.units, {})
    assert [(line.unit, line.status) for line in orders] == [("BLANDAREN htj (Leanlink)", "sent"), (None, "draft")]
    seen = [view(moira(), actor("karin.berg"), {}, {}, [basis().decision], lines, {}) for lines in (orders, [])]
    assert [person.decisions[0].ordered for person in seen] == [True, False]
