"""What a service has of its own when an owner answers about it: made before the golden example is delivered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chassis.decision import Decision
from contracts.authority import FollowUpReceived
from contracts.execution import AssignmentReceived
from services.authority import tables as authority
from services.execution import tables as execution
from services.execution.follow_up import FollowUp, FollowUpStatus
from tests.support import cases
from tests.support.municipality import member, unit
from tests.support.stafett import Running

Scene = Callable[[Running, Any], Awaitable[None]]


async def _order(running: Running, event: AssignmentReceived) -> None:
    """The authority has sent the assignment that the provider tells about."""
    async with running.app.state.database.transaction() as tx:
        if not await running.sql("SELECT 1 FROM persons"):
            await tx.save(authority.persons, Decision(cases.moira()))
            await tx.save(authority.decisions, Decision(cases.basis().decision))
        await tx.save(authority.assignments, Decision(replace(cases.sent(), id=event.assignment_id)))


async def _follow_up(running: Running, event: FollowUpReceived) -> None:
    """The provider has submitted the follow-up that the authority has read."""
    submitted = FollowUp(
        id=event.follow_up_id,
        assignment_id=event.assignment_id,
        person_id=cases.moira().id,
        unit_id=unit("blandaren-ute"),
        round=1,
        created_at=datetime(2027, 2, 22, 9, 0, tzinfo=UTC),
        created_by=member("jonas.ek"),
        ratings=(),
        status=FollowUpStatus.SUBMITTED,
    )
    async with running.app.state.database.transaction() as tx:
        await tx.save(execution.follow_ups, Decision(submitted))


SCENES: Mapping[tuple[str, str], Scene] = {
    ("authority", AssignmentReceived.type): _order,
    ("execution", FollowUpReceived.type): _follow_up,
}
"""(Receiving service, type of event) -> what to make right before that event comes."""
