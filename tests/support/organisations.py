"""The demo municipality as organisation itself has it, and what a plan makes of an organisation."""

from datetime import date
from functools import cache

from services.organisation.organisation_file import parse
from services.organisation.organisation_plan import Organisation, Plan, plan
from tests.support.municipality import FILE

TODAY = date(2026, 11, 23)
YESTERDAY = date(2026, 11, 22)
EMPTY = Organisation({}, {}, {})


def done(before: Organisation, planned: Plan) -> Organisation:
    """The organisation when a plan has been carried out."""
    return Organisation(
        {**before.units, **{d.state.id: d.state for d in planned.units}},
        {**before.members, **{d.state.id: d.state for d in planned.members}},
        {**before.managers, **{d.state.unit_id: d.state for d in planned.managers}},
    )


def load(before: Organisation, text: str, today: date = TODAY) -> tuple[Organisation, tuple[str, ...]]:
    """The organisation after loading a file, and what was said to change."""
    planned = plan(before, parse(text), today)
    return done(before, planned), planned.words


@cache
def demo() -> Organisation:
    """The demo municipality, loaded on TODAY."""
    return load(EMPTY, FILE.read_text("utf-8"))[0]
