"""What an operator is told who has mistyped an address, or may not do what they try: a sentence, and what to do."""

import json
import os
import socket
import time
from pathlib import Path

import pytest

from cli.accounts import at_database
from cli.ops.reach import settings
from cli.unreachable import Unreachable
from tests.support.ops import beside, ops
from tests.support.stafett import Ground

ID = "01a22293-21f6-740c-8aac-743a5d282ce1"
SECRET = "hemligt-ord"
NOBODY = f"postgresql://nobody:{SECRET}@{{}}/authority"
READING = (("outbox",), ("parked", "list"), ("trace", ID), ("reconcile",))


def refused(code: int, said: str) -> None:
    """It ends badly, in a sentence, without what nobody may see."""
    assert code == 1, said
    assert "Traceback" not in said, said
    assert SECRET not in said, said


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


MISTYPED = ("postgresql://a@b:port/c", "mysql://a@b/c", "postgresql://{somebody}@b/c")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        *((url, ("outbox",)) for url in MISTYPED),
        *(("garbage", words) for words in (*READING, ("resend", "--why", "x"))),
    ],
)
async def test_what_is_no_address_of_a_database_is_said_once(url: str, words: tuple[str, ...]) -> None:
    code, said = await ops({"STAFETT_DATABASE_URL": url}, *words)
    refused(code, said)
    assert said.count("STAFETT_DATABASE_URL") == 1, said


@pytest.mark.parametrize("words", READING)
async def test_where_nothing_listens_that_is_said_once_for_all_services(words: tuple[str, ...]) -> None:
    place = f"127.0.0.1:{free_port()}"
    code, said = await ops({"STAFETT_DATABASE_URL": NOBODY.format(place)}, *words)
    refused(code, said)
    assert said.startswith(f"all services: nothing listens at {place}: is STAFETT_DATABASE_URL right"), said
    assert said.count("nothing listens") == 1, said
    assert "0 messages" not in said


async def test_a_host_nobody_knows_is_named() -> None:
    code, said = await ops({"STAFETT_DATABASE_URL": NOBODY.format("nosuchhost.invalid")}, "outbox")
    refused(code, said)
    assert "the host name nosuchhost.invalid is not known" in said


async def test_a_server_that_hangs_is_waited_for_once_not_six_times() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        code, said = await ops({"STAFETT_DATABASE_URL": NOBODY.format(place)}, "parked", "list")
        assert time.monotonic() - began < 15
    refused(code, said)
    assert said.count(f"PostgreSQL at {place} does not answer") == 1, said


async def test_a_role_or_a_database_that_does_not_exist_is_named(ground: Ground) -> None:
    place = ground.admin.rpartition("@")[2].partition("/")[0]
    code, said = await ops({"STAFETT_DATABASE_URL": NOBODY.format(place)}, "outbox")
    refused(code, said)
    assert said.count(f'role "nobody" does not exist at {place}') == 1, said
    code, said = await ops({"STAFETT_DATABASE_URL": at_database(ground.admin, "nosuchbase")}, "outbox")
    refused(code, said)
    assert said.count('database "nosuchbase" does not exist at') == 1, said


async def test_a_right_that_is_missing_is_named_and_the_other_services_are_shown(clean: Ground) -> None:
    async with clean.service("notify") as running:
        await running.sql("REVOKE ALL ON outbox, inbox FROM notify")
        for words in (("outbox",), ("parked", "list"), READING[2]):
            code, said = await ops(beside(running), *words)
            refused(code, said)
            assert "permission denied for table" in said, said
        await running.sql("GRANT ALL ON outbox, inbox TO notify")
        await running.sql(f'REVOKE CONNECT ON DATABASE "{running.database.rpartition("/")[2]}" FROM PUBLIC')
        await running.sql("CREATE ROLE stranger LOGIN")
        try:
            url = beside(running)["STAFETT_DATABASE_URL"].replace("//notify", "//stranger")
            code, said = await ops({"STAFETT_DATABASE_URL": url}, "outbox")
        finally:
            await running.sql("DROP ROLE stranger")
        refused(code, said)
        assert said.count("permission denied for database") == 1, said


async def test_where_nothing_runs_it_is_said_how_to_start_it(tmp_path: Path) -> None:
    code, said = await ops({"STAFETT_STATE": str(tmp_path)}, "outbox")
    refused(code, said)
    assert "nothing runs here: start `./stafett up`, or set STAFETT_DATABASE_URL (" in said, said
    assert " at 127.0.0.1:5432: " in said, said


