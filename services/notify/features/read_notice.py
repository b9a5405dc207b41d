"""Mark as read: one notice, or all of a kind. Others who got the same notice have their own marks."""

from dataclasses import replace
from uuid import UUID

from pydantic import Field
from sqlalchemy import literal, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.auth import Actor
from chassis.decision import Decision, NotFound
from chassis.http import By, Command, Done, Router, Tx, form
from services.notify.notice import Kind, Notice, Recipient, Status, places, recipient
from services.notify.tables import OPEN, notices, readings

router = Router()


class ReadAll(Command):
    """I have read all notices of a kind."""

    kind: Kind = Field(title="Slag av meddelande")


@router.post("/inbox/{id}/reading")
@form("/notify/inbox")
async def read_notice(id: UUID, by: By, tx: Tx) -> Done:
    before = await tx.load(notices, id)
    await tx.save(notices, read(before, by))
    mine = {"member_id": by.member_id, "notice_id": id, "read_at": tx.now}
    await tx.execute(insert(readings).values(mine).on_conflict_do_nothing())
    return Done(id=id, location="/notify/inbox", message="Meddelandet är markerat som läst.")


@router.post("/inbox/reading")
@form("/notify/inbox")
async def read_all(command: ReadAll, by: By, tx: Tx) -> Done:
    notice = notices.table.c
    mine = [to_id for _, to_id in places(by, (command.kind,))]
    unread = (OPEN, notice.kind == command.kind, notice.to_id.in_(mine))
    read_now = select(literal(by.member_id), notice.id, literal(tx.now)).where(*unread)
    columns = ["member_id", "notice_id", "read_at"]
    await tx.execute(insert(readings).from_select(columns, read_now).on_conflict_do_nothing())
    if settles(command.kind):
        await tx.execute(update(notices.table).where(*unread).values(status=Status.SETTLED))
    return Done(id=by.member_id, location="/notify/inbox", message="Meddelandena är markerade som lästa.")


def read(notice: Notice, by: Actor) -> Decision[Notice]:
    """A notice to one member is settled when they have read it; one to a role waits for the others."""
    if (notice.kind, notice.to_id) not in places(by, (notice.kind,)):
        raise NotFound
    settled = settles(notice.kind) and notice.status is Status.OPEN
    return Decision(replace(notice, status=Status.SETTLED) if settled else notice, ())


def settles(kind: Kind) -> bool:
    """True when a reading by one is a reading by all it is for."""
    return recipient(kind) is Recipient.MEMBER
