"""No log, no read."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from chassis.database import Database
from chassis.http import By, Router, Tx
from chassis.service import Blueprint
from chassis.subscriptions import Subscriptions
from services.execution.features import receive
from services.execution.tables import assignments, metadata
from tests.support.orders import sent
from tests.support.stafett import Ground, body

router = Router()


@router.get("/silently")
async def read_silently(by: By, tx: Tx) -> int:
    """A door that forgets to log."""
    return len(await tx.find(assignments, select(assignments.table)))


async def test_a_door_that_reads_about_a_person_without_logging_it_shows_nothing(clean: Ground) -> None:
    handlers = Subscriptions()
    handlers.add(receive.subscriptions)
    plan = Blueprint("execution", "probe", metadata, (router,), (handlers,))
    async with clean.service("execution", plan) as running, running.client("eva.nyberg") as eva:
        assert body(await eva.get("/execution/silently")) == 0
        await running.deliver(sent())
        assert body(await eva.get("/execution/silently"), 500)["type"] == "failed"


async def test_the_service_itself_cannot_change_the_access_log(clean: Ground) -> None:
    async with clean.service("execution") as running, running.client("eva.nyberg") as eva:
        await running.deliver(sent())
        body(await eva.get("/execution/new-assignments"))
        database: Database = running.app.state.database
        for forbidden in ("UPDATE access_log SET why = 'x'", "DELETE FROM access_log", "TRUNCATE access_log"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.transaction() as tx:
                    await tx.execute(text(forbidden))
        assert len(await running.sql("SELECT 1 FROM access_log")) == 1