async def test_what_was_left_of_a_stafett_that_was_killed_is_named(tmp_path: Path) -> None:
    left = {"database_url": NOBODY.format(f"127.0.0.1:{free_port()}")}
    (tmp_path / "running.json").write_text(json.dumps(left))
    code, said = await ops({"STAFETT_STATE": str(tmp_path)}, "outbox")
    refused(code, said)
    assert f"{tmp_path / 'running.json'} names it: if its `./stafett up` runs no longer, start it again" in said


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("garbage", "STAFETT_AMQP_URL is no address of a broker"),
        ("amqp://guest:hemligt-ord@nosuchhost.invalid/", "the host name nosuchhost.invalid is not known"),
        ("amqp://guest:hemligt-ord@127.0.0.1:1/", "nothing listens at 127.0.0.1:1"),
    ],
)
async def test_a_broker_that_cannot_be_asked_is_named(url: str, sentence: str) -> None:
    code, said = await ops({"STAFETT_AMQP_URL": url, "STAFETT_DATABASE_URL": "postgresql://a@b/c"}, "dead", "list")
    refused(code, said)
    assert sentence in said
    assert len(said.splitlines()) == 1, said


async def test_a_login_that_the_broker_does_not_take_is_named(clean: Ground) -> None:
    login, at, place = clean.amqp.partition("//")[2].rpartition("@")
    assert (bool(login), at) == (True, "@")
    code, said = await ops({"STAFETT_AMQP_URL": f"amqp://asa:{SECRET}@{place}"}, "dead", "list")
    refused(code, said)
    assert "does not take the login asa" in said
    for admin in ("garbage", "http://127.0.0.1:15672", "http://asa:x@host:port"):
        code, said = await ops({"STAFETT_AMQP_URL": clean.amqp}, "dead", "list", "--broker-admin", admin)
        refused(code, said)
        assert "--broker-admin is no address of RabbitMQ's management with a login" in said
    code, said = await ops(
        {"STAFETT_AMQP_URL": clean.amqp}, "dead", "list", "--broker-admin", f"http://asa:{SECRET}@127.0.0.1:15672"
    )
    refused(code, said)
    assert "does not take the login asa" in said


async def test_init_and_secrets_say_what_they_cannot_use(ground: Ground, tmp_path: Path) -> None:
    code, said = await ops({}, "init", "--admin", "garbage")
    refused(code, said)
    assert "--admin is no address of a database" in said
    code, said = await ops({}, "init", "--admin", NOBODY.format(f"127.0.0.1:{free_port()}"))
    refused(code, said)
    assert "nothing listens at" in said
    code, said = await ops({"STAFETT_KEYS": str(tmp_path)}, "init", "--admin", ground.admin.replace("//", "//x", 1))
    refused(code, said)
    code, said = await ops({}, "secrets", "/proc/x")
    refused(code, said)
    assert "/proc/x can't be written to" in said


@pytest.mark.parametrize("subject", ["nonsense", ID, f"boat/{ID}"])
async def test_a_history_is_not_asked_for_about_what_is_no_subject(subject: str) -> None:
    code, said = await ops({"STAFETT_DATABASE_URL": "postgresql://a@b/c"}, "resend", "--subject", subject, "--why", "x")
    refused(code, said)
    assert subject in said


async def test_a_history_is_asked_for_without_any_keys(clean: Ground, tmp_path: Path) -> None:
    async with clean.service("notify") as running:
        where = {**beside(running), "STAFETT_KEYS": str(tmp_path / "none")}
        code, said = await ops(where, "resend", "--service", "notify", "--owner", "execution", "--why", "restored")
        assert (code, "execution is asked to send notify" in said) == (0, True), said


async def test_a_stafett_that_somebody_else_runs_is_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = tmp_path / "running.json"
    running.write_text("{}")
    running.chmod(0)
    monkeypatch.setenv("STAFETT_STATE", str(tmp_path))
    monkeypatch.delenv("STAFETT_DATABASE_URL", raising=False)
    user = os.geteuid()
    os.seteuid(user or 65534)  # root may read everything
    try:
        with pytest.raises(Unreachable, match=f"{running} may not be read by you: run as the user who started"):
            settings("journal")
    finally:
        os.seteuid(user)
