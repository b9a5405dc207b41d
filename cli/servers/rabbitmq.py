"""RabbitMQ: how it greets, and how a private one is made from Debian's package."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from cli.servers.folder import folder_for
from cli.servers.keeper import Plan
from cli.servers.kind import Kind, NoServer, say


def plan(state: Path | None, ports: list[int]) -> Plan:
    programs = _programs()
    folder = folder_for(state, "rabbitmq", None)
    return Plan(
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
        env=_environment(folder, ports),
        user=None,
        stop_signal=signal.SIGTERM,
        end_signal=signal.SIGKILL,
    )


def _environment(folder: Path, ports: list[int]) -> dict[str, str]:
    """All that the server would otherwise look up or write outside its folder."""
    port, distribution_port, epmd_port = map(str, ports)
    cores = min(os.cpu_count() or 1, 4)
    return {
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
    }


def _programs() -> Path:
    def installed() -> list[Path]:
        return sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))

    if not installed():
        _install()
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


def _install() -> None:
    since = time.monotonic()
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoServer(
            "RabbitMQ is missing: install it with `sudo apt-get install --no-install-recommends rabbitmq-server`, "
            f"start Docker, or set {RABBITMQ.variable}."
        )
    say("RabbitMQ is missing: installing Debian's package rabbitmq-server, without starting its service")
    script = ["sh", "-c", INSTALL_RABBITMQ]
    done = subprocess.run(script, capture_output=True, text=True, start_new_session=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise NoServer(f"RabbitMQ could not be installed:\n{done.stderr.strip() or done.stdout.strip()}")
    say("RabbitMQ is installed", since)


RABBITMQ = Kind(
    name="RabbitMQ",
    word="rabbitmq",
    variable="STAFETT_AMQP_URL",
    url="amqp://guest:guest@{host}:{port}/",
    hello=b"AMQP\x00\x00\x09\x01",
    welcome=b"\x01",
    plan=plan,
    image="rabbitmq:4-management",
    image_port=5672,
    image_data="/var/lib/rabbitmq",
    image_env={},
    image_command=["rabbitmq-server"],
)
