"""What the doors look up before something is decided."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

from asyncpg import UniqueViolationError
from fastapi import Depends, Request
from sqlalchemy import ColumnElement, insert, select, text

from chassis import replica
from chassis.auth import Actor
from chassis.database import Transaction
from chassis.decision import Decision, NotAllowed, NotFound, Refused
from chassis.signing import BadSignature, verify
from contracts.organisation import UnitKind
from services.authority.assignment import NEVER_SENT, Assignment, OrderStatus
from services.authority.follow_up import FollowUp
from services.authority.labels import MARKED
from services.authority.lines import Choice, Group, OrderLine, order_lines
from services.authority.order import Basis
from services.authority.ordered import OVER, Ordered
from services.authority.person import CASE_WORKERS, AlreadyRegistered, AlreadyYours, Person, seen_by
from services.authority.provider import CARRIES_OUT, READERS, RESPONSIBLE, Provider, Staff
from services.authority.tables import assignments, decisions, follow_ups, numbers, persons

PROVIDERS = text("""
    SELECT u.unit_id, u.name, u.internal, u.mark FROM replica_unit u
    WHERE u.kind = ANY(:kinds) AND (u.ended_on IS NULL OR u.ended_on > :on) AND EXISTS (
        SELECT FROM replica_membership s WHERE s.unit_id = ANY(u.path) AND s.role = ANY(:roles)
          AND (s.valid_from IS NULL OR s.valid_from <= :on) AND (s.valid_to IS NULL OR s.valid_to >= :on))""")
UNIT = text("SELECT unit_id, name, kind, ended_on FROM replica_unit WHERE unit_id = :unit_id")
STAFF = text("""
    SELECT m.member_id, m.name, m.title, array_agg(DISTINCT s.role ORDER BY s.role) AS roles
    FROM replica_unit u JOIN replica_membership s ON s.unit_id = ANY(u.path) JOIN replica_member m USING (member_id)
    WHERE u.unit_id = :unit_id AND s.role = ANY(:roles)
      AND (s.valid_from IS NULL OR s.valid_from <= :on) AND (s.valid_to IS NULL OR s.valid_to >= :on)
    GROUP BY m.member_id, m.name, m.title""")


async def find_provider(tx: Transaction, unit_id: UUID | None, on: date) -> Provider | None:
    """The unit with those who have a role there that day; None when no such unit is known here."""
    unit = (await tx.execute(UNIT, {"unit_id": unit_id})).one_or_none()
    if unit is None:
        return None
    found = await tx.execute(STAFF, {"unit_id": unit_id, "roles": list(READERS), "on": on})
    staff = tuple(Staff(row.member_id, row.name, row.title, tuple(row.roles)) for row in replica.in_order(found))
    return Provider(unit.unit_id, unit.name, UnitKind(unit.kind), unit.ended_on, staff)


async def providers(tx: Transaction, on: date) -> list[Group]:
    """The units that can be sent an order that day, the municipality's own and the private ones, to choose from."""
    kinds, roles = list(CARRIES_OUT), list(RESPONSIBLE)
    found = replica.in_order(await tx.execute(PROVIDERS, {"kinds": kinds, "roles": roles, "on": on}))
    groups = {"Kommunens egna enheter": True, "Externa utförare": False}
    return [
        Group(
            name=name,
            choices=[
                Choice(id=str(unit.unit_id), name=f"{unit.name} – {MARKED[unit.mark]}" if unit.mark else unit.name)
                for unit in found
                if unit.internal is internal
            ],
        )
        for name, internal in groups.items()
    ]


async def basis_of(tx: Transaction, assignment: Assignment) -> Basis:
    """The person and the decision that an order rests on, and what it replaces."""
    person, decision = await tx.read(persons, assignment.person_id), await tx.read(decisions, assignment.decision_id)
    if not assignment.replaces:
        return Basis(person, decision)
    replaced = await tx.read(assignments, assignment.replaces)
    return Basis(person, decision, replaced)


async def follow_ups_of(tx: Transaction, assignment_id: UUID) -> list[FollowUp]:
    """The follow-ups of an assignment, the first round first."""
    table = follow_ups.table.c
    query = select(follow_ups.table).where(table.assignment_id == assignment_id).order_by(table.round, table.id)
    return await tx.find(follow_ups, query)


