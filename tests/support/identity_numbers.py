"""Skatteverket's open test numbers, by what they show. No other numbers may be written in this repository."""

from datetime import date

WOMEN = [
    "19900831-2382", "19970530-2389", "19920603-2386", "20020918-2385", "20041028-2388", "20130508-2388",
    "20191003-2380", "20200405-2383", "19471016-2381", "19230406-9285", "19380303-9142", "19940915-2387",
    "19980415-2388", "18900101-9802",
]  # fmt: skip
MEN = [
    "19901226-2391", "19951007-2391", "19950601-2393", "20000831-2399", "20070207-2398", "20130423-2398",
    "20190318-2390", "20220210-2394", "19200630-9294", "20050715-2395", "19931205-2393", "19980905-2393",
    "20130405-2390",
]  # fmt: skip
WITH_A_DATE = {
    "19460762-2398": date(1946, 7, 2),
    "19351086-2398": date(1935, 10, 26),
    "19820682-2390": date(1982, 6, 22),
    "20231185-2392": date(2023, 11, 25),
}
WITHOUT_A_DATE = {"19640260-2392": 1964, "19890068-2397": 1989, "20090080-2398": 2009}
PERSONNUMMER = [*WOMEN, *MEN]
SAMORDNINGSNUMMER = [*WITH_A_DATE, *WITHOUT_A_DATE]
T_NUMBERS = ["20050505-T000", "19311020-T000"]


def without_separator(number: str) -> str:
    return number.replace("-", "")


def changed(number: str, position: int, character: str) -> str:
    """The number with one of its 12 characters replaced."""
    value = without_separator(number)
    return value[:position] + character + value[position + 1 :]


def with_wrong_check_digit(number: str) -> str:
    return changed(number, 11, str((int(number[-1]) + 1) % 10))
