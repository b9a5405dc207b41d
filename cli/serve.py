"""`./stafett serve`: one service, the front or the demo issuer alone, as in production."""

import os
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from chassis.service import create_app
from chassis.settings import Settings
from chassis.telemetry import set_up_logs
from cli.blueprints import blueprint
from cli.issuer import DemoIssuer, DemoIssuerSettings, issuer_app
from cli.state import CannotStart
from front.app import create_front
from front.settings import FrontSettings


def serve(name: str, host: str, port: int) -> None:
    """`./stafett serve <name>`: set by the environment, as a container runs it."""
    set_up_logs()
    uvicorn.run(app(name), host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=10)


def app(name: str) -> FastAPI:
    """What is served under a name; only a service needs a database and a broker."""
    if name == "front":
        return create_front(_front_settings())
    if name == "demo-issuer":
        return issuer_app(DemoIssuer.of(DemoIssuerSettings(**_with_files())))
    return create_app(blueprint(name), Settings(service=name))


def _with_files() -> dict[str, Any]:
    """Let what is not in the environment be read from files named after it, in the folder of secrets."""
    return {"_secrets_dir": os.environ.get("STAFETT_SECRETS")}


def _front_settings() -> FrontSettings:
    """CannotStart with what is wrong with them; never with what was set."""
    try:
        return FrontSettings(**_with_files())
    except ValidationError as error:
        raise CannotStart("; ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())) from error
