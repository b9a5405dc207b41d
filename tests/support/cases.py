"""What the authority has about Moira, for tests: the person, a decision, a draft, the provider and what came back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.auth import Actor
from contracts.authority import Protection
from contracts.organisation import Role, UnitKind
from services.authority.aid_decision import AidDecision
from services.authority.assignment import Assignment, OrderStatus, Phase, heard
from services.authority.features.send_assignment import Send, send
from services.authority.identity_number import IdentityType, Sex
from services.authority.order import Basis
from services.authority.person import Person
from services.authority.provider import Provider, Staff
from services.authority.status_line import Mark, Row
from tests.support.municipality import member, member_name, unit
from tests.support.orders import GOALS
from tests.support.people import actor

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ASSIGNMENT = uuid5(NAMESPACE_URL, "assignment-1")


def moira(**changes: Any) -> Person:
    """The person of the seed (an official test number), registered by Karin Berg."""
    values: dict[str, Any] = {
        "id": uuid5(NAMESPACE_URL, "moira"),
        "authority_unit_id": unit("bistandsenheten"),
        "case_number": "0669870",
        "identity_number": "193803039142",
        "identity_type": IdentityType.PERSONNUMMER,
        "family_name": "Mustafsson",
        "given_name": "Moira",
        "sex": Sex.FEMALE,
        "birth_year": 1938,
        "registered_by": member("karin.berg"),
        "registered_at": NOW,
        "cleared": (member("karin.berg"),),
    }
    return Person(**(values | changes))


def protected(*logins: str) -> Person:
    """Moira with protected details, seen by Karin Berg and by these members."""
    cleared = (member("karin.berg"), *(member(login) for login in logins))
    return moira(protection=Protection.CONFIDENTIALITY_MARK, cleared=cleared)


def colleague() -> Actor:
    """Another case worker at the same authority unit as Karin Berg."""
    here = frozenset({Role.CASE_WORKER.value})
    return replace(actor("sara.lind"), roles={unit("bistandsenheten"): here})


def basis(person: Person | None = None) -> Basis:
    """Personal care, decided under the act in force."""
    about = person or moira()
    decision = AidDecision(
        id=uuid5(NAMESPACE_URL, "decision-1"),
        person_id=about.id,
        decision_number="1857853",
        decided_on=date(2026, 11, 18),
        decision_maker="Karin Berg",
        decision_type="Personlig omvårdnad",
        legal_basis="sol2025-11-1",
        registered_by=member("karin.berg"),
        registered_at=NOW,
        period_from=date(2026, 12, 1),
    )
    return Basis(about, decision)


def drafted(**changes: Any) -> Assignment:
    """Help in the mornings, from Blandaren; not sent yet."""
    values: dict[str, Any] = {
        "id": ASSIGNMENT,
        "person_id": moira().id,
        "decision_id": basis().decision.id,
        "authority_unit_id": unit("bistandsenheten"),
        "drafted_by": member("karin.berg"),
        "drafted_at": NOW,
        "assignment_name": "PO 5/11",
        "unit_id": unit("blandaren"),
        "services": ("morgonhjalp",),
        "goals": GOALS,
        "cover_message": "Ring på två gånger.",
    }
    return Assignment(**(values | changes))


def blandaren(**changes: Any) -> Provider:
    """The provider, with its manager, coordinator and a care worker."""
    staff = (("omar.haddad", Role.UNIT_MANAGER), ("eva.nyberg", Role.COORDINATOR), ("jonas.ek", Role.CARE_WORKER))
    values: dict[str, Any] = {
        "unit_id": unit("blandaren"),
        "name": "BLANDAREN htj (Leanlink)",
        "kind": UnitKind.PROVIDER,
        "ended_on": None,
        "staff": tuple(Staff(member(login), member_name(login), "", (role,)) for login, role in staff),
    }
    return Provider(**(values | changes))


def sent(*marks: Mark, person: Person | None = None) -> Assignment:
    """The assignment as Karin Berg sent it, and what the provider has told since."""
    about = person or moira()
    assignment = send(drafted(), basis(about), blandaren(), Send(), actor("karin.berg"), NOW, TODAY).state
    for mark in marks:
        assignment = heard(assignment, Row(mark, LATER, unit_ids=(unit("blandaren"),)), LATER).state
    return assignment


def new_id(name: str) -> UUID:
    """An id that is the same every time."""
    return uuid5(NAMESPACE_URL, name)


IN = {
    Phase.DRAFT: drafted(),
    Phase.DISCARDED: drafted(status=OrderStatus.DISCARDED, line=(Row(Mark.DISCARDED, LATER),)),
    Phase.SENT: sent(),
    Phase.RECEIVED: sent(Mark.RECEIVED),
    Phase.RECALLED: sent(Mark.DISTRIBUTED, Mark.RECALLED),
    Phase.DECLINED: sent(Mark.DECLINED),
    Phase.DISTRIBUTED: sent(Mark.DISTRIBUTED),
    Phase.ACKNOWLEDGED: sent(Mark.ACKNOWLEDGED),
    Phase.STARTED: sent(Mark.STARTED),
    Phase.FOLLOWED_UP: sent(Mark.FOLLOWED_UP),
    Phase.ENDED: sent(Mark.ENDED),
    Phase.WITHDRAWN: Assignment(**{**vars(sent()), "status": OrderStatus.WITHDRAWN}),
    Phase.DECLINE_CONFIRMED: Assignment(**{**vars(sent(Mark.DECLINED)), "status": OrderStatus.DECLINE_CONFIRMED}),
    Phase.CLOSED: Assignment(**{**vars(sent(Mark.ENDED)), "status": OrderStatus.CLOSED}),
}
"""The assignment in each phase."""
