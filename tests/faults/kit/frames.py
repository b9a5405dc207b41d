"""AMQP 0-9-1 frames in a stream of bytes: where each begins and ends, and what it carries."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

HELLO, GREETING = b"AMQP", 8
METHOD, BODY = 1, 3
HEAD, END = 7, 1

PUBLISH, DELIVER, ACK, CONFIRM = (60, 40), (60, 60), (60, 80), (60, 80)
"""(class, method). A confirm is the broker's ack, an ack is the consumer's: the direction tells them apart."""
CONTENT = (0, BODY)
"""In place of a method: a frame with a part of a message's body."""
ANSWER = (0, 0)
"""The same of what has no frames: whatever comes at once, as an answer of HTTP most often does."""

Method = tuple[int, int]


@dataclass
class Frames:
    """One direction of one connection."""

    rest: bytes = b""
    started: bool = field(default=False)

    def feed(self, data: bytes) -> Iterator[tuple[bytes, Method | None]]:
        """The whole frames so far, each with its method; what is cut off waits for more."""
        self.rest += data
        if not self.started and len(self.rest) >= GREETING:
            self.started = True
            if self.rest.startswith(HELLO):
                hello, self.rest = self.rest[:GREETING], self.rest[GREETING:]
                yield hello, None
        while self.started and len(self.rest) >= HEAD:
            kind, _channel, size = struct.unpack(">BHI", self.rest[:HEAD])
            whole = HEAD + size + END
            if len(self.rest) < whole:
                return
            frame, self.rest = self.rest[:whole], self.rest[whole:]
            yield frame, struct.unpack(">HH", frame[HEAD : HEAD + 4]) if kind == METHOD else (0, kind)
