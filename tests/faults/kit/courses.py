"""The courses that assignments take, played through the doors."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from chassis.clock import SWEDEN
from tests.faults.kit.actor import Actor, GivenUp
from tests.faults.kit.ledger import Act
from tests.support.municipality import unit

CASE_WORKER = "karin.berg"
NEED_CHANGED = {"reason": "need_changed"}


@dataclass(frozen=True)
class Provider:
    """A receiving unit, who distributes there, and who acknowledges at which units."""

    code: str
    distributor: str
    units: tuple[tuple[str, str], ...]


BLANDAREN = Provider("blandaren", "eva.nyberg", (("blandaren-ute", "jonas.ek"), ("blandaren", "omar.haddad")))
RAKENSTICKAN = Provider("rakenstickan", "fatima.noor", (("rakenstickan", "fatima.noor"),))


class Turn(StrEnum):
    """How far a course goes, or where it leaves the usual way."""

    SENT = "sent, then nobody does anything"
    WITHDRAWN = "withdrawn"
    CROSSED = "withdrawn while it is distributed"
    DECLINED = "declined and confirmed"
    DISTRIBUTED = "distributed, not acknowledged"
    PARTLY = "acknowledged by one unit"
    ACKNOWLEDGED = "acknowledged by all units"
    STARTED = "started"
    FOLLOWED_UP = "followed up and read"
    CLOSED = "ended and closed"


WAY = (Turn.DISTRIBUTED, Turn.PARTLY, Turn.ACKNOWLEDGED, Turn.STARTED, Turn.FOLLOWED_UP, Turn.CLOSED)
"""The usual way, in its order."""


@dataclass(frozen=True)
class Course:
    """What is to become of one assignment."""

    turn: Turn
    provider: Provider
    insists: bool
    is_distant: bool = False

    def goes(self, turn: Turn) -> bool:
        """Whether it comes as far as this on the usual way."""
        return self.turn in WAY and WAY.index(self.turn) >= WAY.index(turn)


def today() -> str:
    return str(datetime.now(SWEDEN).date())


async def play(course: Course, actor: Actor, person: str) -> None:
    """The whole course; GivenUp where it stops early."""
    assignment = await order(course, actor, person)
    subject = f"assignment/{assignment}"
    mine = f"/authority/assignments/{assignment}"
    theirs = f"/execution/assignments/{assignment}"
    withdraw = partial(
        Actor.do, login=CASE_WORKER, act=Act.WITHDRAW, path=f"{mine}/withdrawal", body=NEED_CHANGED, subject=subject
    )
    if course.turn is Turn.WITHDRAWN:
        await at_once(actor, withdraw, withdraw)
    elif course.turn is Turn.CROSSED:
        _, distribute = await ready_to_distribute(course, actor, assignment)
        await at_once(actor, withdraw, distribute)
    elif course.turn is Turn.DECLINED:
        no = {"reason": "no_capacity", "holder": "provider"}
        await actor.do(course.provider.distributor, Act.DECLINE, f"{theirs}/decline", no, subject=subject)
        await actor.do(CASE_WORKER, Act.CONFIRM_DECLINE, f"{mine}/decline-confirmation", subject=subject)
    elif course.turn in WAY:
        await carry_out(course, actor, assignment)


async def order(course: Course, actor: Actor, person: str) -> str:
    """Decide, draft and send; gives the assignment. What is made bears its key, so that it can be counted."""
    key = uuid4()
    decision = {
        "decided_on": today(),
        "decision_maker": "Karin Berg",
        "decision_type": f"Bistånd {key}",
        "legal_basis": "sol2025-11-1",
        "period_from": today(),
    }
    path = f"/authority/persons/{person}/decisions"
    made = await actor.do(CASE_WORKER, Act.DECIDE, path, decision, key=key)
    key = uuid4()
    draft = {
        "decision_id": made["id"],
        "unit_id": str(unit(course.provider.code)),
        "assignment_name": f"Uppdrag {key}",
        "services": ["morgonhjalp", "dusch"],
        "goals": ["Klara morgonen själv"],
    }
    assignment = str((await actor.do(CASE_WORKER, Act.DRAFT, "/authority/assignments", draft, key=key))["id"])
    sending = f"/authority/assignments/{assignment}/sending"
    await actor.do(CASE_WORKER, Act.SEND, sending, subject=f"assignment/{assignment}")
    return assignment


Doing = Callable[..., Coroutine[Any, Any, Any]]
"""A command that lacks only its actor, and what it heeds."""


async def at_once(actor: Actor, *doings: Doing) -> None:
    """Two people do it, or two things that shut each other out, each unseen by the other. GivenUp when neither did."""
    decided = asyncio.Event()

    async def one(doing: Doing) -> GivenUp | None:
        try:
            await doing(replace(actor), decided=decided)
        except GivenUp as refused:
            return refused
        finally:
            decided.set()
        return None

    refused = await asyncio.gather(*(one(doing) for doing in doings))
    if all(refused):
        raise GivenUp(" and ".join(map(str, refused)))


async def ready_to_distribute(course: Course, actor: Actor, assignment: str) -> tuple[list[str], Doing]:
    """Its rows, which are registered, and what distributes them."""
    subject, path = f"assignment/{assignment}", f"/execution/assignments/{assignment}"
    distributor = course.provider.distributor
    new = [
        {"service": "morgonhjalp", "unit_id": str(unit(code)), "period_from": today()}
        for code, _ in course.provider.units
    ]
    await actor.do(distributor, Act.REGISTER, f"{path}/rows", {"rows": new}, subject=subject)
    rows = [row["id"] for row in (await actor.get(distributor, path))["rows"]]
    ticked = {"row_ids": rows, "confirmed": True}
    door = f"{path}/distribution"
    return rows, partial(Actor.do, login=distributor, act=Act.DISTRIBUTE, path=door, body=ticked, subject=subject)


async def carry_out(course: Course, actor: Actor, assignment: str) -> None:
    """At the provider, from the first row to the last day."""
    subject, path = f"assignment/{assignment}", f"/execution/assignments/{assignment}"
    distributor, units = course.provider.distributor, course.provider.units
    rows, distribute = await ready_to_distribute(course, actor, assignment)
    await at_once(actor, distribute, distribute)
    if course.goes(Turn.PARTLY):
        for code, login in units if course.goes(Turn.ACKNOWLEDGED) else units[:1]:
            body = {"unit_id": str(unit(code))}
            done = f"{path}/acknowledgement"
            await actor.do(login, Act.ACKNOWLEDGE, done, body, subject=subject, part=str(unit(code)))
    if course.goes(Turn.STARTED):
        visit = {"started_on": today(), "visiting_unit_id": str(unit(units[0][0]))}
        await actor.do(distributor, Act.START, f"{path}/start", visit, subject=subject)
    if course.goes(Turn.FOLLOWED_UP):
        await follow_up(course, actor, assignment)
    if course.goes(Turn.CLOSED):
        await close(course, actor, assignment, rows)


async def follow_up(course: Course, actor: Actor, assignment: str) -> None:
    """Rated, signed, submitted, and read by the case worker."""
    subject, login = f"assignment/{assignment}", course.provider.units[0][1]
    door = f"/execution/assignments/{assignment}/follow-ups"
    begun = await actor.do(login, Act.FOLLOW_UP, door, subject=subject)
    path, part = begun["location"], str(UUID(begun["id"]))
    goals = (await actor.get(login, path))["ratings"]
    text = {"ratings": [{"goal_id": goal["goal_id"], "rating": 4} for goal in goals], "signature_date": today()}
    text["action"] = "continue"
    await actor.do(login, Act.WRITE, f"{path}/text", text, subject=subject, part=part)
    for act in (Act.DOCUMENT, Act.FINAL):
        await actor.do(login, act, f"{path}/{act}", subject=subject, part=part)
    read = {"document_sha256": (await actor.get(login, path))["document_sha256"]}
    await actor.do(login, Act.SIGN, f"{path}/signature", read, subject=subject, part=part)
    await actor.do(login, Act.SUBMIT, f"{path}/submission", subject=subject, part=part)
    receipt = f"/authority/follow-ups/{part}/receipt"
    await actor.do(CASE_WORKER, Act.RECEIPT, receipt, subject=subject, part=part)


async def close(course: Course, actor: Actor, assignment: str, rows: list[str]) -> None:
    """Every row is given its last day; then the authority has nothing more to order."""
    subject, path = f"assignment/{assignment}", f"/execution/assignments/{assignment}"
    for row in rows:
        ending = f"{path}/rows/{row}/ending"
        body = {"last_day": today()}
        await actor.do(course.provider.distributor, Act.END_ROW, ending, body, subject=subject, part=row)
    closing = f"/authority/assignments/{assignment}/closing"
    await actor.do(CASE_WORKER, Act.CLOSE, closing, {"reason": "goals_met"}, subject=subject)
