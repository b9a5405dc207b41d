"""Every name of the production code that the kit takes hold of; one that is gone fails at once, and says which."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from chassis import inbox
from chassis.database import Database
from chassis.inbox import Inbox
from chassis.relay import Relay
from chassis.transaction import Transaction

Async = Callable[..., Awaitable[Any]]
Around = Callable[[Async], Async]


class SeamGone(Exception):
    """The production code no longer has a name that the kit takes hold of: put the seam where that work is done now."""


class Handlers(Protocol):
    """What `Subscriptions` is to the kit: type -> (event, handler)."""

    handlers: dict[str, tuple[Any, Any]]


def around(owner: Any, name: str, wrap: Around) -> None:
    """Put something around a function of a class or module."""
    if not callable(getattr(owner, name, None)):
        raise SeamGone(f"{getattr(owner, '__name__', owner)} has no {name}")
    setattr(owner, name, wrap(getattr(owner, name)))


def around_send(wrap: Around) -> None:
    """`send(relay, rows)` publishes rows and waits for confirms: (confirmed, refused, whether some were late)."""
    around(Relay, "_send", wrap)


def around_publish(wrap: Around) -> None:
    """`publish(relay, connection, rows)` sends rows, then marks them as published."""
    around(Relay, "_publish", wrap)


def around_receive(wrap: Around) -> None:
    """`receive(inbox, batch)` stores, applies and commits; gives the deliveries that could not be stored."""
    around(Inbox, "receive", wrap)


def around_ack(wrap: Around) -> None:
    """`ack(batch, refused)`, as the inbox calls it after `receive`."""
    around(inbox, "ack", wrap)


def around_write(wrap: Around) -> None:
    """`write(transaction, type, subject, body, by, receiver)` puts a message in the outbox."""
    around(Transaction, "write", wrap)


def on_commit(reached: Callable[[], None]) -> None:
    """Called when a transaction of a service has done all its work and is about to commit."""

    def wrap(commit: Async) -> Async:
        async def about_to(tx: Transaction) -> None:
            await tx.flush()
            reached()
            await commit(tx)

        return about_to

    around(Transaction, "commit", wrap)


def on_database(made: Callable[[Database], None]) -> None:
    """Called with the service's database when it has been made."""

    def wrap(init: Any) -> Any:
        def remembering(database: Database, *given: Any, **named: Any) -> None:
            init(database, *given, **named)
            made(database)

        return remembering

    around(Database, "__init__", wrap)


def around_handlers(wrap: Callable[[str, Async], Async]) -> None:
    """Put something around every subscription handler, `handler(event, tx)`, before the inbox is given them."""

    def wrapped(init: Any) -> Any:
        def made(box: Inbox, service: str, database: Database, handlers: Handlers, *given: Any, **named: Any) -> None:
            for type, (event_class, handler) in list(handlers.handlers.items()):
                handlers.handlers[type] = (event_class, wrap(type, handler))
            init(box, service, database, handlers, *given, **named)

        return made

    around(Inbox, "__init__", wrapped)


async def beside(tx: Transaction, statement: str, *values: object) -> None:
    """Run a statement in the transaction without disturbing what it keeps for later."""
    begun = getattr(tx, "begun", None)
    if begun is None:
        raise SeamGone("Transaction has no begun")
    await (await begun()).execute(statement, *values)


def parts(inbox: Any) -> tuple[Database, dict[str, tuple[Any, Any]]]:
    """The database and the handlers of an inbox."""
    try:
        return inbox._database, inbox._apply._handlers
    except AttributeError as error:
        raise SeamGone(str(error)) from error
