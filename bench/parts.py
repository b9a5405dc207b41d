"""Processes that take part: started, told when to begin, and ended by closing what they listen to."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.hand_off.course import Course
from bench.machine import ROOT

START_SECONDS = 90
END_SECONDS = 20


class PartFailed(Exception):
    """A process did not do what it was told; the text ends with what it logged."""


@dataclass(frozen=True)
class Part:
    """One process."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    async def hear(self, word: str, within: float) -> None:
        """Wait for a line. PartFailed when another comes, or none in time."""
        assert self.process.stdout
        try:
            async with asyncio.timeout(within):
                line = (await self.process.stdout.readline()).decode().strip()
        except TimeoutError:
            line = "nothing"
        if line != word:
            raise PartFailed(f"{self.name} said {line!r} where {word!r} was expected.\n{_end_of(self.log)}")

    def must_live(self) -> None:
        """PartFailed when it has ended."""
        if self.process.returncode is not None:
            raise PartFailed(f"{self.name} ended with {self.process.returncode}.\n{_end_of(self.log)}")

    def tell(self, word: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n".encode())

    async def end(self) -> None:
        """Let it stop in order; kill it when it does not."""
        assert self.process.stdin
        self.process.stdin.close()  # also tells those that wait for a word
        try:
            async with asyncio.timeout(END_SECONDS):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


async def _start(module: str, role: str, course: Course, logs: Path) -> Part:
    log = logs / f"{module}.{role}.log"
    pipe = asyncio.subprocess.PIPE
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", module, role, course.text()),
            stdin=pipe,
            stdout=pipe,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    return Part(f"{module} {role}", process, log)


@asynccontextmanager
async def part(module: str, role: str, course: Course, logs: Path) -> AsyncIterator[Part]:
    """A process that has said that it is ready."""
    started = await _start(module, role, course, logs)
    try:
        await started.hear("ready", START_SECONDS)
        yield started
    finally:
        await started.end()


async def done(module: str, role: str, course: Course, logs: Path, within: float = 300) -> None:
    """Run a process to its end. PartFailed when it fails."""
    started = await _start(module, role, course, logs)
    try:
        async with asyncio.timeout(within):
            await started.process.wait()
    except TimeoutError as error:
        raise PartFailed(f"{started.name} was not done after {within:.0f} s.\n{_end_of(started.log)}") from error
    finally:
        await started.end()
    if started.process.returncode:
        raise PartFailed(f"{started.name} ended with {started.process.returncode}.\n{_end_of(started.log)}")
