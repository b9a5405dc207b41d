from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.execution.features.start_follow_up import start_follow_up
from services.execution.features.write_follow_up import (
    PerformedInFuture,
    PerformedTooEarly,
    SignatureInFuture,
    SignatureTooEarly,
    WriteFollowUp,
    write_follow_up,
)
from services.execution.follow_up import FollowUp
from tests.support.assignments import NOW, TODAY, started
from tests.support.people import actor

JONAS = actor("jonas.ek")
FIRST_VISIT, TOMORROW = date(2026, 11, 10), date(2026, 11, 24)
ASSIGNMENT = replace(started(), started_on=FIRST_VISIT)


def on(performed: date | None, signed: date | None) -> FollowUp:
    draft = start_follow_up(ASSIGNMENT, False, JONAS, UUID(int=9), NOW).state
    return write_follow_up(
        draft, ASSIGNMENT, WriteFollowUp(performed_on=performed, signature_date=signed), JONAS, TODAY
    ).state


def test_a_follow_up_is_not_performed_or_signed_in_the_future() -> None:
    assert on(TODAY, TODAY).signature_date == TODAY
    with pytest.raises(PerformedInFuture):
        on(TOMORROW, None)
    with pytest.raises(SignatureInFuture):
        on(None, TOMORROW)


def test_it_is_not_performed_before_the_first_visit() -> None:
    assert on(FIRST_VISIT, FIRST_VISIT).performed_on == FIRST_VISIT
    with pytest.raises(PerformedTooEarly, match="10 november 2026"):
        on(date(1950, 11, 9), None)


def test_it_is_not_signed_before_it_is_performed() -> None:
    with pytest.raises(SignatureTooEarly, match="20 november 2026"):
        on(date(2026, 11, 20), date(2026, 11, 19))
    with pytest.raises(SignatureTooEarly, match="10 november 2026"):
        on(None, date(1999, 1, 1))
