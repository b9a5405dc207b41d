"""A round: courses are played while faults come and go, and somebody starts again what has ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from tests.faults.kit.bad_messages import OPERATED
from tests.faults.kit.fault import Fault, NotStruck, until
from tests.faults.kit.injected import AT_POSTGRES, FAULTS, NODE_FAULTS
from tests.faults.kit.rounds import Round
from tests.faults.kit.run import Run
from tests.faults.kit.town import Town

LOOK = 0.1
PATIENCE = 600.0
"""Seconds until the moment of a fault must have come."""


@asynccontextmanager
async def restarting(town: Town) -> AsyncIterator[None]:
    """Whatever ends is started again, as a supervisor would."""

    async def watch() -> None:
        while True:
            town.start_the_ended()
            await asyncio.sleep(LOOK)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        if not watching.cancelled():
            watching.result()


@dataclass
class Chaos:
    """What has struck, over all rounds of a run."""

    run: Run
    struck: list[Fault] = field(default_factory=list)
    not_struck: list[str] = field(default_factory=list)
    servers: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by what ends a server, and by the operator, who needs both."""
    at_postgres: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def play(self, a_round: Round, actors: int = 12) -> None:
        """The whole round; afterwards everything runs and is healed."""
        before = self.run.begun
        async with restarting(self.run.town), asyncio.TaskGroup() as group:
            for fault in a_round.faults:
                group.create_task(self._inject(fault, before))
            await self.run.play(a_round.courses, actors)

    async def _inject(self, fault: Fault, before: int) -> None:
        await until(lambda: self.run.begun - before >= fault.at, "its moment", PATIENCE)
        try:
            async with AsyncExitStack() as one_at_a_time:
                if fault.kind in NODE_FAULTS or fault.kind in OPERATED:
                    await one_at_a_time.enter_async_context(self.servers)
                if fault.kind in AT_POSTGRES or fault.kind in OPERATED:
                    await one_at_a_time.enter_async_context(self.at_postgres)
                if operated := OPERATED.get(fault.kind):
                    await operated(self.run, fault)
                else:
                    await {**NODE_FAULTS, **FAULTS}[fault.kind](self.run.town, fault)
        except NotStruck as error:
            self.not_struck.append(str(error))
        else:
            self.struck.append(fault)
