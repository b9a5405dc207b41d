"""Messages that nobody can apply: sent as their owner would, parked, and left by an operator."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID, uuid4

from contracts.topology import HEARS
from tests.faults.kit import modes, operating
from tests.faults.kit.fault import Fault, NotStruck
from tests.faults.kit.run import Run
from tests.faults.kit.server_faults import admin
from tests.support.stafett import eventually

SENT = "authority.assignment-sent.v1"
UNKNOWN, FROM_THE_FUTURE = "authority.assignment-forgotten.v1", "authority.assignment-sent.v9"
HEARERS = tuple(service for service, owners in HEARS.items() if "authority" in owners)
PARKED_SECONDS = 90.0
"""Until whoever should apply it has been able to look at it, whatever else is wrong meanwhile."""

Bad = Callable[[Run], Awaitable[UUID]]


async def no_event(run: Run) -> UUID:
    return await operating.publish(run.town, SENT, f"assignment/{uuid4()}", b"\x00 not an event")


async def of_an_unknown_type(run: Run) -> UUID:
    return await operating.publish(run.town, UNKNOWN, f"assignment/{uuid4()}", b"{}")


async def of_a_version_from_the_future(run: Run) -> UUID:
    return await operating.publish(run.town, FROM_THE_FUTURE, f"assignment/{uuid4()}", b"{}")


async def with_a_seal_of_another(run: Run) -> UUID:
    """The sealed part of one event, which does not open in another."""
    async with admin(run.town, "authority") as authority:
        body = await authority.fetchval("SELECT body FROM outbox WHERE type = $1 ORDER BY position DESC LIMIT 1", SENT)
    if body is None:
        raise NotStruck("nothing sealed has been told yet")
    about = uuid4()
    moved = body.replace(json.loads(body)["assignment_id"].encode(), str(about).encode())
    return await operating.publish(run.town, SENT, f"assignment/{about}", moved)


async def is_parked(run: Run, service: str, id: UUID) -> bool:
    return id in {message.id for message in await operating.parked_at(run.town, service)}


SETTLED = "SELECT count(*) FROM inbox WHERE id = $1 AND status NOT IN ('waiting', 'failed')"


async def is_settled(run: Run, service: str, id: UUID) -> bool:
    """Whether the service has come to an end with it: parked it, or noted that it has no use for it."""
    async with admin(run.town, service) as database:
        return bool(await database.fetchval(SETTLED, id))


async def skipped(run: Run, id: UUID) -> None:
    """Left by the operator wherever it is parked, when it has come to all who hear its owner."""
    await eventually(lambda: is_parked(run, "execution", id), PARKED_SECONDS)
    for service in HEARERS:
        await eventually(lambda: is_settled(run, service, id), PARKED_SECONDS)  # noqa: B023 – awaited here
        if await is_parked(run, service, id):
            await operating.skip(run, service, id)


def parked_and_skipped(bad: Bad) -> Callable[[Run, Fault], Awaitable[None]]:
    async def inject(run: Run, _fault: Fault) -> None:
        await skipped(run, await bad(run))

    return inject


async def refused_by_an_old_build(run: Run, fault: Fault) -> None:
    """Parked by a build that can't do it, and replayed when the next one has been started, which can."""
    service, control = fault.service, run.town.control(fault.service)
    control.set(modes.REFUSES, modes.HEARD[service])
    try:
        await eventually(lambda: refused_at(run, service), PARKED_SECONDS)
    finally:
        control.unset(modes.REFUSES)
    run.town.kill_if_running(service)
    await eventually(lambda: asyncio.to_thread(run.town.health, service), PARKED_SECONDS)
    for id in await refused_at(run, service):
        await operating.replay(run.town, service, id)


async def refused_at(run: Run, service: str) -> list[UUID]:
    """What the build that is too old has parked."""
    parked = await operating.parked_at(run.town, service)
    return [message.id for message in parked if message.last_error == modes.REFUSAL]


OPERATED: Mapping[str, Callable[[Run, Fault], Awaitable[None]]] = {
    "a body that is no event": parked_and_skipped(no_event),
    "an unknown type": parked_and_skipped(of_an_unknown_type),
    "a version from the future": parked_and_skipped(of_a_version_from_the_future),
    "a sealed part of another event": parked_and_skipped(with_a_seal_of_another),
    "a build that is too old": refused_by_an_old_build,
}
"""What takes an operator to end."""
