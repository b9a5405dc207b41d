"""The private servers come up, keep what they are told to keep, and leave nothing behind however they are ended."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import aio_pika
import asyncpg
import psutil
import pytest

from cli.servers import NoServer, Servers, servers
from cli.servers.docker import reached_at

PARENT = """
import sys
from pathlib import Path
from cli.servers import servers
with servers(Path(sys.argv[1]) if sys.argv[1:] else None):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that any user can reach, in which private servers make theirs."""
    folder = Path(tempfile.mkdtemp(prefix="stafett-test-", dir="/tmp"))
    folder.chmod(0o711)
    monkeypatch.setenv("STAFETT_SERVERS", "private")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


def until(holds: Callable[[], bool], within: float = 20) -> None:
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def family(pid: int | None = None) -> list[psutil.Process]:
    """All that runs below a process: keepers, servers and what these have started."""
    return psutil.Process(pid).children(recursive=True)


def strays(place: Path) -> list[str]:
    """What still runs for a server in `place`, even if it has cut all ties with whoever started it."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(place) in process.environ().get("HOME", ""):
                found.append(f"{process.pid} {process.name()}")
    return found


def shared_memory_of(processes: list[psutil.Process]) -> list[str]:
    makers = {str(process.pid) for process in processes}
    return [line for line in Path("/proc/sysvipc/shm").read_text().splitlines() if line.split()[4] in makers]


async def write(to: Servers) -> None:
    database = await asyncpg.connect(to.postgres)
    await database.execute("CREATE TABLE kept (text text); INSERT INTO kept VALUES ('Åsa')")
    await database.close()
    async with await aio_pika.connect(to.amqp) as broker, broker.channel() as channel:
        await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message("Åsa".encode(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, "kept")


async def read(of: Servers) -> tuple[str, str]:
    database = await asyncpg.connect(of.postgres)
    row = await database.fetchval("SELECT text FROM kept")
    await database.close()
    async with await aio_pika.connect(of.amqp) as broker, broker.channel() as channel:
        queue = await channel.get_queue("kept")
        message = await queue.get(timeout=10)  # never acknowledged, so it stays for the next reader
    return row, message.body.decode()


async def test_both_answer_set_up_for_tests_and_closed_to_other_machines(place: Path) -> None:
    before = family()
    with servers() as brought:
        database = await asyncpg.connect(brought.postgres)
        wanted = {"fsync": "off", "max_connections": "300", "server_encoding": "UTF8", "TimeZone": "UTC"}
        assert {name: await database.fetchval(f"SHOW {name}") for name in wanted} == wanted
        assert await database.fetchval("SELECT upper('åäö')") == "ÅÄÖ"
        await database.close()
        await write(brought)
        assert await read(brought) == ("Åsa", "Åsa")
        ours = [process for process in family() if process not in before]
        listening = [
            c.laddr.ip for p in ours if lives(p) for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN
        ]
        assert len(listening) >= 4
        assert set(listening) <= {"127.0.0.1", "::1"}


def test_nothing_is_left_even_of_a_server_that_was_killed(place: Path) -> None:
    before = family()
    with servers() as brought:
        ours = [process for process in family() if process not in before]
        assert brought.postgres_server
        maps = psutil.Process(brought.postgres_server.pid).memory_maps()
        assert not [file.path for file in maps if file.path.startswith("/dev/shm/")]  # noqa: S108, a kill would leave it
        brought.postgres_server.kill()
    assert not [process for process in ours if lives(process)]
    assert not strays(place)
    assert not shared_memory_of(ours)
    assert not list(place.iterdir())


async def test_what_a_server_leaves_to_its_keeper_and_has_ended_is_collected(place: Path) -> None:
    with servers() as brought:
        assert brought.postgres_server
        keeper = psutil.Process(brought.postgres_server.pid).parent()
        assert keeper
        database = await asyncpg.connect(brought.postgres)
        await database.execute("COPY (SELECT 1) TO PROGRAM 'cat > /dev/null; (sleep 0.01 &) > /dev/null'")
        await database.close()
        until(lambda: len(keeper.children()) == 2)
        until(lambda: not [child for child in keeper.children() if child.name() == "sleep" and lives(child)])
        assert brought.postgres_server.pid
        assert [child.pid for child in keeper.children()] == [brought.postgres_server.pid]


async def test_data_outlive_an_orderly_end_and_a_kill(place: Path) -> None:
    with servers(place / "state") as brought:
        await write(brought)
    with servers(place / "state") as brought:
        assert await read(brought) == ("Åsa", "Åsa")
        database = await asyncpg.connect(brought.postgres)
        assert await database.fetchval("SHOW fsync") == "on"
        await database.close()
        for server in (brought.postgres_server, brought.rabbitmq_server):
            assert server
            killed = psutil.Process(server.pid)
            server.kill()
            assert not lives(killed)
            with pytest.raises(NoServer, match="not running"):
                _ = server.pid
            server.start()
            assert server.pid != killed.pid
        assert await read(brought) == ("Åsa", "Åsa")  # at the same addresses
        assert brought.postgres_server
        brought.postgres_server.stop()
        brought.postgres_server.start()
        assert await read(brought) == ("Åsa", "Åsa")


def test_nothing_is_left_however_the_parent_is_ended(place: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command, pipe = [sys.executable, "-c", PARENT], subprocess.PIPE
    ours: list[psutil.Process] = []
    with ExitStack() as ended:
        parents = {}
        for how in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
            parent = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
            parents[how] = ended.enter_context(parent)
        for how, parent in parents.items():
            assert parent.stdout
            assert parent.stdout.readline() == b"up\n"
            ours += family(parent.pid)
            parent.send_signal(how)
    assert len(ours) > 30
    until(lambda: not [process for process in ours if lives(process)])
    until(lambda: not strays(place))
    until(lambda: not list(place.iterdir()))
    assert not shared_memory_of(ours)


def test_a_server_that_cannot_come_up_shows_the_end_of_its_log(place: Path) -> None:
    (place / "state/postgres/data").mkdir(parents=True)
    with pytest.raises(NoServer, match=r"(?s)PostgreSQL did not come up.*could not access"), servers(place / "state"):
        pass


def test_an_address_in_the_environment_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAFETT_SERVERS", raising=False)
    monkeypatch.setenv("STAFETT_POSTGRES_URL", "postgresql://db/x")
    monkeypatch.setenv("STAFETT_AMQP_URL", "amqp://mq/")
    with servers() as given:
        assert given == Servers("postgresql://db/x", "amqp://mq/")


def test_an_address_that_is_missing_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFETT_SERVERS", "url")
    monkeypatch.delenv("STAFETT_AMQP_URL", raising=False)
    with pytest.raises(NoServer, match="STAFETT_AMQP_URL"), servers():
        pass


def test_an_engine_on_another_machine_is_not_given_servers_that_ask_for_no_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
    with pytest.raises(NoServer, match="not an engine on this machine"):
        reached_at(None)  # type: ignore[arg-type]
