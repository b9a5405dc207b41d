"""Skickat: the notices that a member has caused, among them the deviations they have registered."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import literal, select, tuple_

from chassis import replica
from chassis.http import By, Router, Tx, page
from contracts.organisation import Role
from services.notify.notice import Kind, Recipient, Status
from services.notify.tables import notices
from services.notify.wording import LABELS, UNKNOWN_UNIT, sender_link, sent_to

router = Router()

PAGE_SIZE = 25


class SentLine(BaseModel):
    """One notice, as the one who caused it reads it (F-24)."""

    id: UUID
    kind: Kind
    to: str
    subject: str
    unit: str
    about: str | None
    automatic: bool = True
    created_at: datetime
    moot: bool


class Sent(BaseModel):
    """One page of what has been sent; `after` gives the next."""

    notices: list[SentLine]
    after: UUID | None


@router.get("/sent")
@page("sent.html")
async def sent(by: By, tx: Tx, after: Annotated[UUID | None, Query()] = None) -> Sent:
    notice = notices.table.c
    query = select(notices.table).where(notice.actor_member_id == by.member_id)
    if after:
        last = select(notice.created_at).where(notice.id == after).scalar_subquery()
        query = query.where(tuple_(notice.created_at, notice.id) < tuple_(last, literal(after)))
    found = await tx.find(notices, query.order_by(notice.created_at.desc(), notice.id.desc()).limit(PAGE_SIZE + 1))
    shown = found[:PAGE_SIZE]
    units = await replica.unit_names(tx, {id for n in shown for id in (n.unit_id, n.to_id)})
    members = await replica.member_names(tx, {n.to_id for n in shown if n.recipient is Recipient.MEMBER})
    return Sent(
        notices=[
            SentLine(
                id=n.id,
                kind=n.kind,
                to=sent_to(n, units, members),
                subject=LABELS[n.kind],
                unit=units.get(n.unit_id, UNKNOWN_UNIT),
                about=sender_link(n, orders=by.has(Role.CASE_WORKER)),
                created_at=n.created_at,
                moot=n.status is Status.MOOT,
            )
            for n in shown
        ],
        after=shown[-1].id if len(found) > PAGE_SIZE else None,
    )
