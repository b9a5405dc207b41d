"""What chance chooses: which courses are played, which faults come, where and when; the same seed, the same rounds.

Hypothesis is not asked: it begins with its simplest example, which is hundreds of the same course and one fault many
times, and it plays a round that has failed once more, in a town that is no longer as it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.faults.kit import points
from tests.faults.kit.bad_messages import OPERATED
from tests.faults.kit.courses import BLANDAREN, RAKENSTICKAN, Course, Turn
from tests.faults.kit.fault import Fault
from tests.faults.kit.injected import CONFIRM_LATE, FAULTS, NODE_FAULTS

TURNS = (
    *(Turn.SENT,) * 6,
    *(Turn.WITHDRAWN,) * 3,
    *(Turn.CROSSED,) * 2,
    *(Turn.DECLINED,) * 2,
    *(Turn.DISTRIBUTED,) * 2,
    *(Turn.PARTLY, Turn.ACKNOWLEDGED, Turn.STARTED, Turn.FOLLOWED_UP, Turn.CLOSED),
)
"""Short courses are the most."""

TELL = ("authority", "execution")
"""Who has doors and tells of what they did in these plays."""
HEAR = ("authority", "execution", "journal", "deviation", "notify")
NO_DOORS = ("journal", "deviation", "notify")
"""Whom nobody asks anything in these plays: nobody's login is refused when their clocks are off."""


@dataclass(frozen=True)
class Round:
    """A set of courses, and the faults among them."""

    courses: tuple[Course, ...]
    faults: tuple[Fault, ...]


def kinds(*, nodes: bool) -> tuple[str, ...]:
    """Every kind of fault, of our own servers too."""
    return (*FAULTS, *OPERATED, *(NODE_FAULTS if nodes else ()))


def rounds(seed: int, times: int, courses: int, faults: int, *, nodes: bool) -> list[Round]:
    """So many rounds, with so many courses and faults in each. No kind comes again before every other has come."""
    chance = Random(seed)
    deck = _dealt(chance, kinds(nodes=nodes))
    made = []
    for _ in range(times):
        played = tuple(_course(chance) for _ in range(courses))
        some = [_fault(chance, next(deck), courses) for _ in range(faults)]
        made.append(Round(played, tuple(sorted(some, key=lambda fault: fault.at))))
    return made


def _dealt(chance: Random, kinds: Sequence[str]) -> Iterator[str]:
    while True:
        yield from chance.sample(kinds, len(kinds))


def _course(chance: Random) -> Course:
    turn, provider = chance.choice(TURNS), chance.choice((BLANDAREN, RAKENSTICKAN))
    return Course(turn, provider, insists=chance.random() < 0.75, is_distant=chance.random() < 0.5)


def _fault(chance: Random, kind: str, courses: int) -> Fault:
    """In a round of so many courses."""
    return Fault(kind, chance.choice(_where(kind)), chance.randint(0, courses * 9 // 10), chance.randint(1, 3))


def _where(kind: str) -> tuple[str, ...]:
    """The services that a fault of this kind can strike."""
    telling = (f"killed {points.TOLD_BEFORE_COMMIT}", f"killed {points.AFTER_COMMIT}", "disk full", "an answer is lost")
    confirm = (f"killed {points.CONFIRMED_BEFORE_MARK}", f"killed {CONFIRM_LATE}")
    sends = ("confirm", "a message", "twice", "shuffled")
    if kind in (*telling, *confirm) or any(word in kind for word in sends):
        return TELL
    return NO_DOORS if "clock" in kind else HEAR
