"""The facts of a calm run with one assignment, for the checks to find wrong when they are changed."""

from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from tests.faults.kit.facts import Carried, Change, Effect, Facts, Notice, Ordered, Told
from tests.faults.kit.ledger import Act, Command, Outcome
from tests.faults.kit.verdict import Finding, Word

ABOUT, UNIT, WORKER, MEMBER, KEY = (UUID(int=n) for n in range(1, 6))
SUBJECT = f"assignment/{ABOUT}"
SENT, RECEIVED = "authority.assignment-sent.v1", "execution.assignment-received.v1"
DISTRIBUTED, ACKNOWLEDGED = "execution.assignment-distributed.v1", "execution.assignment-acknowledged.v1"
ENDED = "execution.intervention-ended.v1"
WITHDRAWN = "authority.assignment-withdrawn.v1"
BODY = {"unit_id": str(UNIT), "case_worker_id": str(WORKER)}


def told(type: str, sequence: int = 1, **more: Any) -> Told:
    owner = type.partition(".")[0]
    return Told(owner, uuid5(NAMESPACE_URL, f"{type} {sequence}"), SUBJECT, sequence, type, BODY | more)


def effect(event: Told, receiver: str, position: int) -> Effect:
    return Effect(receiver, position, event.id, event.subject, event.type)


SENDING, RECEIPT = told(SENT), told(RECEIVED)
CALM = Facts(
    told=(SENDING, RECEIPT),
    effects=(
        effect(SENDING, "execution", 1),
        effect(RECEIPT, "authority", 1),
        effect(RECEIPT, "notify", 1),
    ),
    changes=(Change("authority", 1, "assignments.phase", ABOUT, "draft", "sent"),),
    left=(),
    decided=(),
    ordered=(Ordered(ABOUT, f"Uppdrag {KEY}", "sent", "received", WORKER),),
    carried=(Carried(ABOUT, "received", UNIT, (UNIT,), (), ()),),
    notices=(Notice("new_assignment", UNIT, ABOUT),),
    followed=(),
    heard=(),
    members_at={UNIT: frozenset({"coordinator"})},
    case_workers=frozenset({WORKER}),
    handled={
        "organisation": frozenset(),
        "authority": frozenset({RECEIVED, DISTRIBUTED, ACKNOWLEDGED}),
        "execution": frozenset({SENT, WITHDRAWN}),
        "journal": frozenset(),
        "deviation": frozenset(),
        "notify": frozenset({RECEIVED, WITHDRAWN}),
    },
)
"""An assignment that has been sent and received, as it should be."""
COMMANDS = (
    Command(KEY, Act.DRAFT, str(KEY), "", Outcome.ANSWERED),
    Command(KEY, Act.SEND, SUBJECT, "", Outcome.ANSWERED),
)


def words(findings: Iterable[Finding]) -> set[Word]:
    return {finding.word for finding in findings}
