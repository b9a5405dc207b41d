"""Golden examples, through the real broker and inbox: whoever handles an event can apply it."""

from uuid import UUID, uuid4

import pytest

from cli.documents import handled
from contracts.topology import EVENTS, SERVICES
from tests.support.examples import history
from tests.support.scenes import SCENES
from tests.support.stafett import Ground, Running, eventually


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_applies_every_event_it_handles(service: str, clean: Ground) -> None:
    async with clean.service(service) as running:
        for type in (type for type in EVENTS if type in handled(service)):
            for event in history(type, uuid4()):
                if scene := SCENES.get((service, event.type)):
                    await scene(running, event)
                came_of_it = await _became(running, await running.publish(event))
                assert came_of_it == {"type": event.type, "status": "applied", "last_error": None}, type


async def _became(running: Running, id: UUID) -> object:
    """What came of a message, as soon as it isn't about to be tried."""
    query = "SELECT type, status, last_error FROM inbox WHERE id = $1"
    await eventually(lambda: running.sql(f"{query} AND status NOT IN ('waiting', 'failed')", id))
    return (await running.sql(query, id))[0]
