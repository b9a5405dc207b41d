"""Decline an assignment (avböj): with a coded reason and whose reason it is, before anything has been distributed."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from chassis import replica
from chassis.auth import Actor
from chassis.decision import Decision, Refused
from chassis.http import By, Command, Done, Router, Tx, form, page
from contracts.execution import AssignmentDeclined, DeclineReason, Explanation, ReasonHolder
from contracts.sealed import Sealed
from services.execution.assignment import Assignment
from services.execution.course import acted
from services.execution.lines import Heading, heading
from services.execution.rights import DISTRIBUTORS, acting
from services.execution.tables import assignments
from services.execution.transitions import step

router = Router()


class Decline(Command):
    """Why, and whose reason it is."""

    reason: DeclineReason = Field(title="Orsak")
    holder: ReasonHolder = Field(title="Vems orsak det är")
    explanation: str = Field(default="", max_length=4000, title="Förklaring (frivilligt)")


class AfterDistribution(Refused):
    """Uppdraget har redan fördelats och kan inte avböjas. Avsluta insatserna i stället, eller kontakta handläggaren."""


class DeclineView(BaseModel):
    """What is about to be declined."""

    heading: Heading


@router.get("/assignments/{id}/decline")
@page("decline.html")
async def decline_page(id: UUID, by: By, tx: Tx) -> DeclineView:
    assignment = await tx.read(assignments, id)
    who = acting(assignment, by, DISTRIBUTORS)
    await tx.saw(who, [assignment.person_id], "read", f"assignment/{id}/decline")
    return DeclineView(heading=heading(assignment, await replica.unit_names(tx, [assignment.unit_id])))


@router.post("/assignments/{id}/decline")
@form("/execution/assignments/{id}/decline")
async def decline_assignment(id: UUID, command: Decline, by: By, tx: Tx) -> Done:
    await tx.save(assignments, decline(await tx.load(assignments, id), command, by, tx.now))
    message = "Uppdraget är avböjt. Handläggaren har meddelats."
    return Done(id=id, location=f"/execution/assignments/{id}", message=message)


def decline(assignment: Assignment, command: Decline, by: Actor, now: datetime) -> Decision[Assignment]:
    who = acting(assignment, by, DISTRIBUTORS)
    if assignment.been_distributed:
        raise AfterDistribution
    status = step(assignment, "decline")
    after = replace(assignment, status=status)
    after = acted(after, "decline", who, now, reason=command.reason, note=command.explanation)
    event = AssignmentDeclined(
        assignment_id=assignment.id,
        unit_id=assignment.unit_id,
        case_worker_id=assignment.case_worker_id,
        reason=command.reason,
        holder=command.holder,
        declined_at=now,
        explanation=Sealed(Explanation(text=command.explanation)),
    )
    return Decision(after, (event,), who)
