"""`./stafett ops init` as an operator, or a container, runs it on new servers and again on its own."""

import asyncio
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import asyncpg

from cli.accounts import Account, as_role
from cli.passwords import make_secrets
from contracts.topology import DIRECT, SERVICES
from tests.support.managed_broker import ManagedBroker, told_to_allow
from tests.support.stafett import Ground

ROOT = Path(__file__).parents[3]


async def init(broker: ManagedBroker, admin: str, secrets: Path, *more: str) -> tuple[int, str]:
    """`./stafett ops init` as a container runs it: the exit code and what it said."""
    host = urlsplit(broker.amqp).netloc.rpartition("@")[2]
    login = f"http://stafett-admin:{{password}}@{urlsplit(broker.management).netloc.rpartition('@')[2]}"
    environment = {
        "STAFETT_DATABASE_URL": as_role(admin, Account("{service}", None), "{service}"),
        "STAFETT_AMQP_URL": f"amqp://{{service}}:{{password}}@{host}/",
        "STAFETT_SECRETS": str(secrets),
        "STAFETT_KEYS": str(secrets / "keys"),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "ops", "init", "--without-keys", "--admin", admin, "--broker-admin", login),
        *more,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_an_installation_is_prepared_from_its_secrets_and_again_without_harm(
    ground: Ground, node: ManagedBroker, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    make_secrets(secrets)
    code, said = await init(node, ground.admin, secrets)
    assert (code, "does not take the administrator's login" in said) == (1, True), said
    await node.make_administrator("stafett-admin", (secrets / "rabbitmq-admin").read_text())
    organisation = ("--organisation", str(ROOT / "deploy" / "organisation.yaml"))
    try:
        code, said = await init(node, ground.admin, secrets, *organisation)
        assert (code, "organisation: loaded" in said, "Karin" in said) == (0, True, False), said
        own = node.as_service("journal", (secrets / "rabbitmq-journal").read_text())
        connection, channel = await node.channel(own)
        async with connection:
            direct = await channel.get_exchange(DIRECT, ensure=False)
            await direct.publish(aio_pika.Message(b"{}", user_id="journal"), "execution")
        code, said = await init(node, ground.admin, secrets, *organisation)
        assert (code, "organisation: kept as it is" in said) == (0, True), said
        assert [await node.allowed(service) for service in SERVICES] == [told_to_allow(s) for s in SERVICES]
    finally:
        await _drop_databases(ground.admin)


async def _drop_databases(admin: str) -> None:
    connection = await asyncpg.connect(admin)
    try:
        for service in SERVICES:
            await connection.execute(f'DROP DATABASE IF EXISTS "{service}" WITH (FORCE)')
    finally:
        await connection.close()
