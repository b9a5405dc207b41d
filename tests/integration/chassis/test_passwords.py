"""The secrets of an installation: made once, each unlike the others, and read by the service they belong to."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from chassis.settings import SecretMissing, Settings
from cli.passwords import OldOneLeft, SecretsThere, make_secrets, names, renew_secret
from cli.serve import app
from contracts.topology import SERVICES

ROOT = Path(__file__).parents[3]


def settings(folder: Path | None) -> Settings:
    return Settings(
        service="journal",
        database_url="postgresql://{service}:{password}@db:5432/{service}",
        amqp_url="amqp://{service}:{password}@broker:5672/",
        secrets=folder,
    )


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_every_password_is_long_and_unlike_the_others_and_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    passwords = [(folder / name).read_text() for name in names()]
    assert len(passwords) == len(set(passwords)) == 2 * (len(SERVICES) + 1)
    assert all(len(password) >= 40 for password in passwords)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in (folder / "keys").iterdir()} == {"public.json", *(f"{s}.json" for s in SERVICES)}
    assert (folder / "rabbitmq-admin").read_text() in (folder / "rabbitmq-admin.conf").read_text()


def test_a_secret_is_never_written_over(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")
    before = {file: file.read_bytes() for file in (tmp_path / "secrets").rglob("*") if file.is_file()}
    with pytest.raises(SecretsThere, match="nothing written over"):
        make_secrets(tmp_path / "secrets")
    assert {file: file.read_bytes() for file in before} == before


def test_a_renewed_password_takes_the_place_of_the_old_one_which_stays_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    before = contents(folder)
    with (folder / "rabbitmq-admin").open() as mounted:
        renew_secret(folder, "rabbitmq-admin")
        assert mounted.read() == before["rabbitmq-admin"]  # who has the file open never sees half of a new one
    after = contents(folder)
    renewed = {"rabbitmq-admin", "rabbitmq-admin.conf"}
    assert {name for name in before if after[name] != before[name]} == renewed
    assert {name: after[f"{name}.old"] for name in renewed} == {name: before[name] for name in renewed}
    assert set(after) == {*before, *(f"{name}.old" for name in renewed)}
    assert after["rabbitmq-admin"] in after["rabbitmq-admin.conf"]
    modes = [(folder / name).stat().st_mode & 0o777 for name in ("rabbitmq-admin", "rabbitmq-admin.old")]
    assert modes == [0o444, 0o400]
    with pytest.raises(OldOneLeft, match=r"rabbitmq-admin\.old, rabbitmq-admin\.conf\.old is left"):
        renew_secret(folder, "rabbitmq-admin")
    assert contents(folder) == after
    for name in renewed:
        (folder / f"{name}.old").unlink()
    renew_secret(folder, "rabbitmq-admin")
    assert contents(folder)["rabbitmq-admin.old"] == after["rabbitmq-admin"]


def test_where_an_old_password_is_missing_nothing_is_renewed(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    (folder / "rabbitmq-admin.conf").unlink()
    before = contents(folder)
    with pytest.raises(FileNotFoundError, match=r"rabbitmq-admin\.conf"):
        renew_secret(folder, "rabbitmq-admin")
    assert contents(folder) == before


def test_containers_can_read_the_keys_though_a_strict_umask_made_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    command = [sys.executable, "-m", "cli", "ops"]
    for words in (["secrets", str(folder)], ["rotate-keys", str(folder / "keys"), "--service", "journal"]):
        done = subprocess.run([*command, *words], cwd=ROOT, capture_output=True, text=True, umask=0o077)
        assert (done.returncode, done.stderr) == (0, "")
        modes = {file.name: file.stat().st_mode & 0o777 for file in (folder / "keys").iterdir()}
        assert modes == {"public.json": 0o444, **{f"{service}.json": 0o444 for service in SERVICES}}
        assert [one.stat().st_mode & 0o777 for one in (folder, folder / "keys")] == [0o700, 0o755]


def test_our_secret_at_the_provider_is_read_from_the_file_that_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_secrets(tmp_path / "secrets")
    ours = tmp_path / "secrets" / "client-secret"
    assert (ours.read_text(), ours.stat().st_mode & 0o777) == ("", 0o644)
    mounted = tmp_path / "run"
    mounted.mkdir()
    monkeypatch.setenv("STAFETT_SECRETS", str(mounted))
    monkeypatch.setenv("STAFETT_ISSUER", "https://login.example")
    for content in ("", "hemlig\n"):
        ours.write_text(content)
        (mounted / "stafett_client_secret").write_text(ours.read_text())
        assert app("front").state.settings.client_secret.get_secret_value() == content.strip()


def test_one_secret_that_is_there_keeps_all_from_being_made(tmp_path: Path) -> None:
    (tmp_path / "rabbitmq-journal").write_text("kept")
    with pytest.raises(SecretsThere, match="rabbitmq-journal"):
        make_secrets(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["rabbitmq-journal"]


def test_a_service_puts_its_own_passwords_in_its_addresses_whatever_they_hold(tmp_path: Path) -> None:
    (tmp_path / "postgres-journal").write_text("p@ss/{word}:ö\n")
    (tmp_path / "rabbitmq-journal").write_text("b%r#ker")
    chosen = settings(tmp_path)
    database, amqp = urlsplit(chosen.database), urlsplit(chosen.amqp)
    assert (database.username, unquote(database.password or "")) == ("journal", "p@ss/{word}:ö")
    assert database.path == "/journal"
    assert (amqp.username, unquote(amqp.password or "")) == ("journal", "b%r#ker")


def test_a_password_that_is_missing_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SecretMissing, match="postgres-journal is missing; `stafett ops secrets`"):
        _ = settings(tmp_path).database
    with pytest.raises(SecretMissing, match="STAFETT_SECRETS names no folder"):
        _ = settings(None).amqp


def test_the_command_makes_them_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli", "ops", "secrets", str(tmp_path / "secrets")]
    first = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, umask=0o077)
    assert (first.returncode, first.stderr) == (0, "")
    assert [oct(path.stat().st_mode)[-3:] for path in (tmp_path / "secrets", tmp_path / "secrets" / "keys")] == [
        "700",
        "755",
    ]
    assert (tmp_path / "secrets" / "postgres-admin").read_text() not in first.stdout
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (again.returncode, "already holds" in again.stderr, "Traceback" in again.stderr) == (1, True, False)
    renewed = subprocess.run([*command, "--renew", "postgres-journal"], cwd=ROOT, capture_output=True, text=True)
    assert (renewed.returncode, renewed.stderr) == (0, "")
    keys = str(tmp_path / "secrets" / "keys")
    rotate = [sys.executable, "-m", "cli", "ops", "rotate-keys", keys, "--service", "journal"]
    rotated = subprocess.run(rotate, cwd=ROOT, capture_output=True, text=True)
    assert (rotated.returncode, rotated.stderr) == (0, "")
