"""A withdrawal that came too late, as the units had got the assignment, silences nothing that they have to do."""

from uuid import UUID

import pytest

from contracts.event import Event
from services.notify.assignment_rules import TO_ACKNOWLEDGE
from services.notify.features.tell import hear
from services.notify.matter import Matter
from services.notify.notice import Kind, Status
from services.notify.telling import Overtaken, Told, made
from tests.support import heard
from tests.support.assignments import NOW
from tests.support.delayed import delayed
from tests.support.heard import ASSIGNMENT, row
from tests.support.municipality import unit


def about(*events: Event) -> Told:
    """What follows from the last of these events."""
    told = Told(Matter(ASSIGNMENT))
    for number, event in enumerate(events):
        told = hear(event, told.matter, UUID(int=number))
    return told


def statuses(*events: Event) -> list[Status]:
    return [notice.status for notice in made(about(*events), UUID(int=9), NOW)]


SENT = heard.distributed(row(1), recipients=("jonas.ek",))


@pytest.mark.requirement("TRE-ACK-03", "TRE-DIST-07")
def test_what_units_have_after_all_is_told_and_reminded_of() -> None:
    assert statuses(heard.received(), heard.withdrawn(), SENT) == [Status.OPEN, Status.OPEN]
    assert statuses(SENT, heard.withdrawn(), delayed(2)) == [Status.OPEN, Status.OPEN]


def test_a_withdrawal_that_is_heard_too_late_is_told_to_nobody() -> None:
    too_late = about(heard.received(), SENT, heard.withdrawn())
    assert (too_late.tellings, too_late.overtaken, too_late.matter.rows) == ((), (), about(SENT).matter.rows)
    assert not set(TO_ACKNOWLEDGE) & set(too_late.matter.past)
    assert Overtaken((Kind.ASSIGNMENT_WITHDRAWN,), unit("blandaren")) in about(heard.withdrawn(), SENT).overtaken


def test_that_it_is_new_stays_over_and_so_does_what_the_authority_has_closed() -> None:
    assert Kind.NEW_ASSIGNMENT in about(heard.withdrawn(), SENT, delayed(2)).matter.past
    for events in ((SENT, heard.withdrawn(), heard.closed(), delayed(2)), (heard.closed(), heard.withdrawn(), SENT)):
        assert statuses(*events) == [Status.MOOT, Status.MOOT]
