"""The named points of a message's way at which a service's process can be ended."""

from contextvars import ContextVar
from functools import partial
from typing import Any

from tests.faults.kit import seams
from tests.faults.kit.control import Control
from tests.faults.kit.seams import Async

TOLD_BEFORE_COMMIT = "told-before-commit"
AFTER_COMMIT = "after-commit-before-publish"
CONFIRMED_BEFORE_MARK = "confirmed-before-mark"
APPLIED_BEFORE_COMMIT = "applied-before-commit"
COMMITTED_BEFORE_ACK = "committed-before-ack"

IN_PROCESS = (
    TOLD_BEFORE_COMMIT,
    AFTER_COMMIT,
    CONFIRMED_BEFORE_MARK,
    APPLIED_BEFORE_COMMIT,
    COMMITTED_BEFORE_ACK,
)
"""Between publish and confirm is where the proxy strikes: the process itself cannot know that the broker has it."""

_receiving: ContextVar[bool] = ContextVar("receiving", default=False)
_telling: ContextVar[bool] = ContextVar("telling", default=False)


def put_in(control: Control) -> None:
    """Put the points where they belong."""
    seams.around_write(_while_telling)
    seams.around_receive(_while_receiving)
    seams.around_publish(partial(_before, control, AFTER_COMMIT))
    seams.around_send(partial(_after, control, CONFIRMED_BEFORE_MARK))
    seams.around_ack(partial(_before, control, COMMITTED_BEFORE_ACK))
    seams.on_commit(partial(_commit, control))


def _before(control: Control, point: str, original: Async) -> Async:
    async def reached(*given: Any, **named: Any) -> Any:
        control.reach(point)
        return await original(*given, **named)

    return reached


def _after(control: Control, point: str, original: Async) -> Async:
    async def reached(*given: Any, **named: Any) -> Any:
        answer = await original(*given, **named)
        control.reach(point)
        return answer

    return reached


def tells() -> None:
    """What is done now tells something when it commits."""
    _telling.set(True)


def _while_telling(original: Async) -> Async:
    async def telling(*given: Any, **named: Any) -> Any:
        tells()
        return await original(*given, **named)

    return telling


def _while_receiving(original: Async) -> Async:
    async def receiving(*given: Any, **named: Any) -> Any:
        token = _receiving.set(True)
        try:
            return await original(*given, **named)
        finally:
            _receiving.reset(token)

    return receiving


def _commit(control: Control) -> None:
    if _receiving.get():
        control.reach(APPLIED_BEFORE_COMMIT)
    elif _telling.get():
        _telling.set(False)
        control.reach(TOLD_BEFORE_COMMIT)
