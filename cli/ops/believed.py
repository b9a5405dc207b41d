"""Assignment by assignment: whether two services believe the same of it, once each has heard all the other told."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.beliefs import FIRST, Beliefs, Believed, Difference, believed, compare, next_ids, page
from chassis.clock import SWEDEN
from cli.ops.subjects import IN_FULL

PAGE = 500


@dataclass(frozen=True)
class Minds:
    """Two services that believe something of the same things."""

    one: str
    other: str
    beliefs: tuple[Beliefs, Beliefs]

    @property
    def kinds(self) -> frozenset[str]:
        """What both speak of."""
        return self.beliefs[0].kinds & self.beliefs[1].kinds


@dataclass
class Agreement:
    """How far two services agree; filled page by page."""

    minds: Minds
    agree: int = 0
    on_the_way: int = 0
    differ: int = 0
    listed: list[Difference] = field(default_factory=list)


async def compare_beliefs(minds: Minds, one: AsyncEngine, other: AsyncEngine) -> Agreement:
    """All that either of them knows of, a page at a time."""
    agreement = Agreement(minds)
    today = datetime.now(UTC).astimezone(SWEDEN).date()
    after = FIRST
    while ids := await _next(minds, (one, other), after):
        here = await _ask(minds, 0, one, ids, today)
        there = await _ask(minds, 1, other, ids, today)
        found = compare(here, there, minds.kinds, ids)
        agreement.agree += found.agree
        agreement.on_the_way += found.on_the_way
        agreement.differ += len(found.differ)
        agreement.listed += found.differ[: IN_FULL - len(agreement.listed)]
        after = ids[-1]
    return agreement


async def _next(minds: Minds, engines: tuple[AsyncEngine, AsyncEngine], after: UUID) -> list[UUID]:
    pages = []
    for beliefs, engine in zip(minds.beliefs, engines, strict=True):
        async with engine.connect() as connection:
            pages.append(await page(connection, beliefs, after, PAGE))
    return next_ids(pages[0], pages[1], PAGE)


async def _ask(minds: Minds, which: int, engine: AsyncEngine, ids: list[UUID], today: date) -> dict[UUID, Believed]:
    names = (minds.one, minds.other)
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    async with snapshot.connect() as connection:
        return await believed(connection, minds.beliefs[which], names[which], names[1 - which], ids, today)
