"""Register a person: with any kind of identity number, or without identity (avidentifierad)."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from chassis.auth import Actor
from chassis.decision import Decision, Invalid, Refused, Who
from chassis.http import By, Command, Done, Router, Tx, form
from contracts.authority import Protection
from services.authority.identity_number import IdentityNumber, IdentityType, InvalidIdentityNumber, Sex, parse
from services.authority.lookups import known_members, new_number
from services.authority.person import CASE_WORKERS, Person, UnknownColleague, own_unit
from services.authority.tables import persons

router = Router()


class Register(Command):
    """Who the person is, as far as it is known and may be kept."""

    authority_unit_id: UUID | None = Field(default=None, title="Enhet")
    """Needed only by a case worker at several units."""
    identity_number: str | None = Field(default=None, title="Personnummer", max_length=40)
    de_identified: bool = Field(default=False, title="Avidentifierad")
    family_name: str = Field(default="", title="Efternamn", max_length=200)
    given_name: str = Field(default="", title="Förnamn", max_length=200)
    sex: Sex | None = Field(default=None, title="Kön")
    birth_year: int | None = Field(default=None, title="Födelseår", ge=1850)
    contact_language: str | None = Field(default=None, title="Kontaktspråk", max_length=100)
    interpreter_need: str | None = Field(default=None, title="Tolkbehov", max_length=200)
    registered_address: str | None = Field(default=None, title="Folkbokföringsadress", max_length=500)
    protection: Protection = Field(default=Protection.NONE, title="Skyddade uppgifter")
    cleared: tuple[UUID, ...] = Field(default=(), title="Får se personen", max_length=100)


class UnusableIdentityNumber(Invalid):
    """{reason}"""


class EitherNumberOrNone(Invalid):
    """Ange ett identitetsnummer eller att personen är avidentifierad, inte båda delarna."""


class NameMissing(Invalid):
    """Skriv personens efternamn och förnamn, eller ange att personen är avidentifierad."""


class BirthYearInFuture(Invalid):
    """Födelseåret ligger i framtiden."""


class SexContradicts(Invalid):
    """Numret säger {told}. Låt fältet vara tomt, eller kontrollera numret."""


class BirthYearContradicts(Invalid):
    """Numret säger {told}. Låt fältet vara tomt, eller kontrollera numret."""


class AddressNotKept(Invalid):
    """En person med skyddad folkbokföring får inte ha någon adress här. Ta bort adressen."""


class AlreadyRegistered(Refused):
    """Identitetsnumret är redan registrerat. Kontakta användarstöd om du inte hittar personen bland dina."""


@router.post("/persons")
@form("/authority/persons/new")
async def register_person(command: Register, by: By, tx: Tx) -> Done:
    by.anywhere(CASE_WORKERS)
    person_id = uuid7()
    case_number = await new_number(tx, person_id)
    known = await known_members(tx, command.cleared)
    decision = register(command, by, person_id, case_number, known, tx.now, tx.today)
    number = decision.state.identity_number
    there = select(persons.table.c.id).where(persons.table.c.identity_number == number)
    if number and (found := await tx.connection.scalar(there)):
        tx.tried(decision.by, found, "register", f"person/{found}", "the number is registered")
        raise AlreadyRegistered("identity_number")
    try:
        await tx.save(persons, decision)
    except IntegrityError as error:
        if "uq_persons_identity_number" in str(error.orig):
            raise AlreadyRegistered("identity_number") from None  # the original error quotes the number
        raise
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
    """Sex and birth year come from the number when it tells them; then nothing else is taken."""
    unit_id = own_unit(by, command.authority_unit_id)
    who = by.at(unit_id, CASE_WORKERS)
    _check(command, known, today)
    number = _number(command, today)
    if number:
        _must_agree(command, number)
    person = Person(
        id=person_id,
        authority_unit_id=unit_id,
        case_number=case_number,
        identity_number=number.value if number else None,
        identity_type=number.type if number else IdentityType.NONE,
        family_name=command.family_name or "Avidentifierad",
        given_name=command.given_name or "person",
        sex=command.sex or (number.sex if number else Sex.UNKNOWN),
        birth_year=command.birth_year or (number.birth_year if number else None),
        registered_by=who.member_id,
        registered_at=now,
        contact_language=command.contact_language or None,
        interpreter_need=command.interpreter_need or None,
        registered_address=command.registered_address or None,
        protection=command.protection,
        cleared=_cleared(command, who),
    )
    return Decision(person, (), who)


def _check(command: Register, known: frozenset[UUID], today: date) -> None:
    if not command.de_identified and not (command.family_name and command.given_name):
        raise NameMissing("given_name" if command.family_name else "family_name")
    if command.birth_year and command.birth_year > today.year:
        raise BirthYearInFuture("birth_year")
    if command.protection is Protection.PROTECTED_REGISTRATION and command.registered_address:
        raise AddressNotKept("registered_address")
    if not known.issuperset(command.cleared):
        raise UnknownColleague("cleared")


def _number(command: Register, today: date) -> IdentityNumber | None:
    if command.de_identified:
        if command.identity_number:
            raise EitherNumberOrNone("identity_number")
        return None
    try:
        return parse(command.identity_number or "", today)
    except InvalidIdentityNumber as error:
        raise UnusableIdentityNumber("identity_number", reason=error) from None


def _must_agree(command: Register, number: IdentityNumber) -> None:
    if command.sex not in (None, number.sex) and number.sex is not Sex.UNKNOWN:
        raise SexContradicts("sex", told=number.sex)
    if number.birth_year and command.birth_year not in (None, number.birth_year):
        raise BirthYearContradicts("birth_year", told=number.birth_year)


def _cleared(command: Register, who: Who) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys((who.member_id, *command.cleared)))
