"""Read what the authority knows about a person."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx
from contracts.authority import Protection
from services.authority.identity_number import IdentityType, Sex
from services.authority.person import Person, seen_by
from services.authority.tables import persons

router = Router()


class PersonView(BaseModel):
    """A person as a case worker sees them."""

    id: UUID
    unit: str
    case_number: str
    identity_number: str | None
    identity_type: IdentityType
    family_name: str
    given_name: str
    sex: Sex
    birth_year: int | None
    contact_language: str | None
    interpreter_need: str | None
    registered_address: str | None
    protection: Protection
    cleared: dict[UUID, str]
    """Those who may see the person when the details are protected, by name."""
    registered_by: str
    registered_at: datetime


@router.get("/persons/{id}")
async def read_person(id: UUID, by: By, tx: Tx) -> PersonView:
    person = await tx.read(persons, id)
    who = seen_by(person, by)
    await tx.saw(who, [id], "read", f"person/{id}")
    units = await replica.unit_names(tx, [person.authority_unit_id])
    return view(person, units, await replica.member_names(tx, {*person.cleared, person.registered_by}))


def view(person: Person, units: dict[UUID, str], names: dict[UUID, str]) -> PersonView:
    return PersonView(
        id=person.id,
        unit=units.get(person.authority_unit_id, "okänd enhet"),
        case_number=person.case_number,
        identity_number=person.shown_number,
        identity_type=person.identity_type,
        family_name=person.family_name,
        given_name=person.given_name,
        sex=person.sex,
        birth_year=person.birth_year,
        contact_language=person.contact_language,
        interpreter_need=person.interpreter_need,
        registered_address=person.registered_address,
        protection=person.protection,
        cleared={member: names.get(member, "okänd medarbetare") for member in person.cleared},
        registered_by=names.get(person.registered_by, "okänd medarbetare"),
        registered_at=person.registered_at,
    )
