"""Sök avvikelse: user support finds the one that somebody calls about, by its number."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import select

from chassis.http import By, Router, Tx, page
from contracts.organisation import Role
from services.deviation.tables import deviations

router = Router()

LONGEST = 18
"""Digits that a number in the database can have."""


class Found(BaseModel):
    """What was asked for, and the one that has the number within the asker's units."""

    asked: str | None
    """None before anything is."""
    id: UUID | None


@router.get("/find")
@page("find.html")
async def find_by_number(by: By, tx: Tx, number: Annotated[str | None, Query(max_length=200)] = None) -> Found:
    who = by.anywhere((Role.USER_SUPPORT,))
    asked = None if number is None else number.strip()
    table = deviations.table.c
    id: UUID | None = None
    if asked and asked.isascii() and asked.isdigit() and len(asked) <= LONGEST:
        here = table.unit_id.in_(by.units((Role.USER_SUPPORT,)))
        id = await tx.scalar(select(table.id).where(table.number == int(asked), here))
    await tx.saw(who, [], "search", "deviation by number")
    return Found(asked=asked, id=id)
