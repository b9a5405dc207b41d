"""What keeps `./stafett` from doing what it is asked is said in one sentence."""

import socket
from argparse import Namespace
from pathlib import Path

import pytest

from chassis.issuer import IssuerMissing
from chassis.keys import KeysMissing
from cli.__main__ import main, parser, sentence
from cli.keys import make_keys
from cli.serve import app
from cli.servers import NoServer
from cli.signature import verify
from cli.state import CannotStart, alone_in, check_port


@pytest.mark.parametrize("error", [NoServer("no PostgreSQL"), KeysMissing("no keys"), CannotStart("no port")])
def test_what_can_be_expected_to_fail_is_a_sentence_and_no_traceback(
    error: Exception, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_chosen: Namespace) -> int:
        raise error

    monkeypatch.setattr("cli.__main__._check", fail)
    assert main(["check"]) == 1
    assert capsys.readouterr().err == f"stafett: {error}\n"


@pytest.mark.parametrize("content", [None, "no JSON", "{}"])
def test_what_does_not_verify_is_no_success(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "said.json"
    if content is not None:
        file.write_text(content)
    assert main(["ops", "verify-journal", str(file)]) == 1
    assert main(["ops", "verify-signature", str(file), "--keys", str(tmp_path / "public.json")]) == 1


@pytest.mark.parametrize("content", ["zzz", "{}", "[1]"])
def test_keys_that_are_none_are_not_blamed_on_the_follow_up(content: str, tmp_path: Path) -> None:
    (keys := tmp_path / "those-who-signed.json").write_text(content)
    valid, (reason,) = verify(tmp_path / "follow-up.json", keys)
    assert (valid, reason.startswith(f"{keys} holds no public keys")) == (False, True)


def test_a_folder_of_somebody_else_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFETT_STATE", str(tmp_path))
    said = sentence(PermissionError(13, "Permission denied", str(tmp_path / "keys" / "journal.json")))
    assert f"run as the user who owns {tmp_path}" in str(said)
    assert sentence(PermissionError(13, "Permission denied", "/elsewhere")) is None


def test_what_is_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_chosen: Namespace) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("cli.__main__._check", fail)
    with pytest.raises(ZeroDivisionError):
        main(["check"])


def test_a_port_in_use_is_found_before_any_server_is_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAFETT_STATE", str(tmp_path))
    monkeypatch.setattr("cli.up.ready", None)
    monkeypatch.setattr("cli.demo.ready", None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for command in (["up"], ["demo", "--once"]):
            assert main([*command, "--port", str(port)]) == 1
            said = f"stafett: port {port} is in use: stop what uses it, or choose another with --port\n"
            assert capsys.readouterr().err == said
    check_port(0)


def test_a_folder_is_used_by_one_at_a_time(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(CannotStart, match=r"another \./stafett up uses"), alone_in(tmp_path):
        raise AssertionError
    with alone_in(tmp_path):
        pass


def test_an_address_that_is_none_is_told_before_anything_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFETT_ISSUER", "https://login.example")
    monkeypatch.setenv("STAFETT_PUBLIC_URL", "stafett.example")
    with pytest.raises(CannotStart, match=r"^STAFETT_PUBLIC_URL must be an address without a path, such as "):
        app("front")


@pytest.mark.parametrize("part", ["front", "journal"])
def test_nothing_is_served_before_it_is_told_who_vouches_for_people(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, part: str
) -> None:
    make_keys(tmp_path)
    monkeypatch.setenv("STAFETT_KEYS", str(tmp_path))
    monkeypatch.delenv("STAFETT_ISSUER", raising=False)
    with pytest.raises((CannotStart, IssuerMissing)) as refused:
        app(part)
    assert (sentence(refused.value) or "").startswith("STAFETT_ISSUER must be the OpenID Connect issuer")


def test_a_container_may_choose_the_address_it_serves_on() -> None:
    words = ["serve", "journal"]
    assert parser(words).parse_args(words).host == "127.0.0.1"
    assert parser(words).parse_args([*words, "--host", "0.0.0.0"]).host == "0.0.0.0"  # noqa: S104