async def unread_follow_ups(tx: Transaction, orders: Iterable[UUID]) -> dict[UUID, UUID]:
    """Assignment id -> its first follow-up that nobody has received."""
    table = follow_ups.table.c
    query = select(table.assignment_id, table.id).where(
        table.assignment_id.in_(list(orders)), table.received_at.is_(None)
    )
    found = await tx.execute(query.order_by(table.round.desc(), table.id.desc()))
    return {row.assignment_id: row.id for row in found}


async def orders_of(tx: Transaction, *which: ColumnElement[bool]) -> tuple[list[Assignment], list[OrderLine]]:
    """The orders that a condition picks, without discarded drafts, the newest first, also as the lines of a list."""
    table = assignments.table.c
    query = select(assignments.table).where(*which, table.status != OrderStatus.DISCARDED)
    found = await tx.find(assignments, query.order_by(table.id.desc()))
    units = await replica.unit_names(tx, {order.unit_id for order in found if order.unit_id})
    return found, order_lines(found, units, await unread_follow_ups(tx, (order.id for order in found)))


async def new_number(tx: Transaction, given_to: UUID) -> str:
    """The next running number, with at least seven digits."""
    query = insert(numbers).values(given_to=given_to).returning(numbers.c.number)
    return f"{await tx.scalar(query):07}"


async def known_members(tx: Transaction, members: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the members that the organisation has."""
    return frozenset(await replica.member_names(tx, members))


def is_genuine(follow_up: FollowUp, keys: Path) -> bool:
    """True when the follow-up's signature is execution's own and over this very document and signer."""
    try:
        claims = verify(follow_up.report.signature, keys / "public.json", "execution")
    except BadSignature:
        return False
    signed = (claims.get("document_sha256"), claims.get("follow_up"), claims.get("signed_by"))
    return signed == (follow_up.document_sha256, str(follow_up.id), str(follow_up.signed_by))


def _with_our_keys(request: Request) -> Callable[[FollowUp], bool]:
    keys: Path = request.app.state.service.settings.keys
    return lambda follow_up: is_genuine(follow_up, keys)


Verifying = Annotated[Callable[[FollowUp], bool], Depends(_with_our_keys)]
"""For a door: is_genuine with the public keys of this installation."""


async def save_person(tx: Transaction, decision: Decision[Person], new_to: Actor | None = None) -> None:
    """AlreadyRegistered when another person has the number, AlreadyYours for whoever registers one they have already.
    The attempt is logged.
    """
    person = decision.state
    if person.identity_number:
        same = select(persons.table).where(persons.table.c.identity_number == person.identity_number)
        others = [one for one in await tx.find(persons, same) if one.id != person.id]
        for other in others:
            tx.tried(decision.by, other.id, "register", f"person/{other.id}", "the number is registered")
            raise _taken(other, new_to)
    try:
        await tx.save(persons, decision)
        await tx.flush()
    except UniqueViolationError as error:
        if error.constraint_name == "uq_persons_identity_number":
            raise AlreadyRegistered("identity_number") from None  # the original error quotes the number
        raise


def _taken(other: Person, new_to: Actor | None) -> Refused:
    if new_to is None:
        return AlreadyRegistered("identity_number")
    try:
        seen_by(other, new_to)
    except (NotFound, NotAllowed):
        return AlreadyRegistered("identity_number")
    return AlreadyYours("identity_number", id=other.id, case_number=other.case_number)


async def colleagues_of(tx: Transaction, person: Person, orders: Iterable[Assignment]) -> dict[UUID, str]:
    """Member id -> name and place, of those who could work with the person: here, and where the orders are."""
    found = await replica.members_at(tx, [person.authority_unit_id], CASE_WORKERS, tx.today)
    for unit_id in dict.fromkeys(order.unit_id for order in orders if order.phase not in OVER):
        provider = await find_provider(tx, unit_id, tx.today)
        for one in provider.staff if provider else ():
            found.setdefault(one.member_id, f"{one.name}, {one.title}, {provider.name if provider else ''}")
    return found


async def sent_orders(tx: Transaction, person_id: UUID) -> list[Ordered]:
    """The person's orders that have been sent, and where they are."""
    table = assignments.table.c
    sent = select(assignments.table).where(table.person_id == person_id, table.status.not_in(NEVER_SENT))
    found = await tx.find(assignments, sent)
    there = {unit_id: await find_provider(tx, unit_id, tx.today) for unit_id in {order.unit_id for order in found}}
    return [Ordered(order, there[order.unit_id]) for order in found]
