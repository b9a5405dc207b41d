"""For operators: make an installation's secrets, prepare its servers, and give a service new keys."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from chassis.broker import AWAY, declare_topology
from chassis.settings import Settings, secret
from chassis.telemetry import describe
from cli import organisation
from cli.accounts import Account
from cli.blueprints import blueprints
from cli.broker_rights import BrokerRefuses, give_rights, virtual_host, with_login_of
from cli.keys import make_keys, rotate_keys
from cli.passwords import OldOneLeft, SecretsThere, make_readable, make_secrets, names, renew_secret
from cli.prepare import make_database, make_tables
from cli.unreachable import Unreachable, amqp_place, management_address, of_broker, of_postgres, postgres_address
from contracts.topology import SERVICES


def add_command(acts: Any) -> None:
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
        with _writing(chosen.folder):
            made = make_secrets(chosen.folder)
    except SecretsThere as refusal:
        sys.exit(str(refusal))
    print(f"{chosen.folder} holds {len(made)} new secrets; keep a copy where the backups are not")


def _renew(folder: Path, name: str) -> None:
    try:
        with _writing(folder):
            renew_secret(folder, name)
    except FileNotFoundError as error:
        sys.exit(f"{error.filename} is missing: there is no old one to renew")
    except OldOneLeft as refusal:
        sys.exit(str(refusal))
    print(f"{name} is new, the old one is {name}.old: tell its server, and restart who uses it (docs/operations.md)")


def _rotate(chosen: argparse.Namespace) -> None:
    with _writing(chosen.folder):
        rotate_keys(chosen.folder, chosen.service)
        make_readable(chosen.folder)
    print(f"{chosen.service} has new keys: restart it first, then the others")


def _init(chosen: argparse.Namespace) -> None:
    settings = Settings(service="organisation")
    admin = filled(chosen.admin, settings.secrets, "postgres-admin")
    with _preparing(admin, "--admin"):
        asyncio.run(_prepare_postgres(admin, settings))
    if not chosen.without_keys:
        with _writing(settings.keys):
            for service in make_keys(settings.keys):
                print(f"{service}: new keys in {settings.keys}")
    asyncio.run(_prepare_broker(chosen.broker_admin, settings))
    if chosen.organisation:
        with _preparing(settings.database, "STAFETT_DATABASE_URL"):
            sys.exit(organisation.load_first(chosen.organisation, settings))


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Files are made in the folder. Unreachable where they can't be; what is missing in it is said elsewhere."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) and folder.is_dir():
            raise
        why = error.strerror or type(error).__name__
        raise Unreachable(f"{folder} can't be written to ({why}): choose a folder of yours, on a disk") from error


@contextmanager
def _preparing(url: str, name: str) -> Iterator[None]:
    """What is done in the database is done. Unreachable when it is away or refuses; `name` is where its URL stands."""
    parts = postgres_address(url, name)
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, OSError) as error:
        advice = f"is {name} right, is PostgreSQL running?"
        said = of_postgres(error, parts, advice, f"{name} needs the login of a superuser")
        raise Unreachable(said or f"PostgreSQL can't be prepared ({describe(error)}): {advice}") from error


async def _prepare_postgres(url: str, settings: Settings) -> None:
    for plan in blueprints():
        await make_database(url, Account(plan.name, password(settings.secrets, "postgres", plan.name)))
        await make_tables(url, plan)
        print(f"{plan.name}: database, tables and rights are in place")


async def _prepare_broker(admin: str | None, settings: Settings) -> None:
    amqp = settings.amqp
    amqp_place(amqp, "STAFETT_AMQP_URL")
    if admin:
        management = management_address(filled(admin, settings.secrets, "rabbitmq-admin"))
        known = {service: password(settings.secrets, "rabbitmq", service) for service in SERVICES}
        lacking = [service for service, one in known.items() if one is None]
        if lacking:
            raise BrokerRefuses(f"no password for {', '.join(lacking)}: STAFETT_SECRETS names no folder with them")
        await give_rights(management, virtual_host(amqp), {service: one or "" for service, one in known.items()})
        print("broker: each service has a login and rights of its own")
        amqp = with_login_of(amqp, management)
    try:
        await declare_topology(amqp)
    except AWAY as error:
        raise Unreachable(of_broker(error, amqp) or f"the broker can't be prepared ({describe(error)})") from error
    print("broker: exchanges, queues and bindings are in place")


def filled(url: str, folder: Path | None, name: str) -> str:
    """A URL with the password from a file in its place."""
    return url.replace("{password}", quote(secret(folder, name), safe="")) if "{password}" in url else url


def password(folder: Path | None, server: str, service: str) -> str | None:
    """A service's password at a server; None when nobody gave it any."""
    if folder is not None:
        return secret(folder, f"{server}-{service}")
    return os.environ.get(f"STAFETT_{service.upper()}_PASSWORD") if server == "postgres" else None
