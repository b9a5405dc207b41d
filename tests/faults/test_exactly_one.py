"""Exactly one frame is lost between a service and RabbitMQ, or one answer between a service and whoever asked it."""

from dataclasses import replace

import pytest

from tests.faults.kit.alone import A_FEW, withstands
from tests.faults.kit.fault import Fault
from tests.faults.kit.frames import ACK, ANSWER, CONFIRM, CONTENT, DELIVER, PUBLISH, Method
from tests.faults.kit.injected import strike
from tests.faults.kit.proxy import Direction, Strike
from tests.faults.kit.run import Run

STRIKES = (
    (Direction.DOWN, CONFIRM, Strike.CUT, "authority"),
    (Direction.DOWN, CONFIRM, Strike.SWALLOW, "execution"),
    (Direction.UP, PUBLISH, Strike.CUT, "authority"),
    (Direction.UP, PUBLISH, Strike.CUT_MIDDLE, "execution"),
    (Direction.UP, CONTENT, Strike.CUT_MIDDLE, "authority"),
    (Direction.UP, ACK, Strike.CUT, "execution"),
    (Direction.UP, ACK, Strike.SWALLOW, "authority"),
    (Direction.DOWN, DELIVER, Strike.CUT, "notify"),
    (Direction.DOWN, CONTENT, Strike.CUT_MIDDLE, "execution"),
)


@pytest.mark.parametrize(("direction", "method", "how", "service"), STRIKES)
async def test_exactly_one_frame_is_lost(
    run: Run, direction: Direction, method: Method, how: Strike, service: str
) -> None:
    """The confirm of a message that is stored, the ack of one that is applied, half a message or half a delivery."""
    await withstands(run, strike(run.town, Fault("", service, 0), direction, method, how), run.play(A_FEW))


@pytest.mark.parametrize("service", ["authority", "execution"])
@pytest.mark.parametrize("nth", [1, 2, 3])
async def test_an_answer_is_lost_on_its_way_to_who_asked(run: Run, service: str, nth: int) -> None:
    """The command is done, and asked for again with the same key: it is done once."""
    lost = strike(run.town, Fault("", service, 0, nth), Direction.DOWN, ANSWER, Strike.CUT)
    await withstands(run, lost, run.play([replace(course, is_distant=True) for course in A_FEW]))
