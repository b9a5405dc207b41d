"""What a request that fails leaves in the log."""

import asyncio
import json

import pytest
import structlog
from starlette.requests import Request
from structlog.testing import capture_logs

from chassis.issuer import Issuer, LoginUnavailable
from chassis.refusals import _failed


@pytest.mark.parametrize(
    ("error", "status", "level"),
    [(ConnectionError("Moira Mustafsson"), 503, "warning"), (ValueError("Moira Mustafsson"), 500, "error")],
)
def test_a_failed_request_is_logged_without_what_was_written(error: Exception, status: int, level: str) -> None:
    scope = {"type": "http", "method": "POST", "path": "/journal/notes", "headers": [(b"accept", b"application/json")]}
    structlog.reset_defaults()  # another test may have set logs up for the command
    with capture_logs() as logs:
        response = _failed(Request(scope), error)
    assert response.status_code == status
    assert [(line["log_level"], line["method"], line["error"]) for line in logs] == [
        (level, "POST", type(error).__name__)
    ]
    assert "Mustafsson" not in json.dumps(logs)


def test_an_issuer_that_can_not_be_reached_is_logged() -> None:
    issuer = Issuer("http://127.0.0.1:1", "stafett")
    with capture_logs() as logs, pytest.raises(LoginUnavailable):
        asyncio.run(issuer.published())
    assert [(line["log_level"], line["error"].split()[0]) for line in logs] == [("warning", "ConnectError")]
