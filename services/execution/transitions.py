"""What an assignment and its rows may go through: the only moves there are."""

from collections.abc import Mapping
from dataclasses import replace

from chassis.decision import Refused
from services.execution.assignment import Assignment, Row, RowStatus, Status
from services.execution.labels import LABELS, ROW_LABELS

TRANSITIONS: Mapping[tuple[Status, str], Status] = {
    (before, command): after
    for before, commands in {
        Status.RECEIVED: {
            "register": Status.ACCEPTED,
            "decline": Status.DECLINED,
            "withdraw": Status.WITHDRAWN,
            "close": Status.CLOSED,
            "clear": Status.RECEIVED,
        },
        Status.ACCEPTED: {
            "register": Status.ACCEPTED,
            "change": Status.ACCEPTED,
            "merge": Status.ACCEPTED,
            "remove": Status.ACCEPTED,
            "distribute": Status.DISTRIBUTED,
            "decline": Status.DECLINED,
            "withdraw": Status.WITHDRAWN,
            "end": Status.ENDED,
            "close": Status.CLOSED,
            "clear": Status.ACCEPTED,
        },
        Status.DISTRIBUTED: {
            "register": Status.DISTRIBUTED,
            "change": Status.DISTRIBUTED,
            "merge": Status.DISTRIBUTED,
            "remove": Status.DISTRIBUTED,
            "distribute": Status.DISTRIBUTED,
            "recall": Status.DISTRIBUTED,
            "recall-all": Status.ACCEPTED,
            "acknowledge": Status.DISTRIBUTED,
            "all-acknowledged": Status.ACKNOWLEDGED,
            "start": Status.IN_EXECUTION,
            "end-row": Status.DISTRIBUTED,
            "end": Status.ENDED,
            "clear": Status.DISTRIBUTED,
        },
        Status.ACKNOWLEDGED: {
            "register": Status.ACKNOWLEDGED,
            "change": Status.ACKNOWLEDGED,
            "merge": Status.ACKNOWLEDGED,
            "remove": Status.ACKNOWLEDGED,
            "distribute": Status.DISTRIBUTED,
            "recall": Status.ACKNOWLEDGED,
            "recall-all": Status.ACCEPTED,
            "acknowledge": Status.ACKNOWLEDGED,
            "start": Status.IN_EXECUTION,
            "end-row": Status.ACKNOWLEDGED,
            "end": Status.ENDED,
            "clear": Status.ACKNOWLEDGED,
        },
        Status.IN_EXECUTION: {
            "register": Status.IN_EXECUTION,
            "change": Status.IN_EXECUTION,
            "merge": Status.IN_EXECUTION,
            "remove": Status.IN_EXECUTION,
            "distribute": Status.IN_EXECUTION,
            "recall": Status.IN_EXECUTION,
            "recall-all": Status.ACCEPTED,
            "acknowledge": Status.IN_EXECUTION,
            "follow-up": Status.IN_EXECUTION,
            "end-row": Status.IN_EXECUTION,
            "end": Status.ENDED,
            "clear": Status.IN_EXECUTION,
        },
        Status.ENDED: {
            "follow-up": Status.ENDED,
            "end-row": Status.ENDED,
            "end": Status.ENDED,
            "close": Status.CLOSED,
            "clear": Status.ENDED,
        },
        Status.DECLINED: {"confirm-decline": Status.DECLINED, "close": Status.CLOSED},
    }.items()
    for command, after in commands.items()
}
"""(from, command) -> to. What is not here is refused."""

ROW_TRANSITIONS: Mapping[tuple[RowStatus, str], RowStatus] = {
    (RowStatus.REGISTERED, "change"): RowStatus.REMOVED,
    (RowStatus.REGISTERED, "merge"): RowStatus.REMOVED,
    (RowStatus.REGISTERED, "remove"): RowStatus.REMOVED,
    (RowStatus.REGISTERED, "distribute"): RowStatus.SENT,
    (RowStatus.SENT, "recall"): RowStatus.RECALLED,
    (RowStatus.SENT, "end-row"): RowStatus.ENDED,
    (RowStatus.ENDED, "end-row"): RowStatus.ENDED,
}
"""(from, command) -> to. What is not here is refused."""


class NotPossibleNow(Refused):
    """Det går inte: uppdraget är {status}."""


class Withdrawn(Refused):
    """Uppdraget har återtagits av myndigheten och ska inte utföras."""


class RowNotPossible(Refused):
    """Det går inte: insatsen har status {status}."""


def step(assignment: Assignment, command: str) -> Status:
    """The status after a command. Withdrawn or NotPossibleNow when it may not be given in this status."""
    after = TRANSITIONS.get((assignment.status, command))
    if after is None:
        raise Withdrawn if assignment.status is Status.WITHDRAWN else NotPossibleNow(status=LABELS[assignment.status])
    return after


def row_step(row: Row, command: str) -> Row:
    """The row after a command. RowNotPossible when it may not be given in this status."""
    after = ROW_TRANSITIONS.get((row.status, command))
    if after is None:
        raise RowNotPossible(status=ROW_LABELS[row.status].lower())
    return replace(row, status=after)


def may_decline(assignment: Assignment) -> bool:
    """True until anything has been distributed."""
    return (assignment.status, "decline") in TRANSITIONS and not assignment.been_distributed
