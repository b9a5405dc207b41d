"""Rows as state: a table whose rows are frozen dataclasses, column for field."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

import pydantic_core
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import ARRAY, Column, Enum, Insert, Select, Table, Update, any_, bindparam, insert, select, update

State = TypeVar("State")


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
    def locked(self) -> Select[Any]:
        """The rows with these `ids`, locked in one order, so that two who want the same never wait for each other."""
        wanted = self.key == any_(bindparam("ids", type_=ARRAY(self.key.type)))
        return select(self.table).where(wanted).order_by(self.key).with_for_update()

    # Made once: building and compiling a statement takes longer than running it.

    @cached_property
    def inserting(self) -> Insert:
        return insert(self.table)

    @cached_property
    def updating(self) -> Update:
        """Of the row named by `this`: the columns that values are given for."""
        return update(self.table).where(self.key == bindparam("this"))

    @cached_property
    def _written(self) -> tuple[str, ...]:
        return tuple(
            column.name for column in self.table.columns if column.identity is None
        )  # the rest it gives itself

    def value(self, row: Any) -> State:
        """A row as state."""
        return self.adapter.validate_python(dict(row._mapping))

    def values(self, state: State) -> dict[str, object]:
        """State as a row."""
        return {name: plain(getattr(state, name)) for name in self._written}


def coded(codes: type[StrEnum]) -> Enum:
    """A column type for an enum: its codes as text, nothing else accepted."""
    return Enum(
        codes, native_enum=False, create_constraint=True, length=40, values_callable=lambda e: [m.value for m in e]
    )


def plain(value: object) -> object:
    """A field as its column takes it: nested dataclasses and models become JSON values."""
    if value is None or isinstance(value, str | int | UUID | date | time | bytes):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return pydantic_core.to_jsonable_python(value)
