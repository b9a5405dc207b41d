import pytest

from chassis.decision import NotFound
from services.authority.assignment import AlreadySent, Phase
from services.authority.features.discard_draft import discard
from services.authority.status_line import Mark
from tests.support.cases import LATER, drafted, moira, new_id, protected, sent
from tests.support.municipality import member
from tests.support.people import actor

KARIN = actor("karin.berg")


def test_a_draft_is_discarded_and_what_it_was_to_replace_is_free() -> None:
    after = discard(drafted(replaces=new_id("declined")), moira(), KARIN, LATER).state
    assert (after.phase, after.replaces, after.goals) == (Phase.DISCARDED, None, drafted().goals)
    assert [(row.mark, row.at, row.by) for row in after.line] == [(Mark.DISCARDED, LATER, member("karin.berg"))]
    assert after.possible == ()


def test_what_has_been_sent_is_not_discarded() -> None:
    with pytest.raises(AlreadySent, match="skickat"):
        discard(sent(), moira(), KARIN, LATER)


def test_only_those_who_see_the_person_discard() -> None:
    for by, person in ((actor("omar.haddad"), moira()), (actor("sara.lind"), protected())):
        with pytest.raises(NotFound):
            discard(drafted(), person, by, LATER)
