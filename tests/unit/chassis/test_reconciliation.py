"""Where each message is that a receiver has not applied."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.reconciliation import Behind, Kept, behind

NOW = datetime(2026, 11, 28, 13, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=1)
OLD = Kept(NOW - timedelta(hours=1))


def found(kept: dict[int, Kept], held: dict[int, str], before: datetime | None = BEFORE) -> Behind:
    return behind("assignment/1", 3, 2, kept, held, before)


def test_what_was_sent_long_ago_and_lies_nowhere_never_came() -> None:
    assert found({3: OLD}, {}).missing == (3,)


@pytest.mark.parametrize(
    ("kept", "held", "before"),
    [
        ({3: Kept(None)}, {}, BEFORE),
        ({3: Kept(NOW)}, {}, BEFORE),
        ({3: Kept(OLD.published_at, again=True)}, {}, BEFORE),
        ({3: OLD}, {}, None),
        ({3: OLD}, {3: "waiting"}, BEFORE),
        ({3: OLD}, {3: "failed"}, BEFORE),
        ({}, {3: "skipped"}, BEFORE),
    ],
)
def test_what_will_come_or_be_applied_by_itself_is_on_its_way(
    kept: dict[int, Kept], held: dict[int, str], before: datetime | None
) -> None:
    one = found(kept, held, before)
    assert (one.on_the_way, one.drift) == ((3,), False)


def test_what_nobody_has_any_more_is_gone_and_what_is_parked_needs_somebody() -> None:
    assert (found({}, {}).gone, found({}, {}).drift) == ((3,), True)
    assert (found({3: OLD}, {3: "parked"}).parked, found({3: OLD}, {3: "parked"}).drift) == ((3,), True)


def test_each_message_of_a_subject_has_its_own_place() -> None:
    kept = dict.fromkeys((1, 2, 3, 5), OLD)
    one = behind("assignment/1", 5, 0, kept, {2: "parked", 3: "waiting"}, BEFORE)
    assert one == Behind("assignment/1", 5, 0, missing=(1, 5), gone=(4,), parked=(2,), on_the_way=(3,))
