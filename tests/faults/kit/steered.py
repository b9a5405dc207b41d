"""Runs in which one defect, if it is there, always shows: a fault at the very place where the defect would be."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tests.faults.kit import broken, modes, points
from tests.faults.kit.chaos import restarting
from tests.faults.kit.courses import BLANDAREN, Course, Turn
from tests.faults.kit.fault import Fault, until
from tests.faults.kit.frames import PUBLISH
from tests.faults.kit.injected import killed_at, strike
from tests.faults.kit.proxy import Direction, Strike
from tests.faults.kit.reading import unpublished
from tests.faults.kit.run import Run
from tests.faults.kit.verdict import Word
from tests.support.stafett import eventually

RECEIVED = "execution.assignment-received.v1"
PATIENCE = 30.0

Steer = Callable[[Run], Awaitable[None]]


@dataclass(frozen=True)
class Steered:
    """How a defect is made to show, and the word that the verdict has for it."""

    steer: Steer
    word: Word


def ordered(*, insists: bool = True) -> Course:
    return Course(Turn.SENT, BLANDAREN, insists)


async def killed_while_telling(run: Run) -> None:
    """The authority ends after it has told and before what it tells of is committed. A build that tells apart commits
    twice, so the last commit of the command is the one that counts."""
    nth = 2 if run.town.broken == broken.OUTBOX_APART else 1
    kill = killed_at(points.TOLD_BEFORE_COMMIT)(run.town, Fault(points.TOLD_BEFORE_COMMIT, "authority", 0, nth))
    await asyncio.gather(kill, run.play([ordered(insists=False)], patience=PATIENCE))


async def everything_comes_twice(run: Run) -> None:
    for service in ("authority", "execution"):
        run.town.control(service).set(modes.TWICE, value=True)
    await run.play([Course(Turn.ACKNOWLEDGED, BLANDAREN, insists=True)] * 3, patience=PATIENCE)
    for service in ("authority", "execution"):
        assert run.town.control(service).marks(modes.TWICE)
        run.town.control(service).unset(modes.TWICE)


async def killed_while_applying(run: Run) -> None:
    """Execution ends before it commits the only message about its subject: no later one shows the gap."""
    kill = killed_at(points.APPLIED_BEFORE_COMMIT)(run.town, Fault(points.APPLIED_BEFORE_COMMIT, "execution", 0))
    await asyncio.gather(kill, run.play([ordered()], patience=PATIENCE))


async def cut_while_publishing(run: Run) -> None:
    """The only message about its subject does not reach the broker."""
    cut = strike(run.town, Fault("cut", "authority", 0), Direction.UP, PUBLISH, Strike.CUT)
    await asyncio.gather(cut, run.play([ordered()], patience=PATIENCE))


async def fails_for_a_while(run: Run) -> None:
    """The handler of an early message fails until later ones of the same subject have come."""
    control = run.town.control("authority")
    control.set(modes.FAILS, RECEIVED)
    await run.play([Course(Turn.DISTRIBUTED, BLANDAREN, insists=True)], patience=PATIENCE)
    await eventually(lambda: all_published(run, "execution"), PATIENCE)
    before = control.marks(modes.FAILS)
    await until(lambda: control.marks(modes.FAILS) >= before + 2, "two more attempts")
    control.unset(modes.FAILS)


async def all_published(run: Run, service: str) -> bool:
    return not await unpublished(run.town.prepared.servers.postgres, service)


STEERED: Mapping[str, Steered] = {
    broken.OUTBOX_APART: Steered(killed_while_telling, Word.PHANTOM),
    broken.NO_INBOX: Steered(everything_comes_twice, Word.DUPLICATED),
    broken.ACK_FIRST: Steered(killed_while_applying, Word.LOST),
    broken.NO_CONFIRMS: Steered(cut_while_publishing, Word.LOST),
    broken.REQUEUE: Steered(fails_for_a_while, Word.OUT_OF_ORDER),
}
"""Build -> the run that catches it."""


async def steered(run: Run, *steers: Steer) -> None:
    """These runs, one after another, until all is calm."""
    await run.register_persons(1)
    for steer in steers:
        async with restarting(run.town):
            await steer(run)
        await run.calm(within=30)
