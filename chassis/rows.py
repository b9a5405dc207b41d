"""Rows as state: a table whose rows are frozen dataclasses, column for field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_json, to_jsonable_python
from sqlalchemy import JSON, Column, Enum, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import asyncpg

State = TypeVar("State")
DIALECT = asyncpg.dialect(  # type: ignore[no-untyped-call]
    json_serializer=lambda value: to_json(value).decode()
)
QUOTE = DIALECT.identifier_preparer
PLAIN = (str, int, UUID, date, time, bytes)


@dataclass(frozen=True)
class Rows(Generic[State]):
    """A table whose rows are one kind of state; nested values live in JSONB columns."""

    shape: type[State]
    table: Table

    @cached_property
    def adapter(self) -> TypeAdapter[State]:
        return TypeAdapter(self.shape)

    @property
    def personal(self) -> bool:
        """True when a row is about a person: it has a `person_id`, or its table is marked `personal`."""
        return "person_id" in self.table.columns or bool(self.table.info.get("personal"))

    @cached_property
    def key(self) -> Column[Any]:
        """The column that names a row."""
        return next(iter(self.table.primary_key))

    @cached_property
    def is_unique(self) -> bool:
        """True when more than its key must be unique: what one row gives up another may take, once that is written."""
        constraints = any(isinstance(one, UniqueConstraint) for one in self.table.constraints)
        return constraints or any(index.unique for index in self.table.indexes)

    @cached_property
    def follows(self) -> bool:
        """True when its rows are to be written in the order in which they were saved, also among those of others."""
        return self.is_unique or bool(self.table.foreign_keys)

    # Plain text for the driver, since building and compiling a statement takes longer than running it.

    @cached_property
    def locking(self) -> str:
        """Rows by their keys, in one order, so that two who want the same never wait for each other. Column by column:
        one that a newer version adds beside us is not ours."""
        columns = ", ".join(map(_quoted, self.table.columns))
        return f"SELECT {columns} FROM {self._name} WHERE {self._key} = ANY($1) ORDER BY {self._key} FOR UPDATE"  # noqa: S608

    def inserting(self, first: int = 1) -> str:
        """A new row, of `arguments`, which are numbered from the first."""
        places = ", ".join(f"${place}" for place in range(first, first + len(self._columns)))
        return f"INSERT INTO {self._name} ({', '.join(map(_quoted, self._columns))}) VALUES ({places})"  # noqa: S608

    def updating(self, first: int = 1) -> str:
        """The row that the first of `arguments` names."""
        values = ", ".join(f"{_quoted(column)} = ${n}" for n, column in enumerate(self._columns[1:], first + 1))
        return f"UPDATE {self._name} SET {values} WHERE {self._key} = ${first}"  # noqa: S608

    @cached_property
    def _key(self) -> str:
        return _quoted(self.key)

    @cached_property
    def _name(self) -> str:
        return QUOTE.quote(self.table.name)

    @cached_property
    def _columns(self) -> list[Column[Any]]:
        """The key, and all others but what the database gives itself."""
        return [self.key, *(one for one in self.table.columns if one is not self.key and one.identity is None)]

    @property
    def width(self) -> int:
        """How many `arguments` there are."""
        return len(self._columns)

    @cached_property
    def _written(self) -> list[tuple[str, Callable[[Any], Any]]]:
        """Field -> how its column takes it."""
        return [(column.name, _taken_by(column)) for column in self._columns]

    def arguments(self, state: State) -> list[Any]:
        """State as the values of a row, the key first."""
        return [taken(getattr(state, name)) for name, taken in self._written]

    def value(self, row: Any) -> State:
        """A row as state."""
        return self.adapter.validate_python(dict(row._mapping))

    def state(self, record: Mapping[str, Any]) -> State:
        """A row as the driver gives it."""
        return self.adapter.validate_python(dict(record))


def coded(codes: type[StrEnum]) -> Enum:
    """A column type for an enum: its codes as text, nothing else accepted."""
    return Enum(
        codes, native_enum=False, create_constraint=True, length=40, values_callable=lambda e: [m.value for m in e]
    )


def _quoted(column: Column[Any]) -> str:
    return QUOTE.quote(column.name)


def _taken_by(column: Column[Any]) -> Callable[[Any], Any]:
    """Nested dataclasses and models become JSON; the rest as SQLAlchemy would hand it to the driver."""
    kind: Any = column.type.dialect_impl(DIALECT)
    hand_over = kind.bind_processor(DIALECT) or (lambda value: value)
    if isinstance(column.type, JSON):
        return hand_over
    return lambda value: hand_over(value if value is None or isinstance(value, PLAIN) else to_jsonable_python(value))
