"""What each reader of a deviation sees: the manager all of it, the reporter how far it has come, support what it is."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from chassis.auth import Actor
from chassis.decision import Who
from services.deviation.deviation import Analysis, Deviation, Feedback, Status, left_before_closing
from services.deviation.guidance import QUESTIONS
from services.deviation.person import Person
from services.deviation.rights import Link, possible
from services.deviation.unit import NO_MANAGER

BESIDE = ("suspect-lex", "describe")
"""Steps that only the manager reads about: a suspicion has readers of its own."""


class SupportView(BaseModel):
    """What user support needs to move or remove it: nothing about anybody."""

    id: UUID
    number: int
    link: Literal["support"] = "support"
    unit: str
    kind: str
    status: Status
    may: list[str]


class Concerned(BaseModel):
    """The person it is about."""

    id: UUID
    name: str
    identity_number: str | None
    protected: bool


class Report(BaseModel):
    """What the reporter wrote (F-23)."""

    was_alone: str | None
    business_area: str
    category: str
    activity: str | None
    residence: str | None
    guidance: str | None
    involved_professions: list[str]
    occurred_on: date
    occurred_at: time
    reported_by: str
    reported_on: date
    course_of_events: str
    suggested_action: str | None
    comment: str | None


class Happened(BaseModel):
    """One step of its history."""

    at: datetime
    command: str
    status: Status
    name: str
    reason: str


class DeviationView(BaseModel):
    """The deviation, as somebody with a link to it sees it."""

    id: UUID
    number: int
    link: Link
    kind: str
    status: Status
    unit: str
    manager: str | None
    warning: str | None
    """R-26, as long as nobody answers for its unit."""
    person: Concerned | None
    report: Report
    lex: list[str]
    """The laws that the reader has named, or for the manager that anybody has."""
    feedback: list[Feedback]
    analysis: Analysis | None
    seen: str
    """The mark of the analysis."""
    risk: int | None
    history: list[Happened]
    may: list[str]
    left: list[str]
    """What the manager has left to do before it can be closed."""
    registered: bool
    """The reader has just registered it."""


def support_view(deviation: Deviation, found: Mapping[Link, Who], names: Mapping[UUID, str]) -> SupportView:
    return SupportView(
        id=deviation.id,
        number=deviation.number,
        unit=names.get(deviation.unit_id, "okänd enhet"),
        kind=deviation.kind,
        status=deviation.status,
        may=list(possible(deviation, found)),
    )


def view(
    deviation: Deviation,
    by: Actor,
    found: Mapping[Link, Who],
    link: Link,
    names: Mapping[UUID, str],
    person: Person | None,
    *,
    registered: bool,
) -> DeviationView:
    """What is the manager's alone (the analysis, reasons, others' suspicions) is left out for all others."""
    manages = link is Link.MANAGER
    return DeviationView(
        id=deviation.id,
        number=deviation.number,
        link=link,
        kind=deviation.kind,
        status=deviation.status,
        unit=names.get(deviation.unit_id, "okänd enhet"),
        manager=names.get(deviation.manager_id) if deviation.manager_id else None,
        warning=NO_MANAGER if deviation.status is Status.UNASSIGNED else None,
        person=_concerned(person, by) if person else None,
        report=_report(deviation, names),
        lex=[suspicion.law for suspicion in deviation.lex if manages or suspicion.member_id == by.member_id],
        feedback=list(deviation.feedback),
        analysis=deviation.analysis if manages else None,
        seen=deviation.seen if manages else "",
        risk=deviation.analysis.risk if manages and deviation.analysis else None,
        history=[
            Happened(at=s.at, command=s.command, status=s.status, name=s.name, reason=s.reason if manages else "")
            for s in deviation.history
            if manages or s.command not in BESIDE
        ],
        may=list(possible(deviation, found)),
        left=[str(refusal()) for refusal in left_before_closing(deviation)] if manages else [],
        registered=registered,
    )


def _concerned(person: Person, by: Actor) -> Concerned:
    return Concerned(
        id=person.id,
        name=person.name,
        identity_number=None if person.hidden_from(by.member_id) else person.identity_number,
        protected=person.protected,
    )


def _report(deviation: Deviation, names: Mapping[UUID, str]) -> Report:
    return Report(
        was_alone=deviation.was_alone,
        business_area=deviation.business_area,
        category=deviation.category,
        activity=deviation.activity,
        residence=names.get(deviation.residence_id) if deviation.residence_id else None,
        guidance=QUESTIONS[deviation.guidance].question if deviation.guidance else None,
        involved_professions=list(deviation.involved_professions),
        occurred_on=deviation.occurred_on,
        occurred_at=deviation.occurred_at,
        reported_by=names.get(deviation.reported_by, "okänd"),
        reported_on=deviation.reported_on,
        course_of_events=deviation.course_of_events,
        suggested_action=deviation.suggested_action,
        comment=deviation.comment,
    )
