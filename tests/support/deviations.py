"""Deviations for tests: Moira at Blandaren ute, and the fall that Jonas reports there."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.authority import PersonCard
from contracts.deviation import Consequence
from contracts.execution import AssignmentDistributed, DistributedRow, InterventionEnded
from contracts.organisation import UnitKind
from contracts.sealed import Sealed
from services.deviation.deviation import Deviation
from services.deviation.features.assess import Assess, assess
from services.deviation.features.close import Close, close
from services.deviation.features.give_feedback import GiveFeedback, give_feedback
from services.deviation.features.register import Register, Site, register
from services.deviation.features.remove import Remove, remove
from services.deviation.features.start_analysis import start_analysis
from services.deviation.person import Known, carried_now, person_of
from services.deviation.rights import Circle
from services.deviation.unit import Unit
from tests.support.municipality import _file, member, unit
from tests.support.orders import person
from tests.support.people import actor

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""Ten o'clock in Sweden."""
TODAY = date(2026, 11, 23)
ASSIGNMENT = uuid5(NAMESPACE_URL, "assignment-1")
DEVIATION = uuid5(NAMESPACE_URL, "deviation-1")
OMAR = member("omar.haddad")
NOBODY = Circle()


def row(number: int = 1, unit_code: str = "blandaren-ute", **changes: Any) -> DistributedRow:
    """An insats at a unit, since the first of November."""
    values: dict[str, Any] = {"row_id": UUID(int=number), "unit_id": unit(unit_code), "service": "morgonhjalp"}
    return DistributedRow(**(values | {"period_from": date(2026, 11, 1)} | changes))


def distributed(
    *rows: DistributedRow, card: PersonCard | None = None, assignment_id: UUID = ASSIGNMENT, **changes: Any
) -> AssignmentDistributed:
    """The event with which execution tells who it is about and which unit carries out what."""
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


def moira(*rows: DistributedRow, **card: Any) -> Known:
    """Moira as this service knows her, with insatser at Blandaren ute or as given."""
    about = person(**card)
    return Known(person_of(about, NOW), (carried_now(None, distributed(*(rows or (row(),)), card=about), about),))


def at(code: str) -> Unit:
    """A unit of the demo municipality, as the replica gives it."""
    entry = next(u for u in _file()["units"] if u["code"] == code)
    return Unit(unit(code), entry["name"], UnitKind(entry["kind"]), entry.get("business_area"))


def report(**changes: Any) -> Register:
    """What Jonas writes about a fall; not about a person unless person_id is given."""
    values: dict[str, Any] = {
        "kind": "deviation",
        "business_area": "ao",
        "category": "fall",
        "unit_id": unit("blandaren-ute"),
        "occurred_on": date(2026, 11, 22),
        "occurred_at": time(21, 30),
        "course_of_events": "Moira föll när hon skulle öppna fönstret.",
    }
    return Register.model_validate(values | changes)


def registered(
    login: str = "jonas.ek", manager_id: UUID | None = OMAR, code: str = "blandaren-ute", **changes: Any
) -> Deviation:
    """A deviation that somebody has registered."""
    command = report(unit_id=unit(code), **changes)
    belongs = (unit(code),) if command.person_id else ()
    site = Site(at(code), belongs, manager_id=manager_id)
    return register(DEVIATION, command, actor(login), site, NOW).state


def under_analysis(**changes: Any) -> Deviation:
    """One that Omar has begun to analyse."""
    return start_analysis(registered(**changes), actor("omar.haddad"), NOBODY, NOW).state


def assessed(**changes: Any) -> Deviation:
    """One that Omar has found moderate."""
    command = Assess(analysis="Mattan låg löst.", consequence=Consequence.MODERATE)
    return assess(under_analysis(**changes), command, actor("omar.haddad"), NOBODY, NOW).state


def told_back(**changes: Any) -> Deviation:
    """One whose reporter has been given feedback."""
    command = GiveFeedback(text="Mattan är borttagen.")
    return give_feedback(assessed(**changes), command, actor("omar.haddad"), NOBODY, NOW).state


def closed(**changes: Any) -> Deviation:
    """One that is finished."""
    return close(told_back(**changes), Close(confirmed=True), actor("omar.haddad"), NOBODY, NOW).state


def removed(**changes: Any) -> Deviation:
    """One that should never have been."""
    return remove(
        registered(**changes), Remove(reason="Fel person", confirmed=True), actor("nils.holm"), NOBODY, NOW
    ).state
