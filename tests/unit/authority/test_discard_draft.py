from dataclasses import replace

import pytest

from chassis.decision import NotFound
from services.authority.assignment import NotPossibleNow, Phase
from services.authority.features.discard_draft import discard, freed
from services.authority.status_line import Mark, Row, steps
from tests.support.cases import IN, LATER, drafted, moira, new_id, protected, sent
from tests.support.municipality import member
from tests.support.people import actor

KARIN = actor("karin.berg")


def test_a_draft_is_discarded_and_what_it_was_to_replace_is_free() -> None:
    after = discard(drafted(replaces=new_id("declined")), moira(), KARIN, LATER).state
    assert (after.phase, after.replaces, after.goals) == (Phase.DISCARDED, None, drafted().goals)
    assert [(row.mark, row.at, row.by) for row in after.line] == [(Mark.DISCARDED, LATER, member("karin.berg"))]
    assert after.possible == ()


def test_what_has_been_sent_is_not_discarded() -> None:
    with pytest.raises(NotPossibleNow, match="skickat"):
        discard(sent(), moira(), KARIN, LATER)


def test_only_those_who_see_the_person_discard() -> None:
    for by, person in ((actor("omar.haddad"), moira()), (actor("sara.lind"), protected())):
        with pytest.raises(NotFound):
            discard(drafted(), person, by, LATER)


def test_what_it_was_to_replace_no_longer_looks_replaced_and_can_be_again() -> None:
    line = (*sent(Mark.DECLINED).line, Row(Mark.DECLINE_CONFIRMED, LATER), Row(Mark.REPLACED, LATER))
    replaced = replace(IN[Phase.DECLINE_CONFIRMED], line=line, replaced_by=new_id("draft"))
    after = freed(replaced, moira(), KARIN, LATER).state
    assert (after.replaced_by, after.possible) == (None, ("replace",))
    assert Mark.REPLACED not in [step.mark for step in steps(after.line, after.phase)]
    assert [row.mark for row in after.line[-2:]] == [Mark.REPLACED, Mark.REPLACEMENT_DISCARDED]
    anew = replace(after, line=(*after.line, Row(Mark.REPLACED, LATER)))
    assert Mark.REPLACED in [step.mark for step in steps(anew.line, anew.phase)]
