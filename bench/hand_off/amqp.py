"""A client of RabbitMQ with nothing to spare: one channel, whole batches written and confirmed at once."""

import asyncio
import struct
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from pamqp import commands, frame, header

METHOD, HEADER, BODY = 1, 2, 3
DELIVER, ACK, NACK, RETURN = (60, 60), (60, 80), (60, 120), (60, 50)
END = b"\xce"


class Client(asyncio.Protocol):
    """Speaks AMQP 0-9-1 on one connection and one channel."""

    def __init__(self) -> None:
        self.take: Callable[[int, bytes], None] = lambda _tag, _body: None
        """Called with the delivery tag and the body of each message."""
        self._transport: Any = None
        self._arrived = bytearray()
        self._answers: list[asyncio.Future[Any]] = []
        self._confirms: list[tuple[int, asyncio.Future[None]]] = []
        self._published = self._confirmed = self._refused = 0
        self._tag: int | None = None
        self._size, self._body = 0, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        for waiting in (*self._answers, *(future for _, future in self._confirms)):
            if not waiting.done():
                waiting.set_exception(error or ConnectionError("the broker closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        place = 0
        while len(self._arrived) - place >= 8:
            kind, _, size = struct.unpack_from(">BHI", self._arrived, place)
            end = place + 7 + size
            if len(self._arrived) <= end:
                break
            self._frame(kind, bytes(self._arrived[place : end + 1]))
            place = end + 1
        del self._arrived[:place]

    def _frame(self, kind: int, whole: bytes) -> None:
        if kind == METHOD:
            self._method(struct.unpack_from(">HH", whole, 7), whole)
        elif kind == HEADER:
            self._size, self._body = struct.unpack_from(">Q", whole, 11)[0], bytearray()
        elif kind == BODY:
            self._body += whole[7:-1]
            if len(self._body) >= self._size and self._tag is not None:
                self.take(self._tag, bytes(self._body))

    def _method(self, method: tuple[int, ...], whole: bytes) -> None:
        if method == DELIVER:
            self._tag = struct.unpack_from(">Q", whole, 12 + whole[11])[0]
        elif method in (ACK, NACK):
            self._refused += method == NACK
            self._confirmed = max(self._confirmed, struct.unpack_from(">Q", whole, 11)[0])
            while self._confirms and self._confirms[0][0] <= self._confirmed:
                self._confirms.pop(0)[1].set_result(None)
        elif method == RETURN:
            self._refused, self._tag = self._refused + 1, None
        else:
            self._answers.pop(0).set_result(frame.unmarshal(whole)[2])

    async def ask(self, command: Any, channel: int = 1) -> Any:
        """Send a command and wait for its answer."""
        return await self._answer(frame.marshal(command, channel))

    async def _answer(self, sent: bytes) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        self._transport.write(sent)
        return await answer

    async def open(self, url: str) -> None:
        address = urlsplit(url)
        await self._answer(b"AMQP\x00\x00\x09\x01")
        login = f"\0{unquote(address.username or '')}\0{unquote(address.password or '')}"
        abilities: dict[str, Any] = {"capabilities": {"publisher_confirms": True}}
        tune = await self.ask(commands.Connection.StartOk(abilities, "PLAIN", login, "en_US"), 0)
        limits = commands.Connection.TuneOk(tune.channel_max, tune.frame_max, 0)
        self._transport.write(frame.marshal(limits, 0))
        await self.ask(commands.Connection.Open(unquote(address.path[1:]) or "/"), 0)
        await self.ask(commands.Channel.Open())

    async def publish(self, exchange: str, key: str, messages: Iterable[tuple[Any, bytes]]) -> None:
        """Write all, mandatory, and wait until the broker has each of them safe. RuntimeError when it refuses one."""
        method = frame.marshal(commands.Basic.Publish(exchange=exchange, routing_key=key, mandatory=True), 1)
        out = bytearray()
        for properties, body in messages:
            head = header.ContentHeader(body_size=len(body), properties=properties).marshal()
            out += method + struct.pack(">BHI", HEADER, 1, len(head)) + head + END
            out += struct.pack(">BHI", BODY, 1, len(body)) + body + END
            self._published += 1
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._confirms.append((self._published, confirmed))
        self._transport.write(bytes(out))
        await confirmed
        if self._refused:
            raise RuntimeError(f"the broker did not take {self._refused} messages")

    def ack(self, tag: int) -> None:
        """All up to this tag are safe."""
        self._transport.write(struct.pack(">BHIHHQB", METHOD, 1, 13, 60, 80, tag, 1) + END)

    def close(self) -> None:
        self._transport.close()


async def connect(url: str) -> Client:
    address = urlsplit(url)
    host, port = address.hostname or "127.0.0.1", address.port or 5672
    _, client = await asyncio.get_running_loop().create_connection(Client, host, port)
    await client.open(url)
    return client
