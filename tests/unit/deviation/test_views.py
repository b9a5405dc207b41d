from typing import Any

import pytest

from contracts.authority import Protection
from contracts.deviation import LexLaw
from services.deviation.deviation import Deviation
from services.deviation.features.list_deviations import line
from services.deviation.features.my_reports import reported
from services.deviation.features.suspect_lex import SuspectLex, suspect_lex
from services.deviation.person import Person, person_of
from services.deviation.rights import Circle, Link, links
from services.deviation.view import DeviationView, support_view, view
from tests.support.deviations import NOBODY, NOW, OMAR, registered, told_back
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.people import actor

MOIRA = person_of(person(), NOW)
HIDDEN = person_of(person(protection=Protection.ASSUMED_IDENTITY, cleared=(member("eva.nyberg"),)), NOW)
NAMES = {unit("blandaren-ute"): "Blandaren ute", OMAR: "Omar Haddad", member("jonas.ek"): "Jonas Ek"}


def seen(login: str, link: Link, deviation: Deviation, about: Person | None = MOIRA) -> DeviationView:
    by = actor(login)
    circle = Circle(OMAR, about is HIDDEN, frozenset(about.cleared) if about else frozenset())
    return view(deviation, by, links(deviation, by, circle), link, NAMES, about, registered=False)


def analysed(**changes: Any) -> Deviation:
    """One that the manager, who also suspects Lex Sarah, has handled."""
    deviation = told_back(person_id=MOIRA.id, suspected_lex_maria=True, **changes)
    return suspect_lex(deviation, SuspectLex(law=LexLaw.SARAH), actor("omar.haddad"), NOBODY, NOW).state


def test_the_manager_reads_all_of_it() -> None:
    shown = seen("omar.haddad", Link.MANAGER, analysed())
    assert shown.person is not None
    assert (shown.person.name, shown.person.identity_number) == ("Mustafsson, Moira", "193803039142")
    assert shown.analysis is not None
    assert shown.lex == ["lex_maria", "lex_sarah"]
    assert {"assess", "suspect-lex"} <= {step.command for step in shown.history}


def test_the_reporter_reads_status_and_feedback_but_not_the_analysis_or_the_managers_suspicion() -> None:
    shown = seen("jonas.ek", Link.REPORTER, analysed())
    assert shown.status == "measures_planned"
    assert [feedback.text for feedback in shown.feedback] == ["Mattan är borttagen."]
    assert (shown.analysis, shown.risk) == (None, None)
    assert shown.lex == ["lex_maria"]
    assert "suspect-lex" not in {step.command for step in shown.history}
    assert all(step.reason == "" for step in shown.history)
    assert "Mattan låg löst" not in shown.model_dump_json()


def test_the_cleared_read_what_the_reporter_reads_and_no_suspicion() -> None:
    shown = seen("eva.nyberg", Link.CLEARED, analysed(), HIDDEN)
    assert (shown.analysis, shown.lex, shown.may) == (None, [], [])
    assert shown.person is not None
    assert shown.person.identity_number == "193803039142"


@pytest.mark.requirement("DOM-PROT-01")
def test_the_number_of_a_protected_person_is_for_the_cleared() -> None:
    shown = seen("omar.haddad", Link.MANAGER, analysed(), HIDDEN)
    assert shown.person is not None
    assert (shown.person.name, shown.person.identity_number, shown.person.protected) == (
        *("Mustafsson, Moira", None, True),
    )


def test_user_support_reads_only_what_it_is() -> None:
    deviation = analysed()
    shown = support_view(deviation, links(deviation, actor("nils.holm"), NOBODY), NAMES)
    assert shown.model_dump() == {
        "id": deviation.id,
        "number": deviation.number,
        "link": "support",
        "unit": "Blandaren ute",
        "kind": "deviation",
        "status": "measures_planned",
        "may": ["remove"],
    }


@pytest.mark.requirement("R-26")
def test_what_lacks_a_manager_says_so() -> None:
    shown = seen("jonas.ek", Link.REPORTER, registered(manager_id=None), None)
    assert shown.warning is not None
    assert shown.warning.startswith("Ingen ansvarig chef finns för enheten.")
    assert shown.manager is None


@pytest.mark.requirement("DOM-PROT-01")
def test_lists_do_not_say_who_a_protected_person_is_but_to_the_cleared() -> None:
    deviation = registered(person_id=HIDDEN.id)
    persons = {HIDDEN.id: HIDDEN}
    assert line(deviation, actor("omar.haddad"), persons, NAMES).person is None
    assert line(deviation, actor("omar.haddad"), persons, NAMES).protected
    assert reported(deviation, actor("jonas.ek"), persons, NAMES).person is None
    assert reported(deviation, actor("eva.nyberg"), persons, NAMES).person == "Mustafsson, Moira"
    assert line(deviation, actor("omar.haddad"), {MOIRA.id: MOIRA}, NAMES).person == "Mustafsson, Moira"
