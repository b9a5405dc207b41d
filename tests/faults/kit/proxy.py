"""The network between a service and its servers: a proxy that delays, swallows and cuts, at a chosen frame too."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import uvloop

from tests.faults.kit.frames import ANSWER, Frames, Method

T = TypeVar("T")
CHUNK = 1 << 16
WITHIN = 10.0


class Direction(StrEnum):
    UP = "from the service"
    DOWN = "to the service"


class Strike(StrEnum):
    """What happens at the chosen frame; none of these lets it through."""

    CUT = "both ends are cut"
    CUT_MIDDLE = "half of the frame passes, then both ends are cut"
    SWALLOW = "the frame is lost, the connection lives"


@dataclass
class Rule:
    """Strike once, at the nth frame that goes this way with this method."""

    direction: Direction
    method: Method
    strike: Strike
    nth: int = 1
    then: Callable[[], None] = lambda: None
    """Called before anything else moves, such as to kill who would have got it."""
    struck: threading.Event = field(default_factory=threading.Event)


class Link:
    """One connection: the service's end and the server's."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.near, self.far = near, far

    def cut(self) -> None:
        for end in (self.near, self.far):
            end.transport.abort()


class Way:
    """From one service to one server. Its methods may be called from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, upstream: tuple[str, int], *, amqp: bool) -> None:
        self._loop, self._upstream, self._amqp = loop, upstream, amqp
        self._links: set[Link] = set()
        self._ghosts: list[Link] = []
        self._open = asyncio.Event()
        self._open.set()
        self._server: asyncio.Server | None = None
        self.delay = 0.0
        """Seconds that everything takes longer."""
        self.rule: Rule | None = None
        self.port = 0
        self.made = 0
        """How many connections there have been."""
        self.troubled = 0
        """How many connections have been cut, and how many pieces of data have been held up."""

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server
        self._server.close()
        await self._cut()

    def cut(self) -> None:
        """Every connection is gone, at both ends."""
        self._call(self._cut())

    def cut_half_open(self) -> None:
        """The service's ends are gone; the server is not told, until `bury`."""
        self._call(self._cut_one_end(lambda link: link.near))

    def cut_far(self) -> None:
        """The server's ends are gone; the service is not told, and hears nothing more, until `bury`."""
        self._call(self._cut_one_end(lambda link: link.far))

    def bury(self) -> None:
        """Whoever was not told of a cut is told."""
        self._call(self._bury())

    def black_hole(self) -> None:
        """Nothing passes and nobody is told, until `lift`."""
        self._call(self._set_open(now=False))

    def lift(self) -> None:
        """All that was held passes."""
        self._call(self._set_open(now=True))

    def lift_and_cut(self) -> None:
        """What was held is lost, with the connections."""
        self._call(self._cut())
        self.lift()

    def heal(self) -> None:
        """As if nothing had been wrong."""
        self.rule, self.delay = None, 0.0
        self.lift()
        self.bury()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN)

    async def _cut(self) -> None:
        self.troubled += len(self._links)
        for link in list(self._links):
            link.cut()
        await self._bury()

    async def _cut_one_end(self, end: Callable[[Link], asyncio.StreamWriter]) -> None:
        self.troubled += len(self._links)
        for link in list(self._links):
            self._ghosts.append(link)
            end(link).transport.abort()

    async def _bury(self) -> None:
        ghosts, self._ghosts = self._ghosts, []
        for link in ghosts:
            link.cut()

    async def _set_open(self, *, now: bool) -> None:
        (self._open.set if now else self._open.clear)()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        try:
            far_reader, far = await asyncio.open_connection(*self._upstream)
        except OSError:
            writer.transport.abort()
            return
        self.made += 1
        link = Link(writer, far)
        self._links.add(link)
        try:
            await asyncio.gather(
                self._pipe(link, reader, far, Direction.UP), self._pipe(link, far_reader, writer, Direction.DOWN)
            )
        finally:
            self._links.discard(link)

    async def _pipe(
        self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction
    ) -> None:
        frames = Frames() if self._amqp else None
        try:
            while data := await reader.read(CHUNK):
                self.troubled += bool(self.delay) or not self._open.is_set()
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._open.wait()
                if writer.transport.is_closing():
                    return
                if not self._pass(link, frames.feed(data) if frames else [(data, ANSWER)], writer, direction):
                    return
                await writer.drain()
        except OSError:
            pass  # the other pipe's end is closed below: that is how a break is passed on
        finally:
            if link not in self._ghosts:
                writer.close()

    def _pass(
        self,
        link: Link,
        frames: Iterable[tuple[bytes, Method | None]],
        writer: asyncio.StreamWriter,
        direction: Direction,
    ) -> bool:
        """Write the frames on; False when the connection has been cut at one of them."""
        for frame, method in frames:
            rule = self.rule
            if rule is None or (rule.direction, rule.method) != (direction, method):
                writer.write(frame)
                continue
            rule.nth -= 1
            if rule.nth:
                writer.write(frame)
                continue
            self.rule = None
            rule.then()
            rule.struck.set()
            if rule.strike is Strike.SWALLOW:
                continue
            if rule.strike is Strike.CUT_MIDDLE:
                writer.write(frame[: len(frame) // 2])
            self._loop.call_soon(link.cut)
            return False
        return True


class Network:
    """All ways, served by a thread of their own."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()
        self._ways: list[Way] = []

    def way(self, upstream: tuple[str, int], *, amqp: bool) -> Way:
        way = Way(self._loop, upstream, amqp=amqp)
        asyncio.run_coroutine_threadsafe(way.listen(), self._loop).result(WITHIN)
        self._ways.append(way)
        return way

    def heal(self) -> None:
        for way in self._ways:
            way.heal()

    def close(self) -> None:
        async def all_closed() -> None:
            for way in self._ways:
                await way.close()
            await asyncio.sleep(0)
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(all_closed(), self._loop).result(WITHIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WITHIN)
        self._loop.close()
