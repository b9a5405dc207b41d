"""What the kit tells a service's process, and what it hears back: files in a folder they share."""

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Control:
    """The folder of one service."""

    folder: Path

    def arm(self, point: str, nth: int = 1) -> None:
        """The process is to end, as by kill -9, the nth time it reaches the point."""
        self._reached(point).unlink(missing_ok=True)
        self._write(f"armed-{point}", json.dumps(nth))

    def disarm(self) -> None:
        for armed in self.folder.glob("armed-*"):
            armed.unlink(missing_ok=True)

    def was_reached(self, point: str) -> bool:
        return self._reached(point).exists()

    def set(self, mode: str, value: object) -> None:
        """From now on the process behaves in this way; see serve.py for the modes there are."""
        self._write(f"mode-{mode}", json.dumps(value))

    def unset(self, mode: str) -> None:
        (self.folder / f"mode-{mode}").unlink(missing_ok=True)

    def mode(self, name: str) -> object:
        """What a mode is set to; None when it isn't set."""
        try:
            return json.loads((self.folder / f"mode-{name}").read_text())
        except FileNotFoundError:
            return None

    def note(self, mark: str) -> None:
        """As the process: leave a mark that the kit can see."""
        with (self.folder / f"mark-{mark}").open("a") as file:
            file.write("1\n")

    def marks(self, mark: str) -> int:
        """How often the process has left this mark."""
        path = self.folder / f"mark-{mark}"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def reach(self, point: str) -> None:
        """As the process: here is the point; end when it is armed and the count is full."""
        armed = self.folder / f"armed-{point}"
        try:
            left = int(json.loads(armed.read_text())) - 1
        except FileNotFoundError:
            return
        if left > 0:
            self._write(armed.name, json.dumps(left))
            return
        armed.rename(self._reached(point))
        os.kill(os.getpid(), signal.SIGKILL)

    def _reached(self, point: str) -> Path:
        return self.folder / f"reached-{point}"

    def _write(self, name: str, text: str) -> None:
        """Whole or not at all: the other side may read at any moment."""
        part = self.folder / f"{name}.part"
        part.write_text(text)
        part.replace(self.folder / name)
