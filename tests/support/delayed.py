"""What execution tells when nobody at Blandaren ute has acknowledged the assignment of tests/support/heard.py."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from contracts.execution import AcknowledgementDelayed
from tests.support.municipality import member, unit


def delayed(reminder: int = 1) -> AcknowledgementDelayed:
    """The first reminder, or the second."""
    return AcknowledgementDelayed(
        assignment_id=uuid5(NAMESPACE_URL, "assignment-1"),
        unit_id=unit("blandaren-ute"),
        case_worker_id=member("karin.berg"),
        waiting_since=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        working_days=(2, 5)[reminder - 1],
        reminder=reminder,
        reminded_at=datetime(2026, 11, 23 + 2 * reminder, 8, 0, tzinfo=UTC),
    )
