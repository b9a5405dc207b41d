"""Personer: those my units have registered, and the search among them by number or name."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, FromClause, func, literal_column, or_, select

from chassis.auth import Actor
from chassis.database import Transaction
from chassis.decision import Invalid
from chassis.http import By, Command, Router, Tx, form, page
from contracts.authority import Protection
from services.authority.identity_number import InvalidIdentityNumber, parse
from services.authority.person import CASE_WORKERS, Person, groups
from services.authority.tables import persons

router = Router()

SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")
"""No parameter: a plan for any value of it could not use the index."""

PAGE_SIZE = 25
SHORTEST_NAME = 2
"""Letters of at least one of the names: all whose name begins with a single one are too many to look through."""
NOBODY = UUID(int=0)
"""Whom the log says that a search was about when it found nobody."""


class SoughtBy(StrEnum):
    """What somebody is searched by."""

    NUMBER = "number"
    CASE = "case"
    NAME = "name"


class Search(Command):
    """A number, with any separators, or the beginning of one or more names. Never in an address: it is personal."""

    sought: str = Field(title="Nummer eller namn", min_length=1, max_length=100)
    after: UUID | None = None


class UnusableNumber(Invalid):
    """{reason}"""


class NothingToSearchBy(Invalid):
    """Skriv ett identitetsnummer, ett ärendenummer eller ett namn att söka efter."""


class NameTooShort(Invalid):
    """Skriv minst två bokstäver av något av namnen."""


@dataclass(frozen=True)
class Sought:
    """What to look for."""

    by: SoughtBy
    words: tuple[str, ...]


class PersonLine(BaseModel):
    """One line of the list."""

    id: UUID
    person: str
    identity_number: str | None
    case_number: str
    protected: bool
    registered_at: datetime


class PersonList(BaseModel):
    """The newest first; `after` gives the next page."""

    persons: list[PersonLine]
    sought: str | None
    by: SoughtBy | None
    after: UUID | None


@router.get("/persons")
@page("persons.html")
async def list_persons(by: By, tx: Tx, after: Annotated[UUID | None, Query()] = None) -> PersonList:
    return await _newest(by, tx, after)


@router.get("/persons/search", include_in_schema=False)
@page("persons.html")
async def search_anew(by: By, tx: Tx) -> PersonList:
    """Where somebody comes who opens the address of a search: nothing is searched for yet."""
    return await _newest(by, tx, None)


@router.post("/persons/search")
@page("persons.html")
@form("/authority/persons")
async def search_persons(command: Search, by: By, tx: Tx) -> PersonList:
    who = by.anywhere(CASE_WORKERS)
    sought = what_is_sought(command.sought, tx.today)
    shown, after = await _page(tx, by, command.after, _those(sought))
    await _log(tx, by, shown, "search", f"persons by {sought.by}")
    if not shown:
        await tx.saw(who, [NOBODY], "search", f"persons by {sought.by}")
    return PersonList(persons=_lines(shown), sought=command.sought, by=sought.by, after=after)


async def _newest(by: Actor, tx: Transaction, after: UUID | None) -> PersonList:
    by.anywhere(CASE_WORKERS)
    shown, last = await _page(tx, by, after)
    await _log(tx, by, shown, "list", "persons")
    return PersonList(persons=_lines(shown), sought=None, by=None, after=last)


async def _log(tx: Transaction, by: Actor, shown: list[Person], action: str, what: str) -> None:
    for who, found in groups(shown, by).items():
        await tx.saw(who, found, action, what)


async def _page(
    tx: Transaction, by: Actor, after: UUID | None, among: FromClause = persons.table
) -> tuple[list[Person], UUID | None]:
    """A page of those whom the reader may know of, and the last one's id when there are more."""
    mine = among.c.authority_unit_id.in_(by.units(CASE_WORKERS))
    visible = or_(among.c.protection == Protection.NONE, among.c.cleared.contains([by.member_id]))
    ids = select(among.c.id).where(mine, visible).order_by(among.c.id.desc()).limit(PAGE_SIZE + 1)
    if after:
        ids = ids.where(among.c.id < after)
    table = persons.table
    found = await tx.find(persons, select(table).where(table.c.id.in_(ids)).order_by(table.c.id.desc()))
    return found[:PAGE_SIZE], found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None


def _those(sought: Sought) -> FromClause:
    """Who matches. They are found before anything else is asked of them: left to itself, PostgreSQL takes a name for
    common, and reads through everybody from the newest on until it has a page of those who bear it."""
    table = persons.table.c
    needed = (table.id, table.authority_unit_id, table.protection, table.cleared)
    return select(*needed).where(_matches(sought)).cte("those").prefix_with("MATERIALIZED", dialect="postgresql")


def _matches(sought: Sought) -> ColumnElement[Any]:
    table = persons.table.c
    if sought.by is SoughtBy.NUMBER:
        return table.identity_number == sought.words[0]
    if sought.by is SoughtBy.CASE:
        return table.case_number == sought.words[0]
    beginnings = " & ".join(f"'{word}':*" for word in sought.words)
    return func.to_tsvector(SIMPLE, table.search_name).op("@@")(func.to_tsquery(SIMPLE, beginnings))


def what_is_sought(written: str, today: date) -> Sought:
    """Seven digits are a case number, anything else with a digit an identity number, the rest names."""
    characters = "".join(character for character in written if character.isalnum())
    if not characters:
        raise NothingToSearchBy("sought")
    if re.fullmatch(r"[0-9]{7}", characters):
        return Sought(SoughtBy.CASE, (characters,))
    if not any(character.isdigit() for character in characters):
        words = tuple(re.findall(r"[^\W_]+", written.casefold()))
        if len(max(words, key=len)) < SHORTEST_NAME:
            raise NameTooShort("sought")
        return Sought(SoughtBy.NAME, words)
    try:
        return Sought(SoughtBy.NUMBER, (parse(written, today).value,))
    except InvalidIdentityNumber as error:
        raise UnusableNumber("sought", reason=error) from None


def _lines(found: list[Person]) -> list[PersonLine]:
    return [
        PersonLine(
            id=person.id,
            person=person.name,
            identity_number=person.shown_number,
            case_number=person.case_number,
            protected=person.protected,
            registered_at=person.registered_at,
        )
        for person in found
    ]
