"""A command is done once: when it comes again it is answered as the first time, and nothing more happens.

A second click, a page that is sent again, an answer that was lost on the way: all of them bring the same key. A form
holds its key in a field (`once.html`), a program sends it as `Idempotency-Key`. A form that is got anew, as by Back,
has a new key: when it says word for word what has just been saved, it is asked whether that is meant.
"""

import functools
import hashlib
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import text

from chassis.database import Transaction
from chassis.decision import Invalid, Refused

HEADER = "idempotency-key"
SURE = "sure-"
"""Before the key of a form whose sender has been asked."""
FORGET_EVERY_SECONDS = 3600.0

# Whoever comes second waits here for the first to commit, and then does nothing.
FIRST = text("""
    INSERT INTO answered (login, key, digest) VALUES (:login, :key, :digest)
    ON CONFLICT (login, key) DO NOTHING RETURNING true""")
BEFORE = text("SELECT digest, answer FROM answered WHERE login = :login AND key = :key")
KEEP = text("UPDATE answered SET answer = CAST(:answer AS jsonb) WHERE login = :login AND key = :key")
NOTHING_DONE = text("DELETE FROM answered WHERE login = :login AND key = :key")
SAID_BEFORE = text("""
    SELECT EXISTS (SELECT FROM answered WHERE login = :login AND digest = :digest AND key <> :key
                   AND at > now() - interval '1 day')""")
FORGET = text("DELETE FROM answered WHERE at < now() - interval '7 days'")


class Done(BaseModel):
    """It is done: where to look, and a sentence for the one who did it."""

    # A browser keeps the first sentence until the next page, so names come after it, or the location has a query and
    # its page says itself what was done.

    id: UUID
    location: str
    message: str = ""


class DoneBefore(Exception):
    """The very same has been done before; answer: what was answered then."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__()
        self.answer = answer


class SentBefore(Refused):
    """Det här är redan skickat. Det du har ändrat sedan dess är inte sparat. Skicka igen om det ska sparas som nytt."""


class SaidBefore(Refused):
    """Du har redan sparat precis det här. Skicka igen om det ska sparas en gång till."""

    question = True


class KeyUnreadable(Invalid):
    """Idempotency-Key ska vara ett UUID, ett nytt för varje sak som ska göras."""


async def first_time(tx: Transaction, request: Request, login: str) -> Exception | None:
    """Claim the request's key. Gives what is to be raised once it is known who asks: DoneBefore when the key has been
    used for the same, SentBefore when for something else, SaidBefore when another form has said the same.
    """
    in_form = request.scope.get("stafett.once")
    key = in_form or request.headers.get(HEADER)
    if not key:
        return None
    said = f"{request.method} {request.scope['path']}?{request.url.query}\n".encode() + await request.body()
    claim = {"login": login, "key": _uuid(key.removeprefix(SURE)), "digest": hashlib.sha256(said).digest()}
    if await tx.scalar(FIRST, claim):
        if in_form and not in_form.startswith(SURE) and await tx.scalar(SAID_BEFORE, claim):
            return SaidBefore()
        tx.claim = claim
        return None
    before = (await tx.execute(BEFORE, claim)).one()
    return DoneBefore(before.answer) if before.digest == claim["digest"] else SentBefore()


def remembered(
    endpoint: Callable[..., Coroutine[Any, Any, Any]],
) -> Callable[..., Coroutine[Any, Any, Any]]:
    """A door whose answer is kept for the next time its key comes, in the transaction of what it did."""

    @functools.wraps(endpoint)
    async def door(*args: Any, **given: Any) -> Any:
        done = await endpoint(*args, **given)
        tx = given.get("tx")
        if isinstance(tx, Transaction) and tx.claim:
            kept = isinstance(done, Done)
            answer = {"answer": done.model_dump_json(include={*Done.model_fields})} if kept else {}
            await tx.execute(KEEP if kept else NOTHING_DONE, tx.claim | answer)
        return done

    return door


async def forget(tx: Transaction) -> None:
    """Nobody goes back to a form that old."""
    await tx.execute(FORGET)


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise KeyUnreadable from None
