"""Settle old news: what a unit was told long ago, and nobody has to act on, no longer counts as unread."""

from sqlalchemy import select, update

from chassis.database import Transaction
from services.notify.notice import NEWS, NEWS_AGE, Status
from services.notify.tables import OPEN, notices

EVERY_SECONDS = 3600.0
AT_A_TIME = 5000


async def settle_news(tx: Transaction) -> None:
    notice = notices.table.c
    old = select(notice.id).where(OPEN, notice.kind.in_(NEWS), notice.created_at < tx.now - NEWS_AGE)
    old = old.limit(AT_A_TIME).with_for_update(skip_locked=True)
    await tx.execute(update(notices.table).where(notice.id.in_(old)).values(status=Status.SETTLED))
