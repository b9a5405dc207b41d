"""Reads the facts from the six databases and the queues."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import UUID

import aio_pika
import asyncpg

from chassis import replica
from cli.accounts import at_database
from cli.blueprints import blueprint
from contracts.topology import DEAD, HEARS, SERVICES, queue
from tests.faults.kit.facts import Carried, Change, Effect, Facts, Followed, Heard, Left, Notice, Ordered, Told

TOLD = "SELECT id, subject, sequence, type, body FROM outbox WHERE receiver IS NULL"
EFFECTS = "SELECT position, id, subject, type FROM kit_effect ORDER BY position"
CHANGES = "SELECT position, about, id, before, after FROM kit_status ORDER BY position"
UNPUBLISHED = """
    SELECT type, id, coalesce(last_error, '') AS error FROM outbox WHERE published_at IS NULL
    UNION ALL SELECT 'sent again', o.id, '' FROM outbox_resend r JOIN outbox o USING (position)
    UNION ALL SELECT 'history asked for', NULL, coalesce(subject, 'everything') FROM outbox_resend_request"""
UNAPPLIED = """
    SELECT status, type, id, coalesce(last_error, '') AS error FROM inbox
    WHERE status NOT IN ('applied', 'duplicate', 'skipped', 'passed')"""
DECIDED = "SELECT decision_type FROM decisions"
ORDERED = "SELECT id, assignment_name AS name, status, phase, case_worker_id FROM assignments"
CARRIED = """
    SELECT id, status, unit_id, queue_unit_ids, unit_ids,
        jsonb_path_query_array(acts, '$[*].what')::text AS acts FROM assignments"""
HEARD = """
    SELECT assignment_id, jsonb_path_query_array(rows, '$[*].id')::text AS row_ids,
        jsonb_path_query_array(rows, '$[*] ? (@.ended_on != null).id')::text AS ended FROM carried"""
CASE_WORKERS = "SELECT DISTINCT member_id FROM replica_membership WHERE role = 'case_worker'"
FOLLOWED = "SELECT id, assignment_id, status FROM follow_ups"
NOTICES = "SELECT kind, to_id, about_id FROM notices"
MEMBERS = """
    SELECT u.unit_id, array_agg(DISTINCT m.role) AS roles
    FROM replica_unit u JOIN replica_membership m ON m.unit_id = ANY(u.path) GROUP BY u.unit_id"""


async def read_facts(admin: str, amqp: str) -> Facts:
    """Everything, as it is now."""
    rows = {service: await _common(admin, service) for service in SERVICES}
    async with _at(admin, "authority") as authority, _at(admin, "execution") as execution:
        carried = await execution.fetch(CARRIED)
        return Facts(
            told=tuple(one for told, _, _, _ in rows.values() for one in told),
            effects=tuple(one for _, effects, _, _ in rows.values() for one in effects),
            changes=tuple(one for _, _, changes, _ in rows.values() for one in changes),
            left=(*(one for _, _, _, left in rows.values() for one in left), *await _queued(amqp)),
            decided=tuple(row[0] for row in await authority.fetch(DECIDED)),
            ordered=tuple(Ordered(**row) for row in await authority.fetch(ORDERED)),
            carried=tuple(_carried(row) for row in carried),
            notices=await _notices(admin),
            followed=tuple(Followed(**row) for row in await execution.fetch(FOLLOWED)),
            heard=(*await _heard(admin, "journal"), *await _heard(admin, "deviation")),
            members_at={row[0]: frozenset(row[1]) for row in await execution.fetch(MEMBERS)},
            case_workers=frozenset(row[0] for row in await authority.fetch(CASE_WORKERS)),
            handled={service: handled(service) for service in SERVICES},
        )


@cache
def handled(service: str) -> frozenset[str]:
    """The types of event that a service does something with."""
    mine = [replica.subscriptions, *blueprint(service).subscriptions]
    return frozenset(type for subscriptions in mine for type in subscriptions.handlers)


async def queued(amqp: str) -> dict[str, int]:
    """Queue -> how many messages wait in it, without those that have been delivered and not acked."""
    connection = await aio_pika.connect(amqp)
    async with connection:
        channel = await connection.channel()
        found = {}
        for name in (DEAD, *map(queue, SERVICES)):
            declared = await channel.declare_queue(name, passive=True)
            found[name] = declared.declaration_result.message_count or 0
        return found


async def at_rest(admin: str, amqp: str) -> bool:
    """Nothing is left to publish, to apply or in a queue, and nothing that was told still lacks its effect: what has
    been delivered and not acked is in none of these."""
    if any((await queued(amqp)).values()):
        return False
    if [left for service in SERVICES for left in await _left(admin, service)]:
        return False
    return not await _under_way(admin)


async def _under_way(admin: str) -> bool:
    """Whether a service with a handler for something that was told has not done it yet."""
    told: dict[str, list[asyncpg.Record]] = {}
    done: dict[str, set[UUID]] = {}
    for service in SERVICES:
        async with _at(admin, service) as connection:
            told[service] = await connection.fetch("SELECT id, type FROM outbox WHERE receiver IS NULL")
            done[service] = {row[0] for row in await connection.fetch("SELECT id FROM kit_effect")}
    return any(
        row["type"] in handled(receiver) and row["id"] not in done[receiver]
        for receiver, owners in HEARS.items()
        for owner in owners
        for row in told[owner]
    )


async def _queued(amqp: str) -> list[Left]:
    return [Left(name, f"{count} messages") for name, count in (await queued(amqp)).items() if count]


@asynccontextmanager
async def _at(admin: str, service: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(at_database(admin, service))
    try:
        yield connection
    finally:
        await connection.close()


async def _left(admin: str, service: str) -> list[Left]:
    async with _at(admin, service) as connection:
        outbox = [
            Left(f"{service}'s outbox", f"{row['type']} {row['error']}", row["id"])
            for row in await connection.fetch(UNPUBLISHED)
        ]
        inbox = [
            Left(f"{service}'s inbox", f"{row['status']} {row['type']} {row['error']}", row["id"])
            for row in await connection.fetch(UNAPPLIED)
        ]
        return [*outbox, *inbox]


async def _common(admin: str, service: str) -> tuple[list[Told], list[Effect], list[Change], list[Left]]:
    async with _at(admin, service) as connection:
        told = [
            Told(service, **{**row, "body": _clear(row["body"])}) for row in map(dict, await connection.fetch(TOLD))
        ]
        effects = [Effect(service, **row) for row in await connection.fetch(EFFECTS)]
        changes = [Change(service, **row) for row in await connection.fetch(CHANGES)]
    return told, effects, changes, await _left(admin, service)


async def _notices(admin: str) -> tuple[Notice, ...]:
    async with _at(admin, "notify") as connection:
        return tuple(Notice(**row) for row in await connection.fetch(NOTICES))


async def _heard(admin: str, service: str) -> list[Heard]:
    async with _at(admin, service) as connection:
        rows = await connection.fetch(HEARD)
    return [Heard(service, row["assignment_id"], _ids(row["row_ids"]), _ids(row["ended"])) for row in rows]


def _ids(array: str) -> tuple[UUID, ...]:
    return tuple(UUID(id) for id in json.loads(array))


def _carried(row: Mapping[str, Any]) -> Carried:
    return Carried(
        row["id"],
        row["status"],
        row["unit_id"],
        tuple(row["queue_unit_ids"]),
        tuple(row["unit_ids"]),
        tuple(json.loads(row["acts"])),
    )


def _clear(body: bytes) -> dict[str, Any]:
    return {name: value for name, value in json.loads(body).items() if not isinstance(value, dict)}


async def unpublished(admin: str, service: str) -> int:
    """How many messages wait in a service's outbox."""
    async with _at(admin, service) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))
