"""Identity numbers: every number is read the same way, however it is written, and a slip is refused."""

from datetime import date

import pytest

from services.authority.identity_number import (
    BirthDateInFuture,
    CenturyMissing,
    IdentityNumber,
    IdentityType,
    ImpossibleDate,
    InvalidIdentityNumber,
    LetterForDigit,
    NumberMissing,
    Sex,
    WrongCheckDigit,
    WrongForm,
    WrongLength,
    parse,
)
from tests.support.identity_numbers import (
    MEN,
    PERSONNUMMER,
    SAMORDNINGSNUMMER,
    T_NUMBERS,
    WITH_A_DATE,
    WITHOUT_A_DATE,
    WOMEN,
    changed,
    with_wrong_check_digit,
    without_separator,
)

TODAY = date(2026, 11, 23)


def test_a_personnummer_tells_the_birth_date() -> None:
    read = {number: parse(number) for number in PERSONNUMMER}
    assert {number: one.value for number, one in read.items()} == {n: without_separator(n) for n in PERSONNUMMER}
    assert {one.type for one in read.values()} == {IdentityType.PERSONNUMMER}
    assert {n: one.birth_date for n, one in read.items()} == {n: date.fromisoformat(n[:8]) for n in PERSONNUMMER}
    assert {n: one.birth_year for n, one in read.items()} == {n: int(n[:4]) for n in PERSONNUMMER}


@pytest.mark.requirement("DOM-ID-01")
@pytest.mark.parametrize(("number", "born"), WITH_A_DATE.items())
def test_a_samordningsnummer_has_sixty_added_to_the_day(number: str, born: date) -> None:
    read = parse(number)
    assert (read.type, read.birth_date, read.birth_year) == (IdentityType.SAMORDNINGSNUMMER, born, born.year)


@pytest.mark.requirement("DOM-ID-01")
@pytest.mark.parametrize(("number", "year"), WITHOUT_A_DATE.items())
def test_a_samordningsnummer_with_unknown_month_or_day_tells_only_the_birth_year(number: str, year: int) -> None:
    read = parse(number, TODAY)
    assert read.type == IdentityType.SAMORDNINGSNUMMER
    assert (read.birth_date, read.birth_year, read.age(TODAY)) == (None, year, None)


@pytest.mark.requirement("DOM-ID-01")
def test_an_even_number_is_a_woman() -> None:
    assert [number for number in WOMEN if parse(number).sex is not Sex.FEMALE] == []


@pytest.mark.requirement("DOM-ID-01")
def test_an_odd_number_is_a_man() -> None:
    assert [number for number in MEN + SAMORDNINGSNUMMER if parse(number).sex is not Sex.MALE] == []


@pytest.mark.requirement("TRE-PERSON-06")
@pytest.mark.parametrize("written", ["20050505-T000", "20 050505-T000", "20050505t000", "050505-T000"])
def test_a_t_number_is_accepted_however_it_is_written(written: str) -> None:
    assert parse(written, TODAY) == IdentityNumber("20050505T000", IdentityType.T_NUMBER)


@pytest.mark.requirement("TRE-PERSON-06")
@pytest.mark.parametrize("number", T_NUMBERS)
def test_a_t_number_leaves_sex_and_age_unknown(number: str) -> None:
    read = parse(number, TODAY)
    assert (read.sex, read.birth_date, read.birth_year, read.age(TODAY)) == (Sex.UNKNOWN, None, None, None)


@pytest.mark.requirement("TRE-PERSON-06")
def test_t_numbers_sort_by_date_among_the_others() -> None:
    numbers = ["20050715-2395", "20050505-T000", "19380303-9142", "19311020-T000"]
    assert sorted(parse(number).value for number in numbers) == [without_separator(n) for n in reversed(numbers)]


@pytest.mark.requirement("TRE-PERSON-06")
def test_all_letters_of_interim_numbers_make_a_t_number() -> None:
    kinds = {letter: parse(changed("20050505-T000", 8, letter)).type for letter in "TRSUWXJKLMN"}
    assert set(kinds.values()) == {IdentityType.T_NUMBER}, kinds


@pytest.mark.requirement("DOM-ID-01")
@pytest.mark.parametrize(
    "number",
    [
        changed("19900831-2382", 0, "9"),  # starts with 99 as in Region Stockholm
        changed("19900831-2382", 11, "A"),  # a date and four characters with a letter as in Skåne
        changed("20050505-T000", 9, "B"),
    ],
)
def test_a_reserve_number_is_accepted_and_leaves_sex_and_age_unknown(number: str) -> None:
    read = parse(number, TODAY)
    assert (read.type, read.value) == (IdentityType.RESERVE_NUMBER, number)
    assert (read.sex, read.birth_date, read.birth_year, read.age(TODAY)) == (Sex.UNKNOWN, None, None, None)


