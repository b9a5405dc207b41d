"""Events owned by organisation: units, members with their roles, responsible managers."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from contracts.event import Code, Event
from contracts.sealed import Content, For, Sealed

EVERY_SERVICE = For("organisation", "authority", "execution", "journal", "deviation", "notify")


class Role(StrEnum):
    """What a member does at a unit."""

    CASE_WORKER = "case_worker"
    OPERATIONS_MANAGER = "operations_manager"
    UNIT_MANAGER = "unit_manager"
    COORDINATOR = "coordinator"
    CARE_WORKER = "care_worker"
    LICENSED_STAFF = "licensed_staff"
    USER_SUPPORT = "user_support"
    SYSTEM_ADMIN = "system_admin"


class UnitKind(StrEnum):
    """The levels of the organisation tree."""

    MUNICIPALITY = "municipality"
    AUTHORITY = "authority"
    AREA = "area"
    PROVIDER = "provider"
    UNIT = "unit"
    SUB_UNIT = "sub_unit"
    RESIDENCE = "residence"


class ServiceMark(StrEnum):
    """Whether a unit carries out decided aid (bistånd) or services without a decision."""

    SERVICE = "service"
    AID = "aid"


class UnitDetails(Content):
    """What people call the unit."""

    name: str


class UnitChanged(Event, about="unit_id"):
    """En enhet har lagts till, ändrats eller upphört."""

    unit_id: UUID
    path: tuple[UUID, ...]
    """The unit's ancestors from the root down, itself last."""
    kind: UnitKind
    business_area: Code | None = None
    internal: bool
    """False for a private provider."""
    mark: ServiceMark | None = None
    ended_on: date | None = None
    """The first day the unit is no more."""
    details: Annotated[Sealed[UnitDetails], EVERY_SERVICE]


class Membership(Content):
    """A role at a unit, and at everything below it, from and to (inclusive) a day."""

    unit_id: UUID
    role: Role
    valid_from: date | None = None
    valid_to: date | None = None


class MemberDetails(Content):
    """Who the member is."""

    name: str
    title: str
    login: str
    """The subject the identity provider knows the member by."""
    email: str | None = None


class MemberChanged(Event, about="member_id"):
    """En medarbetares uppgifter eller roller har ändrats."""

    member_id: UUID
    memberships: tuple[Membership, ...]
    details: Annotated[Sealed[MemberDetails], EVERY_SERVICE]


class ManagerTerm(Content):
    """Who answers for a unit from and to (inclusive) a day; a deputy does so when there is no ordinary manager."""

    member_id: UUID
    deputy: bool = False
    valid_from: date
    valid_to: date | None = None


class ManagersChanged(Event, about="unit_id"):
    """Ansvariga chefer för en enhet har ändrats."""

    unit_id: UUID
    terms: tuple[ManagerTerm, ...]
