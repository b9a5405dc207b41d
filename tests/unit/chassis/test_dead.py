"""What the broker tells of how a message died."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.arrival import Delivery, as_sent, read
from chassis.dead import Death, death_of

AT = datetime(2026, 11, 28, 13, 0, tzinfo=UTC)
LAST = {"queue": "journal.inbox", "reason": "delivery_limit", "time": AT, "count": 1}


@pytest.mark.parametrize(
    ("headers", "death"),
    [
        ({"x-death": [LAST], "x-delivery-count": 3}, Death("journal.inbox", "delivery_limit", AT, 3)),
        ({"x-death": [LAST, {"queue": "other"}]}, Death("journal.inbox", "delivery_limit", AT)),
        (
            {"x-first-death-queue": "notify.inbox", "x-first-death-reason": "rejected"},
            Death("notify.inbox", "rejected", None),
        ),
        ({}, Death("unknown", "unknown", None)),
        ({"x-death": "forged"}, Death("unknown", "unknown", None)),
    ],
)
def test_the_last_death_is_what_counts(headers: dict[str, Any], death: Death) -> None:
    assert death_of(headers) == death


def test_it_belongs_to_the_service_whose_queue_it_died_in() -> None:
    assert Death("journal.inbox", "rejected", AT).service == "journal"
    assert Death("somebody.else", "rejected", AT).service is None


def test_a_message_is_the_same_however_often_the_broker_has_handled_it() -> None:
    own = {"ce-id": "nonsense"}
    once = Delivery(own | {"x-death": [LAST], "x-delivery-count": 1}, b"not ours", "x", None, 0)
    again = Delivery(
        own | {"x-death": [LAST], "x-delivery-count": 9, "x-first-death-queue": "y"}, b"not ours", "x", None, 0
    )
    assert read(as_sent(once)) == read(as_sent(again))
    assert as_sent(once).headers == own
