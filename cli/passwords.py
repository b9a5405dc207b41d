"""The secrets of an installation: random passwords and the services' keys, as files in one folder, made once."""

import secrets
from pathlib import Path

from chassis.keys import make_keys
from contracts.topology import SERVICES

ADMIN = "stafett-admin"
"""The broker's administrator, whom `ops init` logs in as."""


class SecretsThere(Exception):
    """The folder already holds secrets, which are never written over; the text says which."""


def make_secrets(folder: Path) -> list[str]:
    """Make every secret of an installation; gives their names. SecretsThere, and nothing made, when one is there.

    The folder is its owner's alone. The files in it are readable, since each container sees those that are mounted
    into it, and runs as a user of its own.
    """
    passwords = {name: secrets.token_urlsafe(32) for name in names()}
    broker = f"default_user = {ADMIN}\ndefault_pass = {passwords['rabbitmq-admin']}\n"
    files = {**passwords, "rabbitmq-admin.conf": broker}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = [name for name in (*files, "keys") if (folder / name).exists()]
    if there:
        raise SecretsThere(f"{folder} already holds {', '.join(there)}: nothing is made, and nothing written over")
    folder.chmod(0o700)
    for name, content in files.items():
        _write(folder / name, content)
    make_keys(folder / "keys")
    make_readable(folder / "keys")
    return [*files, "keys"]


def names() -> list[str]:
    """The passwords: at each server its administrator's and each service's."""
    return [f"{server}-{who}" for server in ("postgres", "rabbitmq") for who in ("admin", *SERVICES)]


def make_readable(keys: Path) -> None:
    """Let the containers read the keys that are mounted into them."""
    for file in keys.glob("*.json"):
        file.chmod(0o444)


def _write(file: Path, content: str) -> None:
    file.touch(mode=0o600)
    file.write_text(content)
    file.chmod(0o444)
