"""`./stafett serve`: one service, the front or the demo issuer alone, as in production."""

import os
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from chassis.telemetry import set_up_logs
from cli.state import CannotStart


def serve(name: str, host: str, port: int) -> None:
    """`./stafett serve <name>`: set by the environment, as a container runs it."""
    set_up_logs()
    uvicorn.run(app(name), host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=10)


def app(name: str) -> FastAPI:
    """What is served under a name; only a service needs a database and a broker. Nobody imports what is the others'."""
    if name == "front":
        return _front()
    if name == "demo-issuer":
        return _demo_issuer()
    from chassis.service import create_app
    from chassis.settings import Settings
    from cli.blueprints import blueprint

    return create_app(blueprint(name), Settings(service=name))


def _demo_issuer() -> FastAPI:
    from cli.issuer import DemoIssuer, DemoIssuerSettings, issuer_app

    return issuer_app(DemoIssuer.of(DemoIssuerSettings(**_with_files())))


def _front() -> FastAPI:
    """CannotStart with what is wrong with its settings; never with what was set."""
    from front.app import create_front
    from front.settings import FrontSettings

    try:
        return create_front(FrontSettings(**_with_files()))
    except ValidationError as error:
        raise CannotStart("; ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())) from error


def _with_files() -> dict[str, Any]:
    """Let what is not in the environment be read from files named after it, in the folder of secrets."""
    return {"_secrets_dir": os.environ.get("STAFETT_SECRETS")}
