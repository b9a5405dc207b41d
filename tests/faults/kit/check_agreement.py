"""Checks: each side's state is what its own log says, the two sides agree, and no status ever went backwards."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from tests.faults.kit.facts import Facts
from tests.faults.kit.verdict import Finding, Word

ORDER_SAID = {
    "authority.assignment-sent.v1": "sent",
    "authority.assignment-withdrawn.v1": "withdrawn",
    "authority.decline-confirmed.v1": "decline_confirmed",
    "authority.assignment-closed.v1": "closed",
}
"""What the authority tells -> the order's status after it."""

FULFILMENT_SAID = {
    "execution.assignment-received.v1": "received",
    "execution.assignment-declined.v1": "declined",
    "execution.assignment-distributed.v1": "distributed",
    "execution.intervention-started.v1": "in_execution",
    "execution.assignment-ended.v1": "ended",
}

AT_AUTHORITY: Mapping[str, tuple[str, ...]] = {
    "received": ("received",),
    "accepted": ("received",),
    "distributed": ("distributed",),
    "acknowledged": ("acknowledged",),
    "in_execution": ("started", "followed_up"),
    "ended": ("ended",),
    "declined": ("declined", "decline_confirmed"),
    "withdrawn": ("withdrawn",),
    "closed": ("closed",),
}
"""The fulfilment's status -> how the authority may see the whole."""

RANK = {
    "authority.assignments.phase": (
        *("draft", "sent", "received", "distributed", "acknowledged", "started", "followed_up", "ended", "closed"),
    ),
    "execution.assignments.status": (
        *("received", "accepted", "distributed", "acknowledged", "in_execution", "ended", "closed"),
    ),
    "execution.follow_ups.status": ("draft", "document_created", "final", "signed", "submitted", "received"),
}
"""The usual way, in its order. Nothing is recalled in these plays."""
WAYS_OUT = {
    ("received", "declined"),
    ("accepted", "declined"),
    ("declined", "decline_confirmed"),
    ("sent", "withdrawn"),
    ("received", "withdrawn"),
    ("accepted", "withdrawn"),
    ("sent", "declined"),
    ("withdrawn", "distributed"),
}
"""Off it, and back: a withdrawal that came too late. Several steps may be saved at once."""


@dataclass(frozen=True)
class Logs:
    """What an owner has told about each subject, in its order."""

    types: Mapping[tuple[str, UUID], tuple[str, ...]]
    complete: frozenset[UUID]
    """Those that every unit has acknowledged."""

    def status(self, owner: str, id: UUID, said: Mapping[str, str]) -> str | None:
        """The status after the last event that says one."""
        return next((said[type] for type in reversed(self.types.get((owner, id), ())) if type in said), None)


def logs_of(facts: Facts) -> Logs:
    """From the owners' event logs."""
    lines: dict[tuple[str, UUID], list[tuple[int, str]]] = defaultdict(list)
    for event in facts.told:
        kind, _, id = event.subject.partition("/")
        if kind == "assignment":
            lines[event.owner, UUID(id)].append((event.sequence, event.type))
    complete = {UUID(event.subject[11:]) for event in facts.told if event.body.get("complete") is True}
    return Logs({line: tuple(t for _, t in sorted(events)) for line, events in lines.items()}, frozenset(complete))


def each_side_is_what_it_told(facts: Facts) -> Iterator[Finding]:
    """A state that was told and is not there is a phantom; one that is there and was not told is lost to the others."""
    logs = logs_of(facts)
    for order in facts.ordered:
        told = logs.status("authority", order.id, ORDER_SAID)
        state = None if order.status in ("draft", "discarded") else order.status
        if state != told and not (state == "sent" and told == "withdrawn"):  # it came too late
            word = Word.PHANTOM if told and state is None else Word.LOST
            yield Finding(word, f"assignment/{order.id}: authority has told {told}, and has {state}")
    for carried in facts.carried:
        told = logs.status("execution", carried.id, FULFILMENT_SAID)
        if told == "distributed" and carried.id in logs.complete:
            told = "acknowledged"
        state = "received" if carried.status == "accepted" else carried.status
        heard = state in ("withdrawn", "closed") and logs.status("authority", carried.id, ORDER_SAID) == state
        if state != told and not heard:
            yield Finding(Word.PHANTOM, f"assignment/{carried.id}: execution has told {told}, and has {state}")


def both_sides_agree(facts: Facts) -> Iterator[Finding]:
    """What the authority has sent is at the provider, and nothing else; and they see it the same way."""
    carried = {one.id: one.status for one in facts.carried}
    ordered = {one.id: one.phase for one in facts.ordered}
    for id, phase in ordered.items():
        if phase in ("draft", "discarded"):
            if id in carried:
                yield Finding(Word.PHANTOM, f"assignment/{id}: a draft at the authority, {carried[id]} at the provider")
        elif id not in carried:
            yield Finding(Word.LOST, f"assignment/{id}: {phase} at the authority, unknown at the provider")
        elif phase not in AT_AUTHORITY[carried[id]]:
            yield Finding(Word.LOST, f"assignment/{id}: {phase} at the authority, {carried[id]} at the provider")
    for id in carried.keys() - ordered.keys():
        yield Finding(Word.PHANTOM, f"assignment/{id}: at the provider, unknown at the authority")


def those_who_document_know_every_row(facts: Facts) -> Iterator[Finding]:
    """The journal and the deviation service know what was distributed, each row once, and which rows have ended."""
    rows: dict[UUID, set[UUID]] = defaultdict(set)
    ended: dict[UUID, set[UUID]] = defaultdict(set)
    for event in facts.told:
        if event.type == "execution.assignment-distributed.v1":
            rows[UUID(event.subject[11:])] |= {UUID(row["row_id"]) for row in event.body["rows"]}
        elif event.type == "execution.intervention-ended.v1":
            ended[UUID(event.subject[11:])].add(UUID(event.body["row_id"]))
    heard = {(one.receiver, one.assignment_id): one for one in facts.heard}
    for receiver in ("journal", "deviation"):
        for id in rows.keys() | {known for who, known in heard if who == receiver}:
            known, what = heard.get((receiver, id)), f"assignment/{id} at {receiver}"
            if known is None or rows[id] - set(known.row_ids) or ended[id] - set(known.ended):
                yield Finding(Word.LOST, f"{what}: a row, or its end, is not known")
            elif set(known.row_ids) - rows[id] or set(known.ended) - ended[id]:
                yield Finding(Word.PHANTOM, f"{what}: a row, or its end, that nobody has told")
            elif len(known.row_ids) > len(rows[id]):
                yield Finding(Word.DUPLICATED, f"{what}: a row is known twice")


def no_status_went_backwards(facts: Facts) -> Iterator[Finding]:
    """Each change goes on along the usual way, or leaves it where it may be left."""
    for change in facts.changes:
        line = f"{change.service}.{change.about}"
        if line not in RANK or change.before is None or (change.before, change.after) in WAYS_OUT:
            continue
        rank = {status: place for place, status in enumerate(RANK[line])}
        if not rank.get(change.before, 99) < rank.get(change.after, -1):
            yield Finding(Word.OUT_OF_ORDER, f"{line} {change.id}: from {change.before} to {change.after}")
