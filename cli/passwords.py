"""The secrets of an installation: random passwords and the services' keys, as files in one folder, made once."""

import secrets
from pathlib import Path

from cli.keys import make_keys
from cli.whole_file import write_whole
from contracts.topology import SERVICES

ADMIN = "stafett-admin"
"""The broker's administrator, whom `ops init` logs in as."""
AT_PROVIDER = "client-secret"
"""The file for our secret at the OpenID Connect provider, empty until an operator writes it there."""


class SecretsThere(Exception):
    """The folder already holds secrets, which are never written over; the text says which."""


class OldOneLeft(Exception):
    """The password before the last renewal is still kept, and may be the one in use; the text says what to do."""


def make_secrets(folder: Path) -> list[str]:
    """Make every secret of an installation; gives their names. SecretsThere, and nothing made, when one is there.

    The folder is its owner's alone. The files in it are readable, since each container sees those that are mounted
    into it, and runs as a user of its own.
    """
    files: dict[str, str] = {}
    for name in names():
        files |= _new(name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = [name for name in (*files, AT_PROVIDER, "keys") if (folder / name).exists()]
    if there:
        raise SecretsThere(f"{folder} already holds {', '.join(there)}: nothing is made, and nothing written over")
    folder.chmod(0o700)
    for name, content in files.items():
        write_whole(folder / name, content, 0o444)
    write_whole(folder / AT_PROVIDER, "", 0o644)
    make_keys(folder / "keys")
    make_readable(folder / "keys")
    return [*files, AT_PROVIDER, "keys"]


def renew_secret(folder: Path, name: str) -> None:
    """Put a new password in an old one's place, each file whole; the old one stays as `<name>.old`.

    FileNotFoundError, and nothing changed, when there is no old one. OldOneLeft, and nothing changed, while the one
    before is still kept: the server may know no other. A container that runs has the old file still.
    """
    fresh = _new(name)
    left = [f"{file}.old" for file in fresh if (folder / f"{file}.old").exists()]
    if left:
        raise OldOneLeft(
            f"{', '.join(left)} is left from the last renewal: take it away if the server has been told of the new "
            "one, else put it back in its place"
        )
    old = {file: (folder / file).read_text() for file in fresh}
    for file, content in old.items():
        write_whole(folder / f"{file}.old", content, 0o400)
    for file, content in fresh.items():
        write_whole(folder / file, content, 0o444)


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
    """Let the containers read the keys that are mounted into them, and enter the folder, whatever the umask was."""
    keys.chmod(0o755)
    for file in keys.glob("*.json"):
        file.chmod(0o444)
