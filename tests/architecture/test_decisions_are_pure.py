"""Decisions: time, ids and the actor come in as arguments; nothing else does."""

import pytest

from tests.architecture.rules.decisions import breaches
from tests.architecture.rules.source import modules

PURE = """
from dataclasses import replace
from datetime import datetime
from uuid import uuid5
from services.x.noun import Noun, step

def end(noun: Noun, now: datetime) -> Decision[Noun]:
    note: datetime = now
    return Decision(replace(noun, status=step(noun, "end"), at=now, label=noun.label, id=uuid5(noun.id, "x")))

async def door(tx: Tx) -> Done:
    return await tx.save(things, end(await tx.load(things), datetime.now()))
"""
NOUN = """
import time

class Noun:
    @property
    def label(self): return "x"

def step(noun, command): return command

def unused(): return time.time()
"""


def test_every_decision_of_the_services_is_pure() -> None:
    assert breaches(modules("services")) == []


def test_there_are_decisions_to_check() -> None:
    assert sum("-> Decision[" in text for text in modules("services").values()) >= 2


def test_a_pure_decision_passes_beside_a_door_with_a_clock() -> None:
    assert breaches({"services.x.features.end": PURE, "services.x.noun": NOUN}) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("datetime.now(UTC)", "datetime.datetime.now"),
        ("date.today()", "datetime.date.today"),
        ("clock.time()", "time.time"),
        ("uuid4()", "uuid.uuid4"),
        ("field(default_factory=uuid7)", "uuid_utils.compat.uuid7"),
        ("random.random()", "random.random"),
        ("open('x')", "builtins.open"),
        ("print(noun)", "builtins.print"),
        ("structlog.get_logger()", "structlog.get_logger"),
        ("select(noun)", "sqlalchemy.select"),
    ],
)
def test_a_clock_chance_or_the_outside_is_found(line: str, found: str) -> None:
    imports = (
        "import random\nimport structlog\nimport time as clock\nfrom datetime import UTC, date, datetime\n"
        "from sqlalchemy import select\nfrom uuid import uuid4\nfrom uuid_utils.compat import uuid7\n"
    )
    text = f"{imports}\ndef end(noun) -> Decision[Noun]:\n    return Decision({line})\n"
    assert f"services.x.end: {found}" in breaches({"services.x": text})


def test_an_async_decision_is_found() -> None:
    wrong = breaches({"m": "async def end(noun) -> Decision[Noun]:\n    return Decision(await noun)\n"})
    assert wrong == ["m.end: is async", "m.end: await"]


def test_a_decision_that_takes_the_transaction_is_found() -> None:
    assert breaches({"m": "def end(noun, tx: Tx) -> 'Decision[Noun]': ..."}) == [
        "m.end: takes tx, which can reach the outside"
    ]


def test_a_default_that_reads_the_clock_is_found() -> None:
    text = "from datetime import date\ndef end(noun, on=date.today()) -> Decision[Noun]: ..."
    assert breaches({"m": text}) == ["m.end: datetime.date.today"]


def test_a_helper_of_the_same_module_is_followed() -> None:
    text = "import time\ndef end(noun) -> Decision[Noun]:\n    return _it(noun)\ndef _it(noun): return time.time()\n"
    assert breaches({"m": text}) == ["m.end through _it: time.time"]


def test_a_helper_of_the_noun_is_followed_by_function_method_and_module() -> None:
    noun = (
        "import time\nclass Noun:\n    @property\n    def age(self): return time.time()\n"
        "def step(noun): return time.monotonic()\n"
    )
    feature = (
        "from services.x import noun as nouns\nfrom services.x.noun import Noun, step\n"
        "def one(noun) -> Decision[Noun]:\n    return step(noun)\n"
        "def two(noun) -> Decision[Noun]:\n    return nouns.step(noun)\n"
        "def three(noun) -> Decision[Noun]:\n    return noun.age\n"
    )
    assert breaches({"services.x.features.f": feature, "services.x.noun": noun}) == [
        "services.x.features.f.one through step: time.monotonic",
        "services.x.features.f.two through step: time.monotonic",
        "services.x.features.f.three through age: time.time",
    ]
