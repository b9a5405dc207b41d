"""Identity numbers (identitetsnummer): what kind a number is, and what it tells about the person."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class IdentityType(StrEnum):
    """The kinds of number. NONE is the person without one (avidentifierad); no `IdentityNumber` has it."""

    PERSONNUMMER = "personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer"
    T_NUMBER = "t_number"
    RESERVE_NUMBER = "reserve_number"
    NONE = "none"


class Sex(StrEnum):
    MALE = "man"
    FEMALE = "kvinna"
    UNKNOWN = "okänt"


class InvalidIdentityNumber(ValueError):
    """Identitetsnumret går inte att använda. Kontrollera det och skriv det igen."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)

    @property
    def code(self) -> str:
        return type(self).__name__


class NumberMissing(InvalidIdentityNumber):
    """Identitetsnumret saknas. Skriv numret, eller ange att personen är avidentifierad."""


class WrongLength(InvalidIdentityNumber):
    """Numret har fel längd. Skriv födelsedatumet med åtta siffror och sedan de fyra sista tecknen."""


class WrongForm(InvalidIdentityNumber):
    """Numret har tecken på fel plats. Skriv åtta siffror och sedan fyra siffror eller bokstäver."""


class LetterForDigit(InvalidIdentityNumber):
    """Numret har bokstaven O eller I där det brukar stå en siffra. Skriv en nolla eller en etta i stället."""


class CenturyMissing(InvalidIdentityNumber):
    """Århundradet saknas. Skriv födelseåret med fyra siffror."""


class ImpossibleDate(InvalidIdentityNumber):
    """Numret börjar inte med ett möjligt datum. Kontrollera år, månad och dag."""


class BirthDateInFuture(InvalidIdentityNumber):
    """Födelsedatumet ligger i framtiden. Kontrollera datumet och skriv året med fyra siffror."""


class WrongCheckDigit(InvalidIdentityNumber):
    """Kontrollsiffran stämmer inte. Jämför numret siffra för siffra med underlaget och skriv det igen."""


@dataclass(frozen=True)
class IdentityNumber:
    """A number as `parse` returns it: `value` is its 12 characters without separators. Never a key: it can change.

    T-numbers and reserve numbers promise nothing about birth or sex, so both are unknown there.
    """

    value: str = field(repr=False)  # a traceback or a log line shall not show whom it is about
    type: IdentityType

    @property
    def shown(self) -> str:
        return f"{self.value[:8]}-{self.value[8:]}"

    @property
    def masked(self) -> str:
        return f"{self.value[:8]}-****"

    @property
    def sex(self) -> Sex:
        """From the last digit of the födelsenummer: odd for men, even for women (folkbokföringslagen 18 §)."""
        if not self._tells_birth:
            return Sex.UNKNOWN
        return Sex.MALE if int(self.value[10]) % 2 else Sex.FEMALE

    @property
    def birth_date(self) -> date | None:
        """The number's date; None when it has none or only a part of one.

        It may be a nearby day: when a day's numbers run out, Skatteverket takes one from a day close to it.
        """
        return _birth_date(self.value) if self._tells_birth else None

    @property
    def birth_year(self) -> int | None:
        return int(self.value[:4]) if self._tells_birth else None

    def age(self, on: date) -> int | None:
        """Whole years on that day, as sure as `birth_date`; None when the date is unknown, negative before birth."""
        if (born := self.birth_date) is None:
            return None
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

    @property
    def _tells_birth(self) -> bool:
        return self.type in (IdentityType.PERSONNUMMER, IdentityType.SAMORDNINGSNUMMER)


def parse(text: str, today: date | None = None) -> IdentityNumber:
    """Read a number written with or without century and separators; raises a kind of `InvalidIdentityNumber`.

    Without a century, `today` is needed: '+' then says that the person turns 100 this year or already has. Given
    `today`, a birth after it is refused. The check digit does not cover the century, so show the number read.
    """
    compact = "".join(character for character in text if character.isalnum()).upper()
    if not compact:
        raise NumberMissing
    if len(compact) not in (10, 12):
        raise WrongLength
    if not re.fullmatch(r"[0-9]+[0-9A-Z]{4}", compact):
        raise WrongForm
    value = compact if len(compact) == 12 else _with_century(compact, "+" in text, today)
    number = IdentityNumber(value, _type(value))
    if number.birth_year is not None:
        _check_birth(value, today)
        _check_digit(value)
    return number


def _with_century(compact: str, centenarian: bool, today: date | None) -> str:
    if today is None:
        raise CenturyMissing
    latest = today.year - 100 if centenarian else today.year
    return f"{latest - (latest - int(compact[:2])) % 100}{compact[2:]}"


def _type(value: str) -> IdentityType:
    """T-numbers and reserve numbers follow no national rule but their form; those of Region Stockholm start with 99."""
    ending = value[8:]
    if re.fullmatch(r"[TRSUWXJKLMN][0-9]{3}", ending):
        return IdentityType.T_NUMBER
    if not ending.isdigit():
        # Taken as a reserve number, a slip of the pen would give a person a second identity.
        if ending.replace("O", "0").replace("I", "1").isdigit():
            raise LetterForDigit
        return IdentityType.RESERVE_NUMBER
    if value.startswith("99"):
        return IdentityType.RESERVE_NUMBER
    return IdentityType.SAMORDNINGSNUMMER if value[6] >= "6" else IdentityType.PERSONNUMMER


def _birth_date(value: str) -> date | None:
    """None when a samordningsnummer leaves month (00) or day (60) open; ValueError when the date is impossible."""
    year, month, day = int(value[:4]), int(value[4:6]), int(value[6:8])
    if day < 60:
        return date(year, month, day)
    known = date(year, month or 1, day - 60 or 1)
    return known if month and day > 60 else None


def _check_birth(value: str, today: date | None) -> None:
    try:
        born = _birth_date(value) or date(int(value[:4]), 1, 1)
    except ValueError:
        raise ImpossibleDate from None  # the original error may quote the date
    if value[:2] not in ("18", "19", "20"):
        raise ImpossibleDate
    if today is not None and born > today:
        raise BirthDateInFuture


def _check_digit(value: str) -> None:
    """Weights 2,1,2,… from the year's last two digits on; the digits of all products add up to a multiple of ten."""
    products = (int(digit) * (2 - index % 2) for index, digit in enumerate(value[2:]))
    if sum(product // 10 + product % 10 for product in products) % 10:
        raise WrongCheckDigit
