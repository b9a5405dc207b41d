"""Who is told about an assignment: one pure function for each event of authority and execution that matters."""

from dataclasses import replace

from contracts.authority import AssignmentClosed, AssignmentWithdrawn, DeclineConfirmed, FollowUpReceived
from contracts.execution import (
    AcknowledgementDelayed,
    AssignmentAcknowledged,
    AssignmentDeclined,
    AssignmentDistributed,
    AssignmentEnded,
    AssignmentReceived,
    FollowUpSubmitted,
    InterventionEnded,
    InterventionStarted,
)
from services.notify.matter import Acknowledgement, Matter, after_distribution, after_end, again, changed_units, over
from services.notify.notice import Kind
from services.notify.telling import Overtaken, Telling, Told

TO_ACKNOWLEDGE = (Kind.DISTRIBUTED, Kind.ACKNOWLEDGE_REMINDER, Kind.NOT_ACKNOWLEDGED)
"""Kinds that there is nothing left to do about when the unit has acknowledged, or no longer has it."""

GONE_WHEN_WITHDRAWN = (*TO_ACKNOWLEDGE, Kind.CHOSEN, Kind.ASSIGNMENT_CHANGED)
"""Kinds that matter again when units turn out to have it: the withdrawal came too late."""

DONE_WHEN_CLOSED = (
    *(*TO_ACKNOWLEDGE, Kind.NEW_ASSIGNMENT, Kind.CHOSEN, Kind.ASSIGNMENT_CHANGED, Kind.DECLINED),
    *(Kind.ACKNOWLEDGED, Kind.STARTED, Kind.ASSIGNMENT_ENDED),
)


def _still_here(matter: Matter) -> Matter:
    """Execution tells that units have it, so a withdrawal came too late; what the authority has closed stays over."""
    return matter if set(DONE_WHEN_CLOSED) <= set(matter.past) else again(matter, GONE_WHEN_WITHDRAWN)


def assignment_received(event: AssignmentReceived, matter: Matter) -> Told:
    """TRE-ASSIGN-03: those who distribute at the unit."""
    return Told(matter, (Telling(Kind.NEW_ASSIGNMENT, event.unit_id, event.unit_id),))


def assignment_declined(event: AssignmentDeclined, matter: Matter) -> Told:
    told = Telling(Kind.DECLINED, event.case_worker_id, event.unit_id)
    return Told(over(matter, (Kind.NEW_ASSIGNMENT,)), (told,))


def assignment_distributed(event: AssignmentDistributed, matter: Matter) -> Told:
    """The staff of each unit that gets it, those whom somebody chose to tell (TRE-DIST-07), and, when there has been
    a distribution before, those who had acknowledged what has changed (C-16)."""
    after = over(after_distribution(_still_here(matter), event), (Kind.NEW_ASSIGNMENT,))
    by = event.distributed_by
    new = tuple(Telling(Kind.DISTRIBUTED, unit, unit, by) for unit in sorted(after.unit_ids - matter.unit_ids))
    chosen = tuple(Telling(Kind.CHOSEN, member, event.unit_id, by) for member in dict.fromkeys(event.recipients))
    gone = tuple(Overtaken(TO_ACKNOWLEDGE, unit) for unit in sorted(matter.unit_ids - after.unit_ids))
    tellings, overtaken = _changed(matter, after)
    withdrawn = set(GONE_WHEN_WITHDRAWN) <= set(matter.past)
    untrue = (Overtaken((Kind.ASSIGNMENT_WITHDRAWN,), event.unit_id),) if withdrawn else ()
    return Told(after, (*new, *chosen, *tellings), (*untrue, *gone, *overtaken))


def intervention_ended(event: InterventionEnded, matter: Matter) -> Told:
    """A row with another last day than before is a changed row (C-16)."""
    after = after_end(matter, event)
    return Told(after, *_changed(matter, after))