@pytest.mark.requirement("DOM-ID-01")
@pytest.mark.parametrize(
    "written",
    [
        "193803039142",
        "19 380303-9142",
        " 1938-03-03 9142\n",
        "1938.03.03/9142",
        "19380303\u20139142",
        "19\u00a0380303\u22129142",
        "380303-9142",
        "3803039142",
        "38 03 03 9142",
    ],
)
def test_separators_and_spaces_do_not_matter(written: str) -> None:
    assert parse(written, TODAY).shown == "19380303-9142"


@pytest.mark.requirement("DOM-ID-01")
@pytest.mark.parametrize(
    ("written", "today", "shown"),
    [
        ("230406-9285", date(2022, 12, 31), "19230406-9285"),  # 99 this year
        ("230406+9285", date(2023, 1, 1), "19230406-9285"),  # the year of turning 100, before the birthday
        ("230406+9285", TODAY, "19230406-9285"),
        ("200630+9294", TODAY, "19200630-9294"),
        ("900101+9802", date(1990, 1, 1), "18900101-9802"),
        ("18900101+9802", TODAY, "18900101-9802"),
        ("220210-2394", TODAY, "20220210-2394"),
        ("640260-2392", TODAY, "19640260-2392"),
    ],
)
def test_a_plus_from_the_year_of_turning_100_decides_the_century(written: str, today: date, shown: str) -> None:
    assert parse(written, today).shown == shown


@pytest.mark.requirement("DOM-ID-01")
def test_age_is_counted_in_whole_years_from_the_birthday() -> None:
    moira = parse("19380303-9142")
    assert [moira.age(date(2026, 3, day)) for day in (2, 3)] == [87, 88]
    assert parse("18900101-9802").age(TODAY) == 136
    assert parse("19460762-2398").age(date(2026, 7, 1)) == 79


@pytest.mark.requirement("DOM-ID-01")
def test_a_masked_number_shows_the_date_only() -> None:
    assert parse("19380303-9142").masked == "19380303-****"
    assert parse("20050505-T000").masked == "20050505-****"


@pytest.mark.requirement("DOM-ID-01")
def test_a_number_in_a_log_line_does_not_show_itself() -> None:
    moira = parse("19380303-9142")
    assert not any(part in f"{moira} {moira!r}" for part in ("380303", "9142"))


@pytest.mark.requirement("DOM-ID-01")
@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", NumberMissing),
        (" - ", NumberMissing),
        ("19380303-914", WrongLength),
        ("19380303-91422", WrongLength),
        ("19380303-****", WrongLength),
        ("193803-T000-00", WrongForm),
        ("T0000505-2005", WrongForm),
        ("19380303-91Å2", WrongForm),
        ("19380303-91²2", WrongForm),
        ("19900831-238O", LetterForDigit),
        ("19900831-I38O", LetterForDigit),
        (changed("19900831-2382", 4, "2"), ImpossibleDate),
        (changed("19900831-2382", 6, "4"), ImpossibleDate),
        (changed("19900831-2382", 5, "0"), ImpossibleDate),  # month 00 is for samordningsnummer only
        (changed("19460762-2398", 6, "9"), ImpossibleDate),
        (changed("19890068-2397", 6, "9"), ImpossibleDate),
        (changed("19900831-2382", 0, "0"), ImpossibleDate),
        (changed("20020918-2385", 1, "1"), ImpossibleDate),
    ],
)
def test_a_number_that_cannot_exist_is_refused_with_the_reason(
    written: str, reason: type[InvalidIdentityNumber]
) -> None:
    with pytest.raises(reason) as refused:
        parse(written, TODAY)
    assert refused.value.code == reason.__name__


@pytest.mark.requirement("DOM-ID-01")
def test_a_wrong_check_digit_is_refused() -> None:
    for number in PERSONNUMMER + SAMORDNINGSNUMMER:
        with pytest.raises(WrongCheckDigit):
            parse(with_wrong_check_digit(number))


@pytest.mark.requirement("DOM-ID-01")
@pytest.mark.parametrize("number", ["380303-9142", "380303+9142", "050505-T000"])
def test_a_number_without_century_is_refused_when_today_is_not_known(number: str) -> None:
    with pytest.raises(CenturyMissing):
        parse(number)


@pytest.mark.requirement("DOM-ID-01")
@pytest.mark.parametrize("number", ["20231185-2392", "231185-2392"])
def test_a_birth_after_today_is_refused(number: str) -> None:
    with pytest.raises(BirthDateInFuture):
        parse(number, date(2023, 11, 24))
    assert parse(number, date(2023, 11, 25)).age(date(2023, 11, 25)) == 0


@pytest.mark.requirement("DOM-ID-01")
def test_every_reason_is_two_sentences_without_the_number() -> None:
    reasons = InvalidIdentityNumber.__subclasses__()
    assert reasons
    for reason in reasons:
        message = str(reason())
        assert message.count(".") == 2 and message.endswith(".")
        assert not any(character.isdigit() for character in message)


@pytest.mark.requirement("DOM-ID-01")
def test_an_impossible_date_is_not_quoted_by_the_error_behind_it() -> None:
    with pytest.raises(ImpossibleDate) as refused:
        parse(changed("19900831-2382", 4, "2"))
    assert refused.value.__suppress_context__
