"""Open a journal (ny journal): on the unit that carries out the insats, with one of the unit's templates."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from uuid_utils.compat import uuid7

from chassis.auth import Actor
from chassis.decision import Decision, NotFound, Refused
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.event import Code
from contracts.journal import JournalOpened
from services.journal.journal import READERS, WRITERS, Journal, JournalStatus, signature
from services.journal.lookups import carried_for, journals_about
from services.journal.person import Carried, Person, carrying_units, must_exist_for, units_of
from services.journal.tables import journals, persons
from services.journal.template import template_at

router = Router()


class OpenJournal(Command):
    """A new journal."""

    person_id: UUID
    unit_id: UUID = Field(title="Enhet")
    template: Code = Field(title="Journalmall")


class NotTheCarryingUnit(Refused):
    """Journalen måste öppnas på den enhet som utför insatsen."""


class AlreadyOpen(Refused):
    """Personen har redan en öppen journal med den mallen på enheten. Skriv i den."""


@router.post("/journals")
@form("/journal/journals")
async def open_journal(command: OpenJournal, by: By, tx: Tx) -> Done:
    person = await tx.load(persons, command.person_id)
    units, known = await carried_for(tx, person.id), await journals_about(tx, person.id)
    decision = open_new(person, units, known, command, by, uuid7(), tx.now, tx.today)
    journal = await tx.save(journals, decision)
    return Done(id=journal.id, location=f"/journal/journals/{journal.id}", message="Journalen är öppnad.")


def open_new(
    person: Person,
    carried: Sequence[Carried],
    known: Sequence[Journal],
    command: OpenJournal,
    by: Actor,
    id: UUID,
    now: datetime,
    today: date,
) -> Decision[Journal]:
    """R-10: the unit must have a current or planned insats. Whoever works nowhere near the person finds nobody."""
    must_exist_for(person, by)
    if not by.units(READERS) & (units_of(carried) | {journal.unit_id for journal in known}):
        raise NotFound
    who = by.at(command.unit_id, WRITERS, seen_by=READERS)
    if command.unit_id not in carrying_units(carried, today):
        raise NotTheCarryingUnit("unit_id")
    template = template_at(command.unit_id, command.template)
    same = [journal for journal in known if (journal.unit_id, journal.template) == (command.unit_id, template.code)]
    if any(journal.status is JournalStatus.OPEN for journal in same):
        raise AlreadyOpen("template")
    signed = signature(by, who)
    journal = Journal(id, person.id, command.unit_id, template.code, now, signed, now, signed)
    opened = JournalOpened(
        journal_id=id, person_id=person.id, unit_id=command.unit_id, template=template.code, opened_at=now
    )
    return Decision(journal, (opened,), who)
