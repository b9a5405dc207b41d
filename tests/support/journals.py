"""Journals for tests: Moira's insats at Blandaren ute, a journal there, and a note that Jonas wrote in it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.authority import PersonCard
from contracts.execution import AssignmentDistributed, DistributedRow, InterventionEnded
from contracts.sealed import Sealed
from services.journal.features.open_journal import OpenJournal, open_new
from services.journal.features.write_note import Edit, write
from services.journal.journal import Journal
from services.journal.note import History
from services.journal.person import Carried, Person, carried_now, person_of
from tests.support.municipality import member, unit
from tests.support.orders import person
from tests.support.people import actor

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAY = timedelta(hours=24)
ASSIGNMENT = uuid5(NAMESPACE_URL, "assignment-1")
TEXT = "Moira ville inte duscha. Hon åt frukost."


def row(number: int = 1, unit_code: str = "blandaren-ute", **changes: Any) -> DistributedRow:
    """An insats at a unit, since the first of November."""
    values: dict[str, Any] = {
        "row_id": UUID(int=number),
        "unit_id": unit(unit_code),
        "service": "morgonhjalp",
        "period_from": date(2026, 11, 1),
    }
    return DistributedRow(**(values | changes))


def distributed(
    *rows: DistributedRow, card: PersonCard | None = None, assignment_id: UUID = ASSIGNMENT, **changes: Any
) -> AssignmentDistributed:
    """The event with which execution tells which unit carries out what."""
    about = card or person()
    values: dict[str, Any] = {
        "assignment_id": assignment_id,
        "person_id": about.person_id,
        "unit_id": unit("blandaren"),
        "case_worker_id": member("karin.berg"),
        "distributed_at": NOW,
        "rows": rows,
        "person": Sealed(about),
    }
    return AssignmentDistributed(**(values | changes))


def ended(on: date, number: int = 1, unit_code: str = "blandaren-ute") -> InterventionEnded:
    """The event with which execution tells that an insats has a last day."""
    return InterventionEnded(
        assignment_id=ASSIGNMENT,
        person_id=person().person_id,
        row_id=UUID(int=number),
        unit_id=unit(unit_code),
        service="morgonhjalp",
        ended_on=on,
    )


def moira(**changes: Any) -> Person:
    """The person as the journal service knows her."""
    return person_of(person(**changes), NOW)


def at_units(*codes: str) -> list[Carried]:
    """What units carry out for her."""
    rows = [row(number, code) for number, code in enumerate(codes, 1)]
    return [carried_now(None, distributed(*rows), person())]


def journal(unit_code: str = "blandaren-ute", login: str = "jonas.ek") -> Journal:
    """An open journal at a unit."""
    command = OpenJournal(person_id=moira().id, unit_id=unit(unit_code), template="allman")
    return open_new(moira(), at_units(unit_code), [], command, actor(login), UUID(int=1), NOW, TODAY).state


def typed(**changes: Any) -> Edit:
    """What Jonas types."""
    values: dict[str, Any] = {"noted_at": NOW, "heading": "avvikelse-fran-plan", "text": TEXT}
    return Edit(**(values | changes))


def note(login: str = "jonas.ek", within: Journal | None = None, **changes: Any) -> History:
    """A note that has just been written."""
    return write(within or journal(), moira(), typed(**changes), actor(login), UUID(int=2), NOW, DAY).state
