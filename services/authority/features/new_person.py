"""Registrera person: what there is to choose from before anything is saved."""

from uuid import UUID

from pydantic import BaseModel

from chassis import replica
from chassis.http import By, Router, Tx, page
from contracts.authority import Protection
from services.authority.details import Details
from services.authority.identity_number import Sex
from services.authority.lines import Choice
from services.authority.person import CASE_WORKERS

router = Router()


class NewPerson(BaseModel):
    """The choices of the form."""

    units: list[Choice]
    """Mine; to choose from when they are several."""
    colleagues: list[Choice]
    """The other case workers there, who can be named for a protected person."""
    written: Details = Details()
    """What stands in it: nothing yet."""
    sexes: tuple[Sex, ...] = tuple(Sex)
    protections: tuple[Protection, ...] = tuple(Protection)


@router.get("/persons/new")
@page("new_person.html")
async def new_person(by: By, tx: Tx) -> NewPerson:
    by.anywhere(CASE_WORKERS)
    mine = by.units(CASE_WORKERS)
    members = await replica.members_at(tx, mine, CASE_WORKERS, tx.today)
    return NewPerson(
        units=_choices(await replica.unit_names(tx, mine)),
        colleagues=_choices({id: name for id, name in members.items() if id != by.member_id}),
    )


def _choices(names: dict[UUID, str]) -> list[Choice]:
    return [Choice(id=str(id), name=name) for id, name in names.items()]