def _changed(before: Matter, after: Matter) -> tuple[tuple[Telling, ...], tuple[Overtaken, ...]]:
    """Those who had acknowledged for a unit; an earlier notice of a change says nothing more than the new one."""
    units = changed_units(before, after)
    tellings = tuple(
        Telling(Kind.ASSIGNMENT_CHANGED, member, unit) for unit in units for member in before.acknowledged_by(unit)
    )
    return tellings, tuple(Overtaken((Kind.ASSIGNMENT_CHANGED,), unit) for unit in units)


def assignment_acknowledged(event: AssignmentAcknowledged, matter: Matter) -> Told:
    """The case worker, once for each: it is told again when a recall leaves nothing else to acknowledge."""
    done = Acknowledgement(event.unit_id, event.acknowledged_by)
    overtaken = (Overtaken(TO_ACKNOWLEDGE, event.unit_id),)
    if done in matter.acknowledgements:
        return Told(matter, (), overtaken)
    told = Telling(Kind.ACKNOWLEDGED, event.case_worker_id, event.unit_id, event.acknowledged_by)
    return Told(replace(matter, acknowledgements=(*matter.acknowledgements, done)), (told,), overtaken)


def acknowledgement_delayed(event: AcknowledgementDelayed, matter: Matter) -> Told:
    """TRE-ACK-03: those who are to see to it at the unit, and when it did not help, the case worker."""
    reminder = Telling(Kind.ACKNOWLEDGE_REMINDER, event.unit_id, event.unit_id)
    case_worker = Telling(Kind.NOT_ACKNOWLEDGED, event.case_worker_id, event.unit_id)
    overtaken = Overtaken((Kind.ACKNOWLEDGE_REMINDER, Kind.NOT_ACKNOWLEDGED), event.unit_id)
    both = event.reminder > 1 or event.last
    return Told(_still_here(matter), (reminder, case_worker) if both else (reminder,), (overtaken,))


def intervention_started(event: InterventionStarted, matter: Matter) -> Told:
    return Told(matter, (Telling(Kind.STARTED, event.case_worker_id, event.unit_id),))


def follow_up_submitted(event: FollowUpSubmitted, matter: Matter) -> Told:
    told = Telling(Kind.FOLLOW_UP, event.case_worker_id, event.unit_id, event.signed_by, event.follow_up_id)
    return Told(matter, (told,))


def follow_up_received(event: FollowUpReceived, matter: Matter) -> Told:
    """Tells nobody, but the case worker needs no reminder of what they have read."""
    after = replace(matter, read_parts=(*matter.read_parts, event.follow_up_id))
    return Told(after, (), (Overtaken((Kind.FOLLOW_UP,), part_id=event.follow_up_id),))


def assignment_ended(event: AssignmentEnded, matter: Matter) -> Told:
    """TRE-CLOSE-06: the case worker, so that decision and case can be closed."""
    told = Telling(Kind.ASSIGNMENT_ENDED, event.case_worker_id, event.unit_id)
    return Told(over(matter, TO_ACKNOWLEDGE), (told,))


def assignment_withdrawn(event: AssignmentWithdrawn, matter: Matter) -> Told:
    """Those who were to distribute. When units have it already it came too late, and there is nothing to tell."""
    if matter.rows:
        return Told(matter)
    told = Telling(Kind.ASSIGNMENT_WITHDRAWN, event.unit_id, event.unit_id)
    return Told(over(matter, (*GONE_WHEN_WITHDRAWN, Kind.NEW_ASSIGNMENT)), (told,))


def decline_confirmed(event: DeclineConfirmed, matter: Matter) -> Told:
    told = Telling(Kind.DECLINE_CONFIRMED, event.unit_id, event.unit_id)
    return Told(over(matter, (Kind.NEW_ASSIGNMENT, Kind.DECLINED)), (told,))


def assignment_closed(event: AssignmentClosed, matter: Matter) -> Told:
    told = Telling(Kind.ASSIGNMENT_CLOSED, event.unit_id, event.unit_id)
    return Told(over(matter, DONE_WHEN_CLOSED), (told,))
