"""Checks: every open assignment is in somebody's queue, and everybody who should be told is told once."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from uuid import UUID

from tests.faults.kit.facts import Facts, Told
from tests.faults.kit.verdict import Finding, Word

MANAGEMENT = frozenset({"operations_manager", "unit_manager", "coordinator"})
STAFF = MANAGEMENT | {"care_worker"}

Telling = tuple[str, UUID, UUID]
"""(kind, to whom, about what)."""

TO_UNIT: Mapping[str, str] = {
    "execution.assignment-received.v1": "new_assignment",
    "authority.decline-confirmed.v1": "decline_confirmed",
    "authority.assignment-closed.v1": "assignment_closed",
}
TO_CASE_WORKER: Mapping[str, str] = {
    "execution.assignment-declined.v1": "declined",
    "execution.assignment-acknowledged.v1": "acknowledged",
    "execution.intervention-started.v1": "started",
    "execution.follow-up-submitted.v1": "follow_up",
    "execution.assignment-ended.v1": "assignment_ended",
}


AT_AUTHORITY = frozenset({"draft", "discarded", "withdrawn", "closed"})
"""Phases of an order in which nobody there has anything left to do."""


def every_open_assignment_is_in_a_queue(facts: Facts) -> Iterator[Finding]:
    """Of the unit that is to distribute it, of each unit that is to acknowledge it, in the list of each unit that
    carries it out; and somebody there may act on it."""
    told: dict[UUID, list[Told]] = defaultdict(list)
    for event in facts.told:
        if event.owner == "execution" and event.subject.startswith("assignment/"):
            told[UUID(event.subject[11:])].append(event)
    for carried in facts.carried:
        if carried.status in ("received", "accepted"):
            listed, expected, roles = carried.queue_unit_ids, {carried.unit_id}, MANAGEMENT
        elif carried.status == "distributed":
            listed, expected, roles = carried.queue_unit_ids, _to_acknowledge(told[carried.id]), STAFF
        elif carried.status in ("acknowledged", "in_execution", "ended"):
            listed, expected, roles = carried.unit_ids, _distributed_to(told[carried.id]), STAFF
        else:
            continue
        if set(listed) != expected or not expected:
            yield Finding(Word.LOST, f"assignment/{carried.id}: {carried.status}, and not in the queues of its units")
        for unit in expected:
            if not facts.members_at.get(unit, frozenset()) & roles:
                yield Finding(Word.LOST, f"assignment/{carried.id}: nobody at unit {unit} may act on it")


def every_open_order_has_a_case_worker(facts: Facts) -> Iterator[Finding]:
    """Somebody at the authority, who may act on what comes back."""
    for order in facts.ordered:
        if order.phase not in AT_AUTHORITY and order.case_worker_id not in facts.case_workers:
            yield Finding(Word.LOST, f"assignment/{order.id}: {order.phase}, and nobody at the authority has it")


def _distributed_to(events: list[Told]) -> set[UUID]:
    """The units it has been sent to; nothing is recalled in these plays."""
    distributed = [event for event in events if event.type == "execution.assignment-distributed.v1"]
    return {UUID(row["unit_id"]) for event in distributed for row in event.body["rows"]}


def _to_acknowledge(events: list[Told]) -> set[UUID]:
    """The units it was sent to, without those that have acknowledged."""
    waiting: set[UUID] = set()
    for event in sorted(events, key=lambda event: event.sequence):
        if event.type == "execution.assignment-distributed.v1":
            waiting |= {UUID(row["unit_id"]) for row in event.body["rows"]}
        elif event.type == "execution.assignment-acknowledged.v1":
            waiting.discard(UUID(event.body["unit_id"]))
    return waiting


def everybody_is_told_once(facts: Facts) -> Iterator[Finding]:
    """As the owners' logs say who should be; a withdrawal may be told or not when it crossed a distribution."""
    expected, possible = _tellings(facts.told)
    found = Counter((notice.kind, notice.to_id, notice.about_id) for notice in facts.notices)
    for telling in expected.keys() | possible.keys() | found.keys():
        kind, to_id, about_id = telling
        what = f"{kind} to {to_id} about {about_id}"
        least, most = expected[telling], expected[telling] + possible[telling]
        if found[telling] < least:
            yield Finding(Word.LOST, f"{what}: told {found[telling]} times of {least}")
        elif found[telling] > most:
            yield Finding(Word.DUPLICATED if most else Word.PHANTOM, f"{what}: told {found[telling]} times of {most}")


def _tellings(told: tuple[Told, ...]) -> tuple[Counter[Telling], Counter[Telling]]:
    """(those that must be, those that may be)."""
    lines: dict[UUID, list[Told]] = defaultdict(list)
    for event in told:
        if event.subject.startswith(("assignment/", "deviation/")):
            lines[UUID(event.subject.partition("/")[2])].append(event)
    must: Counter[Telling] = Counter()
    may: Counter[Telling] = Counter()
    for id, events in lines.items():
        crossed = any(event.type == "execution.assignment-distributed.v1" for event in events)
        for event in events:
            for kind, to in _told_by(event, events):
                (may if kind == "assignment_withdrawn" and crossed else must)[kind, to, id] += 1
    return must, may


def _told_by(event: Told, events: list[Told]) -> Iterator[tuple[str, UUID]]:
    """Whom an event concerns, and of what kind the notice is."""
    if event.type in TO_UNIT:
        yield TO_UNIT[event.type], UUID(event.body["unit_id"])
    elif event.type in TO_CASE_WORKER:
        yield TO_CASE_WORKER[event.type], UUID(event.body["case_worker_id"])
    elif event.type == "deviation.deviation-registered.v1":
        yield "deviation", UUID(event.body["manager_id"])
    elif event.type == "authority.assignment-withdrawn.v1":
        yield "assignment_withdrawn", UUID(event.body["unit_id"])
    elif event.type == "execution.assignment-distributed.v1":
        for unit in {UUID(row["unit_id"]) for row in event.body["rows"]}:
            yield "distributed", unit
    elif event.type == "execution.intervention-ended.v1":
        for other in events:
            if other.type == "execution.assignment-acknowledged.v1" and other.body["unit_id"] == event.body["unit_id"]:
                yield "assignment_changed", UUID(other.body["acknowledged_by"])
