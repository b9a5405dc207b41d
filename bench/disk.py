"""The disk while something is measured: how long a bystander waits until one page of its own is safely on it."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAGE = b"\0" * 4096
EVERY_SECONDS = 0.05


@dataclass
class Disk:
    """What the bystander has seen."""

    slowest: float = 0.0
    """Milliseconds."""


@contextmanager
def watched(folder: Path) -> Iterator[Disk]:
    """Write a page in this folder twenty times a second, and have each on the disk, until the end.

    OSError when that failed: who has not seen all has not seen that nothing was slow.
    """
    disk, over = Disk(), threading.Event()

    def watch() -> None:
        with (folder / "bystander").open("wb", buffering=0) as file:
            file.write(PAGE)
            os.fsync(file.fileno())
            while not over.wait(EVERY_SECONDS):
                began = time.perf_counter()
                os.pwrite(file.fileno(), PAGE, 0)
                os.fdatasync(file.fileno())
                disk.slowest = max(disk.slowest, (time.perf_counter() - began) * 1000)

    with ThreadPoolExecutor(1) as threads:
        watching = threads.submit(watch)
        try:
            yield disk
        finally:
            over.set()
        watching.result()
