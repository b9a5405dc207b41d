"""Saknar ansvarig chef: what nobody answers for today, so that user support moves it or sees to it (R-26)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import select, tuple_

from chassis import replica
from chassis.database import Transaction
from chassis.http import By, Router, Tx, page
from contracts.organisation import Role
from services.deviation.deviation import Status
from services.deviation.tables import STILL_OPEN, deviations

router = Router()

PAGE_SIZE = 25


class Unanswered(BaseModel):
    """One deviation, with nothing about anybody."""

    id: UUID
    number: int
    kind: str
    unit: str
    status: Status
    registered_at: datetime


class WithoutManager(BaseModel):
    """The oldest first; `after` gives the next page."""

    deviations: list[Unanswered]
    after: UUID | None


@router.get("/without-manager")
@page("without_manager.html")
async def without_manager(by: By, tx: Tx, after: Annotated[UUID | None, Query()] = None) -> WithoutManager:
    who = by.anywhere((Role.USER_SUPPORT,))
    table = deviations.table.c
    units = await _unanswered(tx, by.units((Role.USER_SUPPORT,)))
    query = (
        select(deviations.table)
        .where(STILL_OPEN, table.unit_id.in_(units))
        .order_by(table.registered_at, table.id)
        .limit(PAGE_SIZE + 1)
    )
    if after:
        last = select(table.registered_at, table.id).where(table.id == after).scalar_subquery()
        query = query.where(tuple_(table.registered_at, table.id) > last)
    found = await tx.find(deviations, query)
    shown = found[:PAGE_SIZE]
    await tx.saw(who, [], "list", "without-manager")
    names = await replica.unit_names(tx, units)
    return WithoutManager(
        deviations=[
            Unanswered(
                id=deviation.id,
                number=deviation.number,
                kind=deviation.kind,
                unit=names.get(deviation.unit_id, "okänd enhet"),
                status=deviation.status,
                registered_at=deviation.registered_at,
            )
            for deviation in shown
        ],
        after=shown[-1].id if len(found) > PAGE_SIZE else None,
    )


async def _unanswered(tx: Transaction, within: frozenset[UUID]) -> list[UUID]:
    """The units with something open and nobody to answer for it today, also when somebody did once."""
    table = deviations.table.c
    rows = await tx.execute(select(table.unit_id).where(STILL_OPEN, table.unit_id.in_(within)).distinct())
    return [unit for unit in rows.scalars().all() if await replica.responsible_manager(tx, unit, tx.today) is None]
