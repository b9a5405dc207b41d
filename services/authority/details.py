"""What is said about a person when they are registered or corrected, and when it makes sense."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.decision import Invalid
from chassis.forms import Command
from contracts.authority import Protection
from services.authority.identity_number import IdentityNumber, IdentityType, InvalidIdentityNumber, Sex, parse
from services.authority.person import Person

EARLIEST = 1850


class Details(Command):
    """Who the person is, as far as it is known and may be kept."""

    identity_number: str | None = Field(default=None, title="Identitetsnummer", max_length=40)
    de_identified: bool = Field(default=False, title="Avidentifierad")
    family_name: str = Field(default="", title="Efternamn", max_length=200)
    given_name: str = Field(default="", title="Förnamn", max_length=200)
    sex: Sex | None = Field(default=None, title="Kön")
    birth_year: int | None = Field(default=None, title="Födelseår")
    contact_language: str | None = Field(default=None, title="Kontaktspråk", max_length=100)
    interpreter_need: str | None = Field(default=None, title="Tolkbehov", max_length=200)
    registered_address: str | None = Field(default=None, title="Folkbokföringsadress", max_length=500)
    protection: Protection = Field(default=Protection.NONE, title="Skyddade uppgifter")
    cleared: tuple[UUID, ...] = Field(default=(), title="Får se personen", max_length=100)


DETAIL_LABELS: Mapping[str, str] = {name: field.title or name for name, field in Details.model_fields.items()}
"""Field -> what people call it."""


class UnusableIdentityNumber(Invalid):
    """{reason}"""


class EitherNumberOrNone(Invalid):
    """Ange ett identitetsnummer eller att personen är avidentifierad, inte båda delarna."""


class NameMissing(Invalid):
    """Skriv personens efternamn och förnamn, eller ange att personen är avidentifierad."""


class BirthYearInFuture(Invalid):
    """Födelseåret ligger i framtiden."""


class SexContradicts(Invalid):
    """Numret säger {told}. Välj Hämta ur numret, eller kontrollera numret."""


class BirthYearContradicts(Invalid):
    """Numret säger {told}. Låt fältet vara tomt, eller kontrollera numret."""


class BirthYearTooEarly(Invalid):
    """Skriv födelseåret med fyra siffror, till exempel 1938."""


class AddressNotKept(Invalid):
    """En person med skyddad folkbokföring får inte ha någon adress här. Ta bort adressen."""


def described(person: Person, details: Details, today: date) -> Person:
    """The person as described.

    Sex and birth year come from the number when it tells them; then nothing else is taken. Refused when the details
    contradict each other or say what may not be kept.
    """
    _check(details, today)
    number = _number(details, today)
    if number:
        _must_agree(details, number)
    return replace(
        person,
        identity_number=number.value if number else None,
        identity_type=number.type if number else IdentityType.NONE,
        family_name=details.family_name or "Avidentifierad",
        given_name=details.given_name or "person",
        sex=details.sex or (number.sex if number else Sex.UNKNOWN),
        birth_year=details.birth_year or (number.birth_year if number else None),
        contact_language=details.contact_language or None,
        interpreter_need=details.interpreter_need or None,
        registered_address=details.registered_address or None,
        protection=details.protection,
    )


def _check(details: Details, today: date) -> None:
    if not details.de_identified and not (details.family_name and details.given_name):
        raise NameMissing("given_name" if details.family_name else "family_name")
    if details.birth_year is not None and details.birth_year < EARLIEST:
        raise BirthYearTooEarly("birth_year")
    if details.birth_year and details.birth_year > today.year:
        raise BirthYearInFuture("birth_year")
    if details.protection is Protection.PROTECTED_REGISTRATION and details.registered_address:
        raise AddressNotKept("registered_address")


def _number(details: Details, today: date) -> IdentityNumber | None:
    if details.de_identified:
        if details.identity_number:
            raise EitherNumberOrNone("identity_number")
        return None
    try:
        return parse(details.identity_number or "", today)
    except InvalidIdentityNumber as error:
        raise UnusableIdentityNumber("identity_number", reason=error) from None


def _must_agree(details: Details, number: IdentityNumber) -> None:
    if details.sex not in (None, number.sex) and number.sex is not Sex.UNKNOWN:
        raise SexContradicts("sex", told=number.sex)
    if number.birth_year and details.birth_year not in (None, number.birth_year):
        raise BirthYearContradicts("birth_year", told=number.birth_year)
