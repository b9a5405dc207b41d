"""Runs one private server and, as soon as whoever asked for it is gone, ends it and tidies up; stdlib only."""

import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ENDED_WITHIN = 30.0  # seconds
LOOK_EVERY = 10.0  # seconds


@dataclass(frozen=True)
class Plan:
    """All that a keeper must know to run one private server and to leave nothing of it behind."""

    folder: str
    throw_away: bool
    files: dict[str, str]
    prepare: list[str]  # makes the first data, as data.part
    command: list[str]
    env: dict[str, str]
    user: tuple[int, int] | None  # uid and gid
    stop_signal: int
    end_signal: int  # when the data is thrown away anyway


class Keeper:
    """The keeper's side: runs one server, and ends it with all its descendants."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._folder = Path(plan.folder)
        self._libc = ctypes.CDLL(None)
        self._libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: what our children leave behind becomes our child
        self._server: subprocess.Popen[bytes] | None = None
        self._lock = self._log = -1

    def _occupy(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._plan.user:
            os.chown(self._folder, *self._plan.user)
        lock = os.open(self._folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        until = time.monotonic() + ENDED_WITHIN  # a Stafett that was killed may still be ending its servers
        while self._lock < 0:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._lock = lock
                break
            if time.monotonic() > until:
                raise OSError(f"{self._folder} is in use by another Stafett")
            time.sleep(0.05)
        self._log = os.open(self._folder / "server.log", os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_APPEND, 0o600)
        for name, text in self._plan.files.items():
            (self._folder / name).parent.mkdir(exist_ok=True)
            (self._folder / name).write_text(text)

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        uid, gid = self._plan.user or (None, None)
        return subprocess.Popen(
            command,
            env=self._plan.env,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            pass_fds=[self._lock],  # whoever still runs keeps the folder occupied
            umask=0o077,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
        )

    def start(self) -> None:
        if self._lock < 0:
            self._occupy()
        part, data = self._folder / "data.part", self._folder / "data"
        if self._plan.prepare and not data.exists():
            shutil.rmtree(part, ignore_errors=True)
            if self._run(self._plan.prepare).wait():
                raise OSError(f"{self._plan.prepare[0]} failed")
            part.rename(data)
        self._server = self._run(self._plan.command)

    def look(self) -> None:
        """Collect those that were left to us and have ended: as zombies they would fill the table of processes."""
        for child in _children():
            if self._server is None or child != self._server.pid:
                with suppress(ChildProcessError):
                    os.waitpid(child, os.WNOHANG)

    def stop(self) -> None:
        self._end(self._plan.stop_signal)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, how: int) -> None:
        until = time.monotonic() + ENDED_WITHIN
        while self._server and self._server.poll() is None and time.monotonic() < until:
            self._server.send_signal(how)  # more than once, since RabbitMQ misses a signal that comes too early
            with suppress(subprocess.TimeoutExpired):
                self._server.wait(2)
        while children := _children():
            for child in children:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
        self._server = None

    def pid(self) -> int | None:
        return self._server.pid if self._server and self._server.poll() is None else None

    def close(self) -> None:
        if not self._plan.throw_away:
            return self.stop()
        self._end(self._plan.end_signal)
        with suppress(OSError, IndexError):  # a killed PostgreSQL leaves a segment of shared memory, named in line 7
            segment = (self._folder / "data" / "postmaster.pid").read_text().splitlines()[6].split()[1]
            self._libc.shmctl(int(segment), 0, None)  # IPC_RMID
        return shutil.rmtree(self._folder, ignore_errors=True)


def _children() -> list[int]:
    """Our children, also those that have ended and wait to be collected."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # a process may end while we look
            parent = stat.read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                children.append(int(stat.parent.name))
    return children


def keep() -> None:
    """The keeper's whole life: does what the lines it is sent say, and when the sender is gone, ends and tidies up."""
    for ending in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: sys.exit())
    orders = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)  # no line may lie unseen where select can't look
    keeper = Keeper(Plan(**json.loads(orders.readline())))
    verbs = {"start": keeper.start, "stop": keeper.stop, "kill": keeper.kill, "look": keeper.look}
    try:
        while True:
            if not select.select([orders], [], [], LOOK_EVERY)[0]:
                keeper.look()
                continue
            line = orders.readline().decode().strip()
            if not line:
                break
            error = None
            try:
                verbs[line]()
            except OSError as reason:
                error = str(reason)
            answer = json.dumps({"error": error, "pid": keeper.pid()})
            os.write(sys.stdout.fileno(), f"{answer}\n".encode())
    except BrokenPipeError:
        pass  # the sender is gone while it waits for the answer
    finally:
        for ending in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.SIG_IGN)
        keeper.close()


if __name__ == "__main__":
    keep()
