"""What `ops trace` says of a message at a receiver."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis.trace import Arrived, Came
from cli.ops.trace import arrived_words

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def came(status: str) -> Came:
    return Came(UUID(int=1), "authority", "assignment/1", 1, "t", status, 0, "unknown type", AT, None, None)


@pytest.mark.parametrize(
    ("status", "said"), [("parked", "PARKED"), ("skipped", "SKIPPED"), ("passed", "SKIPPED"), ("waiting", "WAITING")]
)
def test_what_has_not_been_applied_is_said_with_the_reason(status: str, said: str) -> None:
    words = arrived_words(Arrived("execution", came(status), passed=True), None)
    assert words.endswith(f"; {said}: unknown type")
