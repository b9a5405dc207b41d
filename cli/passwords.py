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
    files: dict[str, str] = {}
    for name in names():
        files |= _new(name)
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


def renew_secret(folder: Path, name: str) -> None:
    """Write a new password over an old one, in the same file: where it is mounted, the new one is seen at once."""
    for file, content in _new(name).items():
        (folder / file).chmod(0o600)
        _write(folder / file, content)


def names() -> list[str]:
    """The passwords: at each server its administrator's and each service's."""
    return [f"{server}-{who}" for server in ("postgres", "rabbitmq") for who in ("admin", *SERVICES)]


def _new(name: str) -> dict[str, str]:
    """Files with a new password: the broker reads its administrator's from its own kind of file at its first start."""
    password = secrets.token_urlsafe(32)
    if name != "rabbitmq-admin":
        return {name: password}
    return {name: password, f"{name}.conf": f"default_user = {ADMIN}\ndefault_pass = {password}\n"}


def make_readable(keys: Path) -> None:
    """Let the containers read the keys that are mounted into them."""
    keys.chmod(0o755)  # whatever the umask; the folder above is its owner's alone
    for file in keys.glob("*.json"):
        file.chmod(0o444)


def _write(file: Path, content: str) -> None:
    file.touch(mode=0o600)
    file.write_text(content)
    file.chmod(0o444)
