"""What notify hears, for tests: one assignment at Blandaren and one deviation at Blandaren ute, event by event."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.authority import (
    AssignmentClosed,
    AssignmentWithdrawn,
    ClearanceChanged,
    ClosingReason,
    DeclineConfirmed,
    FollowUpReceived,
    WithdrawalReason,
)
from contracts.deviation import (
    AnalysisStarted,
    DeviationClosed,
    DeviationKind,
    DeviationMoved,
    DeviationRegistered,
    DeviationRemoved,
    FeedbackGiven,
    LexLaw,
    LexSuspected,
    ManagerMissing,
)
from contracts.event import Event
from contracts.execution import (
    AssignmentAcknowledged,
    AssignmentDeclined,
    AssignmentDistributed,
    AssignmentEnded,
    AssignmentReceived,
    ClearanceShared,
    DeclineReason,
    DistributedRow,
    Explanation,
    FollowUpReport,
    FollowUpSubmitted,
    InterventionEnded,
    InterventionStarted,
    ReasonHolder,
)
from contracts.sealed import Sealed
from tests.support.delayed import delayed
from tests.support.municipality import member, unit
from tests.support.orders import person, sent

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = date(2026, 12, 1)
ASSIGNMENT = uuid5(NAMESPACE_URL, "assignment-1")
DEVIATION = uuid5(NAMESPACE_URL, "deviation-1")
REPORT = {"deviation_id": DEVIATION, "unit_id": unit("blandaren-ute"), "reported_by": member("jonas.ek")}
"""What every event about the deviation says."""
FOLLOW_UP = uuid5(NAMESPACE_URL, "follow-up-1")
CASE_WORKER = member("karin.berg")


def row(number: int, unit_code: str = "blandaren-ute", **changes: Any) -> DistributedRow:
    """An intervention at a unit."""
    values: dict[str, Any] = {
        "row_id": UUID(int=number),
        "unit_id": unit(unit_code),
        "service": "morgonhjalp",
        "period_from": DAY,
    }
    return DistributedRow(**(values | changes))


def received(unit_code: str = "blandaren", assignment_id: UUID = ASSIGNMENT) -> AssignmentReceived:
    return AssignmentReceived(
        assignment_id=assignment_id, unit_id=unit(unit_code), case_worker_id=CASE_WORKER, received_at=AT
    )


def declined() -> AssignmentDeclined:
    return AssignmentDeclined(
        assignment_id=ASSIGNMENT,
        unit_id=unit("blandaren"),
        case_worker_id=CASE_WORKER,
        reason=DeclineReason.NO_CAPACITY,
        holder=ReasonHolder.PROVIDER,
        declined_at=AT,
        explanation=Sealed(Explanation(text="Moira Mustafsson får inte plats")),
    )


def distributed(*rows: DistributedRow, recipients: tuple[str, ...] = (), **changes: Any) -> AssignmentDistributed:
    values: dict[str, Any] = {
        "assignment_id": ASSIGNMENT,
        "person_id": person().person_id,
        "unit_id": unit("blandaren"),
        "case_worker_id": CASE_WORKER,
        "distributed_at": AT,
        "rows": rows,
        "recipients": tuple(member(login) for login in recipients),
        "person": Sealed(person()),
    }
    return AssignmentDistributed(**(values | changes))


def clearance_shared() -> ClearanceShared:
    return ClearanceShared(
        assignment_id=ASSIGNMENT, person_id=person().person_id, shared_at=AT, person=Sealed(person())
    )


def acknowledged(unit_code: str = "blandaren-ute", by: str = "jonas.ek") -> AssignmentAcknowledged:
    return AssignmentAcknowledged(
        assignment_id=ASSIGNMENT,
        unit_id=unit(unit_code),
        case_worker_id=CASE_WORKER,
        acknowledged_by=member(by),
        acknowledged_at=AT,
        complete=True,
    )


def started() -> InterventionStarted:
    return InterventionStarted(
        assignment_id=ASSIGNMENT, unit_id=unit("blandaren-ute"), case_worker_id=CASE_WORKER, started_on=DAY
    )


def intervention_ended(number: int = 1, ended_on: date = date(2026, 12, 31)) -> InterventionEnded:
    return InterventionEnded(
        assignment_id=ASSIGNMENT,
        person_id=person().person_id,
        row_id=UUID(int=number),
        unit_id=unit("blandaren-ute"),
        service="morgonhjalp",
        ended_on=ended_on,
    )


def follow_up_submitted(follow_up_id: UUID = FOLLOW_UP) -> FollowUpSubmitted:
    return FollowUpSubmitted(
        assignment_id=ASSIGNMENT,
        follow_up_id=follow_up_id,
        unit_id=unit("blandaren-ute"),
        case_worker_id=CASE_WORKER,
        round=1,
        signed_by=member("eva.nyberg"),
        signed_at=AT,
        submitted_at=AT,
        document_sha256="0" * 64,
        report=Sealed(FollowUpReport(ratings=(), document="<p>Moira Mustafsson</p>", signature="-")),
    )


def ended() -> AssignmentEnded:
    return AssignmentEnded(
        assignment_id=ASSIGNMENT, unit_id=unit("blandaren"), case_worker_id=CASE_WORKER, last_day=DAY
    )


def withdrawn() -> AssignmentWithdrawn:
    return AssignmentWithdrawn(
        assignment_id=ASSIGNMENT,
        unit_id=unit("blandaren"),
        reason=WithdrawalReason.WRONG_PROVIDER,
        withdrawn_at=AT,
    )


def decline_confirmed() -> DeclineConfirmed:
    return DeclineConfirmed(assignment_id=ASSIGNMENT, unit_id=unit("blandaren"), confirmed_at=AT)


def follow_up_received() -> FollowUpReceived:
    return FollowUpReceived(assignment_id=ASSIGNMENT, follow_up_id=FOLLOW_UP, received_at=AT)


def clearance_changed() -> ClearanceChanged:
    return ClearanceChanged(assignment_id=ASSIGNMENT, person_id=person().person_id, cleared=(CASE_WORKER,))


def closed() -> AssignmentClosed:
    return AssignmentClosed(
        assignment_id=ASSIGNMENT, unit_id=unit("blandaren"), reason=ClosingReason.GOALS_MET, closed_on=DAY
    )


def registered(manager: str | None = "omar.haddad", deviation_id: UUID = DEVIATION) -> DeviationRegistered:
    return DeviationRegistered(
        deviation_id=deviation_id,
        unit_id=unit("blandaren-ute"),
        kind=DeviationKind.DEVIATION,
        business_area="ao",
        category="fall",
        occurred_on=date(2026, 11, 22),
        about_person=True,
        reported_by=member("jonas.ek"),
        manager_id=member(manager) if manager else None,
        registered_at=AT,
    )


def manager_missing() -> ManagerMissing:
    return ManagerMissing(**REPORT)


def moved(manager: str | None = "anders.vik", to: str = "aspen-ute") -> DeviationMoved:
    return DeviationMoved(
        deviation_id=DEVIATION,
        from_unit_id=unit("blandaren-ute"),
        unit_id=unit(to),
        reported_by=member("jonas.ek"),
        manager_id=member(manager) if manager else None,
    )


def lex_suspected(by: str = "jonas.ek", law: LexLaw = LexLaw.SARAH) -> LexSuspected:
    return LexSuspected(
        deviation_id=DEVIATION, unit_id=unit("blandaren-ute"), law=law, suspected_by=member(by), suspected_at=AT
    )


def analysis_started(by: str = "omar.haddad") -> AnalysisStarted:
    return AnalysisStarted(**REPORT, manager_id=member(by))


def feedback_given() -> FeedbackGiven:
    return FeedbackGiven(**REPORT, given_by=member("omar.haddad"))


def deviation_closed() -> DeviationClosed:
    return DeviationClosed(
        deviation_id=DEVIATION, unit_id=unit("blandaren-ute"), reported_by=member("jonas.ek"), closed_at=AT
    )


def deviation_removed() -> DeviationRemoved:
    return DeviationRemoved(deviation_id=DEVIATION, unit_id=unit("blandaren-ute"), reported_by=member("jonas.ek"))


def whole_history() -> tuple[Event, ...]:
    """Everything that can be heard about the assignment and the deviation."""
    return (
        *(sent(ASSIGNMENT), clearance_changed(), received(), declined(), decline_confirmed(), withdrawn()),
        *(distributed(row(1), recipients=("eva.nyberg",)), clearance_shared(), delayed(), delayed(2)),
        *(acknowledged(), started(), distributed(row(1), row(2)), intervention_ended()),
        *(follow_up_submitted(), follow_up_received(), ended(), closed()),
        *(registered(), manager_missing(), lex_suspected(), moved(), lex_suspected(law=LexLaw.MARIA)),
        *(analysis_started(by="anders.vik"), feedback_given(), deviation_closed(), deviation_removed()),
    )
