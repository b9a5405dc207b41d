"""How a failure is told in logs and to operators: what and where in our own code, and nothing that somebody wrote."""

from pathlib import Path
from typing import Any

from chassis.keys import KeysMissing, load_keys
from chassis.telemetry import describe
from services.execution.features.receive import receive


def caught(call: Any, *given: Any) -> str:
    try:
        call(*given)
    except Exception as error:
        return describe(error)
    raise AssertionError("it did not fail")


def test_it_is_said_where_in_our_own_code() -> None:
    said = caught(load_keys, Path("/nowhere/Moira Mustafsson"), "journal")
    assert said.startswith(f"{KeysMissing.__name__} at chassis/keys.py:")


def test_the_feature_counts_more_than_what_it_calls() -> None:
    assert caught(receive, "Moira Mustafsson", None, None).startswith("AttributeError at services/execution/")
