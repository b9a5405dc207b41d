from datetime import timedelta
from itertools import product

import pytest

from chassis.decision import NotAllowed, NotFound
from contracts.journal import JournalClosed
from services.journal.features.close_journal import CloseJournal, NotConfirmed, close
from services.journal.journal import JOURNAL_TRANSITIONS, JournalIsClosed, JournalStatus, journal_step
from tests.support.journals import NOW, journal, moira
from tests.support.people import actor
from tests.support.transitions import moves, not_refused

LATER = NOW + timedelta(days=30)
YES = CloseJournal(confirmed=True)


@pytest.mark.requirement("TRE-JOUR-12")
@pytest.mark.parametrize("login", ["tove.ahl", "omar.haddad", "eva.nyberg"])
def test_managers_and_coordinators_close_it_and_it_is_told(login: str) -> None:
    decision = close(journal(), moira(), YES, actor(login), LATER)
    assert (decision.state.status, decision.state.closed_at) == (JournalStatus.CLOSED, LATER)
    assert decision.state.closed_by is not None
    assert decision.state.closed_by.name == actor(login).name
    assert decision.events == (
        JournalClosed(journal_id=journal().id, person_id=moira().id, unit_id=journal().unit_id, closed_at=LATER),
    )


@pytest.mark.requirement("TRE-JOUR-12")
def test_it_has_to_be_confirmed() -> None:
    with pytest.raises(NotConfirmed, match=r"^Är du säker på att du vill avsluta journalen\?"):
        close(journal(), moira(), CloseJournal(), actor("eva.nyberg"), LATER)


def test_care_workers_do_not_close_and_others_see_nothing() -> None:
    with pytest.raises(NotAllowed):
        close(journal(), moira(), YES, actor("jonas.ek"), LATER)
    with pytest.raises(NotFound):
        close(journal(), moira(), YES, actor("karin.berg"), LATER)


@pytest.mark.requirement("R-31")
def test_nothing_leads_out_of_a_closed_journal() -> None:
    closed = close(journal(), moira(), YES, actor("eva.nyberg"), LATER).state
    states = {JournalStatus.OPEN: journal(), JournalStatus.CLOSED: closed}
    pairs = product(JournalStatus, {command for _, command in JOURNAL_TRANSITIONS} | {"reopen"})
    done = not_refused(lambda status, command: journal_step(states[status], command), pairs, JournalIsClosed)
    assert done == moves({"write": "open", "edit": "open", "print": "open closed", "close": "open>closed"})
    with pytest.raises(JournalIsClosed):
        close(closed, moira(), YES, actor("eva.nyberg"), LATER)
