"""How state is written to its table, and what the driver is given."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.rows import Rows, coded

ID, UNIT = UUID(int=1), UUID(int=2)


class Kind(StrEnum):
    NIGHT = "night"


@dataclass(frozen=True)
class Goal:
    text: str
    unit_id: UUID


@dataclass(frozen=True)
class Plan:
    number: int
    order: str | None
    id: UUID
    kind: Kind
    goals: tuple[Goal, ...]
    units: tuple[UUID, ...]


PLANS = Rows(
    Plan,
    Table(
        "plans",
        MetaData(),
        Column("number", BigInteger, Identity(always=True)),
        Column("order", Text),
        Column("id", Uuid, primary_key=True),
        Column("kind", coded(Kind)),
        Column("goals", JSONB),
        Column("units", ARRAY(Uuid)),
    ),
)


def test_a_row_is_inserted_with_its_key_first_and_without_what_the_database_numbers() -> None:
    assert PLANS.inserting() == 'INSERT INTO plans (id, "order", kind, goals, units) VALUES ($1, $2, $3, $4, $5)'


def test_the_same_values_update_it() -> None:
    assert PLANS.updating() == 'UPDATE plans SET "order" = $2, kind = $3, goals = $4, units = $5 WHERE id = $1'


def test_rows_are_locked_in_one_order() -> None:
    assert PLANS.locking.endswith(" FROM plans WHERE id = ANY($1) ORDER BY id FOR UPDATE")


def test_nested_values_become_json_and_codes_their_text() -> None:
    plan = Plan(7, None, ID, Kind.NIGHT, (Goal("gå ut\U0001f600", UNIT),), (UNIT,))
    goals = '[{"text":"gå ut\U0001f600","unit_id":"00000000-0000-0000-0000-000000000002"}]'
    assert PLANS.arguments(plan) == [ID, None, "night", goals, [str(UNIT)]]


def test_a_row_is_state_again() -> None:
    goals = [{"text": "gå ut", "unit_id": str(UNIT)}]
    row = {"number": 7, "order": None, "id": ID, "kind": "night", "goals": goals, "units": [UNIT]}
    assert PLANS.state(row) == Plan(7, None, ID, Kind.NIGHT, (Goal("gå ut", UNIT),), (UNIT,))
