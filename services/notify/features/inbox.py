"""Inkorg: what waits for a member and for the roles they hold today, newest first."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, and_, column, func, literal, select, true, tuple_
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.selectable import TableValuedAlias

from chassis import replica
from chassis.database import Transaction
from chassis.http import By, Router, Tx, page
from services.notify.notice import Kind, Notice, Place, Status, places
from services.notify.preferences import Preferences
from services.notify.tables import OPEN, notices, preferences, readings
from services.notify.wording import LABELS, body, link, sent_by

router = Router()

PAGE_SIZE = 25
MOST_COUNTED = 100
"""Nobody counts on: who has as many unread wants to know that there are more, not how many."""


class Line(BaseModel):
    """One notice, as its recipient reads it (F-24)."""

    id: UUID
    kind: Kind
    sender: str = Field(serialization_alias="from")
    subject: str
    body: str
    about: str | None
    automatic: bool = True
    created_at: datetime
    read_at: datetime | None
    unread: bool
    moot: bool
    """Something has happened since: there is nothing left to do."""


class Unread(BaseModel):
    """How many of a kind are unread, up to a hundred; more: there are others."""

    kind: Kind
    label: str
    count: int
    more: bool


class Inbox(BaseModel):
    """One page of the inbox; `after` gives the next."""

    notices: list[Line]
    unread: list[Unread]
    unread_total: Annotated[int, Field(description="At least so many, when unread_more says that there are others.")]
    unread_more: bool
    after: UUID | None
    kind: Kind | None
    only_unread: bool


@router.get("/inbox")
@page("inbox.html")
async def inbox(
    by: By,
    tx: Tx,
    kind: Annotated[Kind | None, Query()] = None,
    unread: Annotated[bool, Query()] = False,
    after: Annotated[UUID | None, Query()] = None,
) -> Inbox:
    chosen = await tx.find(preferences, select(preferences.table).where(preferences.table.c.member_id == by.member_id))
    wanted = (chosen[0] if chosen else Preferences(by.member_id)).wanted
    listed = _listed(places(by, [kind] if kind else wanted), by.member_id, after, only_unread=unread)
    found = [(notices.value(row), row.read_at) for row in await tx.execute(listed)]
    shown = found[:PAGE_SIZE]
    counts = await _unread(tx, places(by, wanted), by.member_id)
    units = await replica.unit_names(tx, {notice.unit_id for notice, _ in shown})
    members = await replica.member_names(tx, {n.actor_member_id for n, _ in shown if n.actor_member_id})
    return Inbox(
        notices=[_line(notice, read_at, units, members) for notice, read_at in shown],
        unread=counts,
        unread_total=sum(one.count for one in counts),
        unread_more=any(one.more for one in counts),
        after=shown[-1][0].id if len(found) > PAGE_SIZE else None,
        kind=kind,
        only_unread=unread,
    )


def _listed(at: Collection[Place], reader: UUID, after: UUID | None, *, only_unread: bool) -> Select[Any]:
    """The newest of each place, from the index alone, then the newest of those: no more work the older a unit is."""
    place, notice = _places(at), notices.table.c
    last = select(notice.created_at).where(notice.id == after).scalar_subquery()
    newest = select(notice.created_at, notice.id).where(notice.kind == place.c.kind, notice.to_id == place.c.to_id)
    if after:
        newest = newest.where(tuple_(notice.created_at, notice.id) < tuple_(last, literal(after)))
    if only_unread:
        newest = newest.where(OPEN, _not_read_by(reader))
    each = _newest_first(newest, notice).correlate(place).lateral("each_place")
    shown = _newest_first(select(each.c.id).select_from(place.join(each, true())), each.c).subquery("shown")
    mine = and_(readings.c.member_id == reader, readings.c.notice_id == notice.id)
    joined = notices.table.join(shown, shown.c.id == notice.id).outerjoin(readings, mine)
    return _newest_first(select(notices.table, readings.c.read_at).select_from(joined), notice)


def _newest_first(query: Select[Any], of: ReadOnlyColumnCollection[str, Any]) -> Select[Any]:
    """A page of them, and one more if there are more."""
    return query.order_by(of.created_at.desc(), of.id.desc()).limit(PAGE_SIZE + 1)


async def _unread(tx: Transaction, at: Collection[Place], reader: UUID) -> list[Unread]:
    place, notice = _places(at), notices.table.c
    here = and_(notice.kind == place.c.kind, notice.to_id == place.c.to_id)
    some = select(notice.id).where(here, OPEN, _not_read_by(reader)).limit(MOST_COUNTED + 1)
    each = some.correlate(place).lateral("each_place")
    query = select(place.c.kind, func.count().label("unread")).select_from(place.join(each, true()))
    counted = {row.kind: row.unread for row in await tx.execute(query.group_by(place.c.kind))}
    return [
        Unread(kind=kind, label=LABELS[kind], count=min(count, MOST_COUNTED), more=count > MOST_COUNTED)
        for kind in Kind
        if (count := counted.get(kind, 0))
    ]


def _places(at: Collection[Place]) -> TableValuedAlias:
    """Places as a table to join with."""
    kinds = literal([kind.value for kind, _ in at], ARRAY(Text))
    ids = literal([to_id for _, to_id in at], ARRAY(Uuid))
    columns = column("kind", Text), column("to_id", Uuid)
    return func.unnest(kinds, ids).table_valued(*columns).render_derived(name="place")


def _not_read_by(reader: UUID) -> ColumnElement[bool]:
    read = and_(readings.c.member_id == reader, readings.c.notice_id == notices.table.c.id)
    return ~select(readings.c.notice_id).where(read).correlate(notices.table).exists()


def _line(notice: Notice, read_at: datetime | None, units: Mapping[UUID, str], members: Mapping[UUID, str]) -> Line:
    return Line(
        id=notice.id,
        kind=notice.kind,
        sender=sent_by(notice, members),
        subject=LABELS[notice.kind],
        body=body(notice, units),
        about=link(notice),
        created_at=notice.created_at,
        read_at=read_at,
        unread=notice.status is Status.OPEN and read_at is None,
        moot=notice.status is Status.MOOT,
    )
