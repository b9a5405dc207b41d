"""Ansvarig chef: who is told of a deviation at a unit, asked before anything is saved."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis import replica
from chassis.http import By, Router, Tx
from contracts.organisation import Role
from services.deviation.lookups import known_unit
from services.deviation.place import REPORTERS
from services.deviation.unit import Told, told

router = Router()


@router.get("/responsible-manager")
async def responsible_manager(
    unit_id: Annotated[UUID, Query()], by: By, tx: Tx, on: Annotated[date | None, Query()] = None
) -> Told:
    by.anywhere((*REPORTERS, Role.USER_SUPPORT))
    unit = await known_unit(tx, unit_id)
    return told(unit.id, await replica.responsible_manager(tx, unit.id, on or tx.today))
