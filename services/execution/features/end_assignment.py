"""End an assignment whose rows have all been recalled: nothing more will be carried out, and the authority is told."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chassis.auth import Actor
from chassis.decision import Decision, Invalid, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from services.execution.assignment import Assignment, Status
from services.execution.course import acted, assignment_ended
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.tables import assignments
from services.execution.transitions import step

router = Router()


class EndAssignment(Command):
    """The last day that anything was carried out."""

    last_day: date


class DeclineInstead(Refused):
    """Uppdraget har aldrig fördelats. Avböj det i stället för att avsluta det."""


class RowsLeft(Refused):
    """Uppdraget har insatser hos enheterna. Avsluta var och en av dem, så avslutas uppdraget."""


class LastDayAhead(Invalid):
    """Sista dagen kan inte ligga framåt i tiden, eftersom inga insatser är kvar."""


@router.post("/assignments/{id}/ending")
@form("/execution/assignments/{id}/distribution")
async def end_whole_assignment(id: UUID, command: EndAssignment, by: By, tx: Tx) -> Done:
    await tx.save(assignments, end_assignment(await tx.load(assignments, id), command, by, tx.now, tx.today))
    message = "Uppdraget är avslutat. Handläggaren har meddelats."
    return Done(id=id, location=f"/execution/assignments/{id}", message=message)


def end_assignment(
    assignment: Assignment, command: EndAssignment, by: Actor, now: datetime, today: date
) -> Decision[Assignment]:
    who = acting(assignment, by, DISTRIBUTORS)
    if assignment.status in (Status.DISTRIBUTED, Status.ACKNOWLEDGED, Status.IN_EXECUTION, Status.ENDED):
        raise RowsLeft
    status = step(assignment, "end")
    if not assignment.been_distributed:
        raise DeclineInstead
    if command.last_day > today:
        raise LastDayAhead("last_day")
    after = acted(replace(assignment, status=status), "end", who, now, on=command.last_day)
    return Decision(after, (assignment_ended(after, command.last_day),), who)
