"""Frames of AMQP are found in a stream however it is cut into pieces."""

import struct

import pytest

from tests.faults.kit.frames import CONFIRM, CONTENT, PUBLISH, Frames, Method

HEARTBEAT = struct.pack(">BHI", 8, 0, 0) + b"\xce"


def method(which: Method, size: int = 9) -> bytes:
    payload = struct.pack(">HH", *which) + b"x" * (size - 4)
    return struct.pack(">BHI", 1, 1, len(payload)) + payload + b"\xce"


BODY = struct.pack(">BHI", 3, 1, 2) + b"{}" + b"\xce"
STREAM = (b"AMQP\x00\x00\x09\x01", method(PUBLISH, 300), BODY, HEARTBEAT, method(CONFIRM))


@pytest.mark.parametrize("piece", [1, 3, 7, 8, 64, 10_000])
def test_frames_come_out_whole_with_their_methods(piece: int) -> None:
    stream, frames = b"".join(STREAM), Frames()
    found = [pair for at in range(0, len(stream), piece) for pair in frames.feed(stream[at : at + piece])]
    assert tuple(frame for frame, _ in found) == STREAM
    assert [which for _, which in found] == [None, PUBLISH, CONTENT, (0, 8), CONFIRM]
    assert frames.rest == b""


def test_what_the_server_says_begins_without_a_greeting() -> None:
    assert [which for _, which in Frames().feed(method(CONFIRM))] == [CONFIRM]
