"""A private server: a process of our own, run by a keeper that outlives us for as long as it takes to tidy up."""

import json
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from cli.servers import keeper
from cli.servers.kind import Kind, NoServer, free_ports, wait_for


class Private:
    """A server under a keeper: a small process that ends the server as soon as we are gone, however we go."""

    def __init__(self, kind: Kind, state: Path | None) -> None:
        self._kind = kind
        self._ports, self._claims = free_ports(3)
        self.url = kind.url.format(host="127.0.0.1", port=self._ports[0])
        plan = kind.plan(state, self._ports)
        self._plan = plan
        self._log = Path(plan.folder, "server.log")
        command = [sys.executable, "-I", "-S", keeper.__file__]
        pipe = subprocess.PIPE
        self._keeper = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd="/", start_new_session=True)
        self._tell(json.dumps(asdict(plan)))
        self._begin()

    def _tell(self, line: str) -> None:
        assert self._keeper.stdin
        with suppress(BrokenPipeError):  # a keeper that is gone is noticed when its answer is missing
            self._keeper.stdin.write(line + "\n")
            self._keeper.stdin.flush()

    def _hear(self) -> int | None:
        assert self._keeper.stdout
        answer = json.loads(self._keeper.stdout.readline() or '{"error": "its keeper is gone"}')
        if answer["error"]:
            raise NoServer(f"{self._kind.name}: {answer['error']}\n{self._last_lines()}")
        pid: int | None = answer["pid"]
        return pid

    def _ask(self, line: str) -> int | None:
        self._tell(line)
        return self._hear()

    def _last_lines(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:]) if self._log.exists() else ""

    def _begin(self) -> None:
        self._since = time.monotonic()
        self._tell("start")

    def wait_until_ready(self) -> None:
        self._hear()
        port, gone = self._ports[0], lambda: self._ask("look") is None
        wait_for(self._kind, "127.0.0.1", port, self._since, gone, self._last_lines)

    @property
    def pid(self) -> int:
        pid = self._ask("look")
        if pid is None:
            raise NoServer(f"{self._kind.name} is not running.")
        return pid

    def start(self) -> None:
        self._begin()
        self.wait_until_ready()

    def stop(self) -> None:
        self._ask("stop")

    def kill(self) -> None:
        self._ask("kill")

    def run(self, program: str, *words: str) -> str:
        command = [str(Path(self._plan.command[0]).with_name(program)), *words]
        done = subprocess.run(command, env=self._plan.env, cwd=self._plan.folder, capture_output=True, text=True)
        if done.returncode:
            raise NoServer(f"{program}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def close(self) -> None:
        assert self._keeper.stdin
        self._keeper.stdin.close()

    def wait_until_gone(self) -> None:
        assert self._keeper.stdout
        self._keeper.wait()
        self._keeper.stdout.close()
        for claim in self._claims:
            claim.close()
