"""What makes each of the six services tell something, through its own door or as an operator does it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

import httpx

from chassis import resend
from chassis.clock import SWEDEN
from chassis.database import Database
from chassis.keys import load_keys
from cli.blueprints import blueprint
from tests.faults.kit.actor import Actor
from tests.faults.kit.courses import BLANDAREN, Course, Turn
from tests.faults.kit.run import Run
from tests.support.municipality import unit
from tests.support.stafett import eventually

Stimulus = Callable[[Run], Awaitable[None]]
ADMINISTRATOR, COORDINATOR = "asa.vinge", "eva.nyberg"


async def unit_made(run: Run) -> None:
    """Organisation tells everybody, itself too, of a new unit."""
    made = {"name": f"Enhet {uuid4().hex[:8]}", "kind": "unit", "parent_id": str(unit("ao")), "business_area": "ao"}
    async with httpx.AsyncClient() as client:
        await run.actor(client).asked(ADMINISTRATOR, f"/organisation/units/{uuid4()}", made, "PUT")


async def sent(run: Run) -> None:
    await run.play([Course(Turn.SENT, BLANDAREN, insists=True)])


async def carried_out(run: Run) -> None:
    """Authority and execution tell each other; journal, deviation and notify hear of it."""
    await run.play([Course(Turn.ACKNOWLEDGED, BLANDAREN, insists=True)])


async def journal_opened(run: Run) -> None:
    """The journal of a person whose assignment has just been carried out."""
    before = run.begun
    await carried_out(run)
    person = run.persons[before % len(run.persons)]
    journal = {"person_id": person, "unit_id": str(unit("blandaren-ute")), "template": "allman"}
    async with httpx.AsyncClient() as client:
        actor = run.actor(client)
        await eventually(lambda: opened(actor, journal), 60)


async def opened(actor: Actor, journal: dict[str, str]) -> bool:
    """False while the journal service has not heard of the person; a journal that is there already will do."""
    return await actor.status(COORDINATOR, "/journal/journals", journal) != 404


async def deviation_registered(run: Run) -> None:
    now = datetime.now(SWEDEN) - timedelta(minutes=30)
    report = {
        "kind": "deviation",
        "business_area": "ao",
        "category": "fall",
        "unit_id": str(unit("blandaren-ute")),
        "occurred_on": str(now.date()),
        "occurred_at": f"{now:%H:%M}",
        "course_of_events": "Golvet var halt.",
    }
    async with httpx.AsyncClient() as client:
        await run.actor(client).asked(COORDINATOR, "/deviation/deviations", report)


async def history_asked_for(run: Run) -> None:
    """Notify asks the authority for what it told; the only thing that it ever sends."""
    own = run.town.prepared.settings("notify")
    log = blueprint("notify").metadata.tables["access_log"]
    database = Database(own.database, "notify", load_keys(own.keys, "notify"), log, pool_size=1)
    try:
        async with database.transaction() as tx:
            await resend.ask_owner(tx, "notify", "authority", None, "kit", "a fault test")
    finally:
        await database.engine.dispose()


TELLS: Mapping[str, Stimulus] = {
    "organisation": unit_made,
    "authority": sent,
    "execution": carried_out,
    "journal": journal_opened,
    "deviation": deviation_registered,
    "notify": history_asked_for,
}
HEARS: Mapping[str, Stimulus] = dict.fromkeys(TELLS, carried_out) | {"organisation": unit_made}
