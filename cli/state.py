"""What `./stafett up` and `./stafett demo` need to themselves: a port, and a folder for what they keep."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CannotStart(Exception):
    """Something that must be ours is not; the text says what, and what to do."""


def check_port(port: int) -> None:
    """Before the servers are started, which takes seconds. CannotStart when somebody else listens."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(f"port {port} is in use: stop what uses it, or choose another with --port") from error
        if error.errno == errno.EACCES:
            raise CannotStart(f"port {port} may not be used by you: choose one above 1023 with --port") from error
        raise
    except OverflowError as error:
        raise CannotStart(f"{port} is no port: choose one up to 65535 with --port") from error


@contextmanager
def alone_in(state: Path) -> Iterator[None]:
    """Nobody else uses the folder until the end of the block, however it ends. CannotStart when somebody does."""
    state.mkdir(parents=True, exist_ok=True)
    lock = os.open(state / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(f"another ./stafett up uses {state}: stop it first") from error
        yield
    finally:
        os.close(lock)
