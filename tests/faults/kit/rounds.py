"""What Hypothesis chooses: which courses are played, which faults come, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.faults.kit import points
from tests.faults.kit.courses import BLANDAREN, RAKENSTICKAN, Course, Turn
from tests.faults.kit.fault import Fault
from tests.faults.kit.injected import CONFIRM_LATE, FAULTS, NODE_FAULTS

TURNS = (
    *(Turn.SENT,) * 7,
    *(Turn.WITHDRAWN,) * 3,
    *(Turn.DECLINED,) * 2,
    *(Turn.DISTRIBUTED,) * 2,
    *(Turn.PARTLY, Turn.ACKNOWLEDGED, Turn.STARTED, Turn.FOLLOWED_UP, Turn.CLOSED),
)
"""Short courses are the most."""

COURSES = tuple(
    Course(turn, provider, insists)
    for turn in TURNS
    for provider in (BLANDAREN, RAKENSTICKAN)
    for insists in (True, True, True, False)
)

TELL = ("authority", "execution")
"""Who has doors and tells of what they did in these plays."""
HEAR = ("authority", "execution", "journal", "deviation", "notify")


@dataclass(frozen=True)
class Round:
    """A set of courses, and the faults among them."""

    courses: tuple[Course, ...]
    faults: tuple[Fault, ...]


def _where(kind: str) -> tuple[str, ...]:
    """The services that a fault of this kind can strike."""
    telling = (f"killed {points.TOLD_BEFORE_COMMIT}", f"killed {points.AFTER_COMMIT}", "disk full")
    confirm = (f"killed {points.CONFIRMED_BEFORE_MARK}", f"killed {CONFIRM_LATE}")
    sends = ("confirm", "a message", "twice", "shuffled")
    return TELL if kind in (*telling, *confirm) or any(word in kind for word in sends) else HEAR


def faults(courses: int, *, nodes: bool) -> st.SearchStrategy[Fault]:
    """One fault in a round of so many courses."""
    kinds = [*FAULTS, *(NODE_FAULTS if nodes else ())]
    places = [(kind, service) for kind in kinds for service in _where(kind)]
    return st.builds(
        lambda place, at, nth: Fault(place[0], place[1], at, nth),
        st.sampled_from(places),
        st.integers(0, courses * 9 // 10),
        st.integers(1, 3),
    )


def rounds(courses: int, faults_in_each: int, *, nodes: bool) -> st.SearchStrategy[Round]:
    """A round of so many courses and faults."""

    def in_order(chosen: Sequence[Fault]) -> tuple[Fault, ...]:
        return tuple(sorted(chosen, key=lambda fault: fault.at))

    some = st.lists(faults(courses, nodes=nodes), min_size=faults_in_each, max_size=faults_in_each).map(in_order)
    played = st.lists(st.sampled_from(COURSES), min_size=courses, max_size=courses).map(tuple)
    return st.builds(Round, played, some)
