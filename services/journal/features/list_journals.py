"""List a person's journals (journalsammanställning): those at the units where the reader works."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from chassis import replica
from chassis.auth import Actor
from chassis.decision import NotFound, Who
from chassis.http import By, Router, Tx, page
from services.journal.journal import MANAGERS, READERS, WRITERS, Journal
from services.journal.lookups import carried_for, journals_about
from services.journal.person import Carried, Person, carrying_units, must_exist_for, units_of
from services.journal.tables import persons
from services.journal.template import TEMPLATES, Coded, templates_at

router = Router()


class JournalLine(BaseModel):
    """One journal (F-12)."""

    id: UUID
    name: str
    unit: str
    status: str
    origin: str
    opened_at: datetime
    opened_by: str
    changed_at: datetime
    changed_by: str
    may_print: bool


class UnitChoice(BaseModel):
    """A unit on which the reader may open a journal, and with which templates."""

    unit_id: UUID
    name: str
    templates: list[Coded]


class JournalList(BaseModel):
    """The person's journals, the newest first."""

    person_id: UUID
    person: str
    identity_number: str | None
    protected: bool
    journals: list[JournalLine]
    assignment_ids: list[UUID]
    """The assignments that brought the person to the reader's units."""
    may_open_at: list[UnitChoice]


@router.get("/journals")
@page("journals.html")
async def list_journals(by: By, tx: Tx, person_id: Annotated[UUID, Query()]) -> JournalList:
    person = await tx.read(persons, person_id)
    units, known = await carried_for(tx, person_id), await journals_about(tx, person_id)
    who, seen = visible(person, units, known, by)
    await tx.saw(who, [person_id], "list", "journals")
    may_open = openable(units, by, tx.today)
    names = await replica.unit_names(tx, {*may_open, *(journal.unit_id for journal in seen)})
    return JournalList(
        person_id=person_id,
        person=person.name,
        identity_number=person.identity_number,
        protected=person.protected,
        journals=[_line(journal, names, by) for journal in seen],
        assignment_ids=[one.assignment_id for one in units if units_of([one]) & by.units(READERS)],
        may_open_at=[
            UnitChoice(
                unit_id=unit,
                name=names.get(unit, "okänd enhet"),
                templates=[Coded(template.code, template.name) for template in templates_at(unit)],
            )
            for unit in may_open
        ],
    )


def visible(
    person: Person, carried: Sequence[Carried], journals: Sequence[Journal], by: Actor
) -> tuple[Who, list[Journal]]:
    """Who reads, and the journals they may see. NotFound when the person is no concern of their units."""
    must_exist_for(person, by)
    mine = by.units(READERS)
    near = mine & (units_of(carried) | {journal.unit_id for journal in journals})
    if not near:
        raise NotFound
    return by.at(min(near), READERS), [journal for journal in journals if journal.unit_id in mine]


def openable(carried: Sequence[Carried], by: Actor, today: date) -> list[UUID]:
    """The units that carry something out and where they may write."""
    return sorted(carrying_units(carried, today) & by.units(WRITERS))


def _line(journal: Journal, names: dict[UUID, str], by: Actor) -> JournalLine:
    return JournalLine(
        id=journal.id,
        name=TEMPLATES[journal.template].name,
        unit=names.get(journal.unit_id, "okänd enhet"),
        status=journal.status,
        origin="Genomförande",
        opened_at=journal.opened_at,
        opened_by=f"{journal.opened_by.name} / {journal.opened_by.title}",
        changed_at=journal.changed_at,
        changed_by=f"{journal.changed_by.name} / {journal.changed_by.title}",
        may_print=journal.unit_id in by.units(MANAGERS),
    )
