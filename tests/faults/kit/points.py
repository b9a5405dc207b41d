"""The named points of a message's way at which a service's process can be ended."""

from contextvars import ContextVar
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

    def write(original: Async) -> Async:
        async def written(*given: Any, **named: Any) -> None:
            _telling.set(True)
            await original(*given, **named)

        return written

    def receive(original: Async) -> Async:
        async def received(*given: Any, **named: Any) -> Any:
            token = _receiving.set(True)
            try:
                return await original(*given, **named)
            finally:
                _receiving.reset(token)

        return received

    def publish(original: Async) -> Async:
        async def published(*given: Any, **named: Any) -> Any:
            control.reach(AFTER_COMMIT)
            return await original(*given, **named)

        return published

    def send(original: Async) -> Async:
        async def sent(*given: Any, **named: Any) -> Any:
            answer = await original(*given, **named)
            control.reach(CONFIRMED_BEFORE_MARK)
            return answer

        return sent

    def ack(original: Async) -> Async:
        async def acked(*given: Any, **named: Any) -> Any:
            control.reach(COMMITTED_BEFORE_ACK)
            return await original(*given, **named)

        return acked

    def commit() -> None:
        if _receiving.get():
            control.reach(APPLIED_BEFORE_COMMIT)
        elif _telling.get():
            control.reach(TOLD_BEFORE_COMMIT)

    seams.around_write(write)
    seams.around_receive(receive)
    seams.around_publish(publish)
    seams.around_send(send)
    seams.around_ack(ack)
    seams.on_commit(commit)
