"""Läs avvikelse: the manager reads all of it, the reporter how far it has come, user support only what it is."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.http import By, Router, Tx, page
from services.deviation.lookups import read_for
from services.deviation.view import DeviationView, SupportView

router = Router()


@router.get("/deviations/{id}")
@page("deviation.html")
async def read_deviation(
    id: UUID, by: By, tx: Tx, registered: Annotated[bool, Query()] = False
) -> DeviationView | SupportView:
    return await read_for(tx, id, by, registered=registered)
