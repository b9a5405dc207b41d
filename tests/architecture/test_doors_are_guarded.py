"""Doors: nobody gets in without being known."""

import pytest
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from chassis.http import By, Router, Tx
from cli.documents import app
from contracts.topology import SERVICES
from tests.architecture.rules.doors import unguarded


@pytest.mark.parametrize("service", SERVICES)
def test_every_door_of_a_service_asks_who_is_there(service: str) -> None:
    assert unguarded(app(service), f"/{service}") == []


def test_a_door_that_asks_nobody_is_found() -> None:
    careless = FastAPI(openapi_url="/x/openapi.json", docs_url=None, redoc_url=None)
    router = Router()

    @router.get("/guarded")
    async def guarded(by: By) -> str:
        return by.name

    @router.post("/forgotten")
    async def forgotten(tx: Tx) -> str:
        return str(tx.today)

    careless.include_router(router.made(), prefix="/x")
    careless.mount("/x/files", StaticFiles(directory="."))
    assert unguarded(careless, "/x") == ["POST /x/forgotten", "/x/files"]
