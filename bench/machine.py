"""The machine it ran on, and who used how much of it."""

import asyncio
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aio_pika
import asyncpg
import psutil

from cli.servers import Servers

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Spent:
    """Seconds of CPU by part, and of the whole machine, since it started."""

    parts: dict[str, float]
    own: float
    """Of the process that measures."""
    idle: float
    """Also while it waited for the disk."""
    whole: float


def spent(processes: dict[str, int]) -> Spent:
    """Part -> process id of its root; what its children have used, also those that are gone, is its own."""
    machine = psutil.cpu_times()
    own = float(sum(psutil.Process().cpu_times()[:2]))  # alone: all that it has started are its children
    idle = machine.idle + getattr(machine, "iowait", 0.0)
    return Spent({part: _of_tree(pid) for part, pid in processes.items()}, own, idle, float(sum(machine)))


def _of_tree(pid: int) -> float:
    root = psutil.Process(pid)
    total = sum(root.cpu_times()[:4])
    for child in root.children(recursive=True):
        try:
            total += sum(child.cpu_times()[:4])
        except psutil.NoSuchProcess:  # it ended meanwhile: its parent has it from now on
            continue
    return float(total)


def commit() -> str:
    """The commit that is checked out, with a mark when files have been changed since."""
    asked = ("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
    try:
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return "unknown"
    return done.stdout.strip() or "unknown"


async def described(servers: Servers) -> str:
    """Cores, memory, versions and the commit, on one line."""
    database = await asyncpg.connect(servers.postgres)
    try:
        postgres = await database.fetchval("SHOW server_version")
    finally:
        await database.close()
    broker = await aio_pika.connect(servers.amqp)
    async with broker:
        properties: Any = broker.transport.connection.server_properties if broker.transport else {}
    version = properties.get("version", "unknown")
    model = await asyncio.to_thread(_processor)
    return (
        f"{os.cpu_count()} cores ({model}), {psutil.virtual_memory().total / 2**30:.0f} GB, {platform.system()}; "
        f"Python {platform.python_version()}, PostgreSQL {str(postgres).split()[0]}, "
        f"RabbitMQ {version}; commit {commit()}"
    )


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
