"""Whatever is done to a deviation, in whatever order: while it is open, somebody may act on it."""

from collections.abc import Callable
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.decision import Decision, Refused
from contracts.deviation import Consequence, LexLaw
from services.deviation.deviation import OPEN, Deviation, Status
from services.deviation.features.assess import Assess, assess
from services.deviation.features.close import Close, close
from services.deviation.features.find_manager import find_manager
from services.deviation.features.give_feedback import GiveFeedback, give_feedback
from services.deviation.features.move import Move, NewSite, move
from services.deviation.features.remove import Remove, remove
from services.deviation.features.start_analysis import start_analysis
from services.deviation.features.suspect_lex import SuspectLex, suspect_lex
from services.deviation.rights import Circle, Link, links
from tests.support.deviations import NOW, OMAR, at, registered
from tests.support.people import actor

BOSS, REPORTER, SUPPORT = actor("omar.haddad"), actor("jonas.ek"), actor("nils.holm")
HERE, THERE = NewSite(at("blandaren-ute"), (), OMAR), NewSite(at("bantorget"))
ACTS: dict[str, Callable[[Deviation, Circle], Decision[Deviation]]] = {
    "move": lambda d, c: move(d, Move(unit_id=THERE.unit.id), SUPPORT, c, THERE, NOW),
    "move back": lambda d, c: move(d, Move(unit_id=HERE.unit.id), SUPPORT, c, HERE, NOW),
    "find a manager": lambda d, c: find_manager(d, c.answering, NOW) if c.answering else Decision(d),
    "start": lambda d, c: start_analysis(d, BOSS, c, NOW),
    "describe": lambda d, c: assess(d, Assess(analysis="…"), BOSS, c, NOW),
    "assess": lambda d, c: assess(d, Assess(analysis="…", consequence=Consequence.MINOR), BOSS, c, NOW),
    "give feedback": lambda d, c: give_feedback(d, GiveFeedback(text="Tack"), BOSS, c, NOW),
    "close": lambda d, c: close(d, Close(reason="Bara statistik"), BOSS, c, NOW),
    "suspect": lambda d, c: suspect_lex(d, SuspectLex(law=LexLaw.SARAH), REPORTER, c, NOW),
    "remove": lambda d, c: remove(d, Remove(reason="Fel", confirmed=True), SUPPORT, c, NOW),
}
STARTS = {manager: registered(manager_id=manager) for manager in (OMAR, None)}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([OMAR, None]), st.lists(st.sampled_from(sorted(ACTS)), max_size=12))
def test_whatever_is_done_an_open_deviation_has_somebody_who_may_act_on_it(
    manager: UUID | None, acts: list[str]
) -> None:
    deviation = STARTS[manager]
    for act in acts:
        circle = Circle(answering=OMAR if deviation.unit_id == HERE.unit.id else None)
        try:
            deviation = ACTS[act](deviation, circle).state
        except Refused:
            continue
    assert deviation.history[-1].status is deviation.status
    assert deviation.status is not Status.REGISTERED
    assert deviation.manager_id is not None or deviation.status in (Status.UNASSIGNED, Status.REMOVED)
    if deviation.status is Status.CLOSED and deviation.analysis is not None:
        assert deviation.feedback
    if deviation.status in OPEN:
        support = links(deviation, SUPPORT, Circle())
        managed = deviation.manager_id == OMAR and Link.MANAGER in links(deviation, BOSS, Circle())
        assert managed or (deviation.status is Status.UNASSIGNED and Link.SUPPORT in support)
