"""Register a person: with any kind of identity number, or without identity (avidentifierad)."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from uuid_utils.compat import uuid7

from chassis.auth import Actor
from chassis.decision import Decision
from chassis.http import By, Done, Router, Tx, form
from services.authority.details import Details, described
from services.authority.identity_number import IdentityType, Sex
from services.authority.lookups import known_members, new_number, save_person
from services.authority.person import CASE_WORKERS, Person, UnknownColleague, own_unit

router = Router()


class Register(Details):
    """A person whom the authority has not met before."""

    authority_unit_id: UUID | None = Field(default=None, title="Enhet")
    """Needed only by a case worker at several units."""


@router.post("/persons")
@form("/authority/persons/new")
async def register_person(command: Register, by: By, tx: Tx) -> Done:
    by.anywhere(CASE_WORKERS)
    person_id = uuid7()
    case_number = await new_number(tx, person_id)
    known = await known_members(tx, command.cleared)
    decision = register(command, by, person_id, case_number, known, tx.now, tx.today)
    await save_person(tx, decision, by)
    return Done(id=person_id, location=f"/authority/persons/{person_id}", message="Personen är registrerad.")


def register(
    command: Register,
    by: Actor,
    person_id: UUID,
    case_number: str,
    known: frozenset[UUID],
    now: datetime,
    today: date,
) -> Decision[Person]:
    unit_id = own_unit(by, command.authority_unit_id)
    who = by.at(unit_id, CASE_WORKERS)
    if not known.issuperset(command.cleared):
        raise UnknownColleague("cleared")
    blank = Person(
        id=person_id,
        authority_unit_id=unit_id,
        case_number=case_number,
        identity_number=None,
        identity_type=IdentityType.NONE,
        family_name="",
        given_name="",
        sex=Sex.UNKNOWN,
        birth_year=None,
        registered_by=who.member_id,
        registered_at=now,
        cleared=tuple(dict.fromkeys((who.member_id, *command.cleared))),
    )
    return Decision(described(blank, command, today), (), who)
