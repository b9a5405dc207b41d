"""For operators: make an installation's secrets, prepare its servers, and give a service new keys."""

import argparse
import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from chassis.broker import AWAY, declare_topology
from chassis.settings import SecretMissing, Settings, secret
from chassis.telemetry import describe
from cli import organisation
from cli.accounts import Account
from cli.blueprints import blueprints
from cli.broker_rights import BrokerRefuses, give_rights, virtual_host, with_login_of
from cli.keys import make_keys, rotate_keys
from cli.passwords import OldOneLeft, SecretsThere, make_readable, make_secrets, names, renew_secret
from cli.prepare import make_database, make_tables
from contracts.topology import SERVICES


def add_installers(acts: Any) -> None:
    """`./stafett ops secrets`, `init` and `rotate-keys`."""
    made = acts.add_parser("secrets", help="make random passwords and the services' keys; writes nothing over")
    made.add_argument("folder", type=Path, help="where they are written; made when it isn't there")
    made.add_argument("--renew", choices=names(), metavar="NAME", help="only this password, anew: postgres-journal …")
    made.set_defaults(run=_secrets)

    init = acts.add_parser("init", help="make roles, databases, tables, keys and the broker's topology, where missing")
    init.add_argument(
        "--admin",
        required=True,
        help="URL of a PostgreSQL superuser; {password} in it is read from postgres-admin in STAFETT_SECRETS. Each "
        "service's password is read from there too, else from STAFETT_<SERVICE>_PASSWORD",
    )
    init.add_argument(
        "--broker-admin",
        help="URL of RabbitMQ's management with an administrator's login ({password}: from rabbitmq-admin): gives each "
        "service a login and rights of its own",
    )
    init.add_argument("--without-keys", action="store_true", help="the keys are made elsewhere (`ops secrets`)")
    init.add_argument("--organisation", type=Path, metavar="FILE", help="load this file, unless there already is one")
    init.set_defaults(run=_init)

    rotate = acts.add_parser("rotate-keys", help="give a service new keys; it keeps its old ones to open with")
    rotate.add_argument("folder", type=Path, help="the folder with the keys, e.g. deploy/secrets/keys")
    rotate.add_argument("--service", choices=SERVICES, required=True, help="whose keys")
    rotate.set_defaults(run=_rotate)


def _secrets(chosen: argparse.Namespace) -> None:
    if chosen.renew:
        _renew(chosen.folder, chosen.renew)
        return
    try:
        made = make_secrets(chosen.folder)
    except SecretsThere as refusal:
        sys.exit(str(refusal))
    print(f"{chosen.folder} holds {len(made)} new secrets; keep a copy where the backups are not")


def _renew(folder: Path, name: str) -> None:
    try:
        renew_secret(folder, name)
    except FileNotFoundError as error:
        sys.exit(f"{error.filename} is missing: there is no old one to renew")
    except OldOneLeft as refusal:
        sys.exit(str(refusal))
    print(f"{name} is new, the old one is {name}.old: tell its server, and restart who uses it (docs/operations.md)")


def _rotate(chosen: argparse.Namespace) -> None:
    rotate_keys(chosen.folder, chosen.service)
    make_readable(chosen.folder)
    print(f"{chosen.service} has new keys: restart it first, then the others")


def _init(chosen: argparse.Namespace) -> None:
    settings = Settings(service="organisation")
    asyncio.run(_said(_prepare_postgres(chosen.admin, settings), "PostgreSQL"))
    if not chosen.without_keys:
        for service in make_keys(settings.keys):
            print(f"{service}: new keys in {settings.keys}")
    asyncio.run(_said(_prepare_broker(chosen.broker_admin, settings), "the broker"))
    if chosen.organisation:
        sys.exit(organisation.load_first(chosen.organisation, settings))


async def _said(work: Coroutine[Any, Any, None], server: str) -> None:
    """Do it; a server that is away or refuses is said in a sentence."""
    try:
        await work
    except (SecretMissing, BrokerRefuses) as refusal:
        sys.exit(str(refusal))
    except (asyncpg.PostgresError, SQLAlchemyError, *AWAY) as error:
        sys.exit(f"{server} can't be prepared ({describe(error)}): is its address right, is it running?")


async def _prepare_postgres(admin: str, settings: Settings) -> None:
    url = filled(admin, settings.secrets, "postgres-admin")
    for plan in blueprints():
        await make_database(url, Account(plan.name, password(settings.secrets, "postgres", plan.name)))
        await make_tables(url, plan)
        print(f"{plan.name}: database, tables and rights are in place")


async def _prepare_broker(admin: str | None, settings: Settings) -> None:
    amqp = settings.amqp
    if admin:
        management = filled(admin, settings.secrets, "rabbitmq-admin")
        known = {service: password(settings.secrets, "rabbitmq", service) for service in SERVICES}
        lacking = [service for service, one in known.items() if one is None]
        if lacking:
            raise BrokerRefuses(f"no password for {', '.join(lacking)}: STAFETT_SECRETS names no folder with them")
        await give_rights(management, virtual_host(amqp), {service: one or "" for service, one in known.items()})
        print("broker: each service has a login and rights of its own")
        amqp = with_login_of(amqp, management)
    await declare_topology(amqp)
    print("broker: exchanges, queues and bindings are in place")


def filled(url: str, folder: Path | None, name: str) -> str:
    """A URL with the password from a file in its place."""
    return url.replace("{password}", quote(secret(folder, name), safe="")) if "{password}" in url else url


def password(folder: Path | None, server: str, service: str) -> str | None:
    """A service's password at a server; None when nobody gave it any."""
    if folder is not None:
        return secret(folder, f"{server}-{service}")
    return os.environ.get(f"STAFETT_{service.upper()}_PASSWORD") if server == "postgres" else None
