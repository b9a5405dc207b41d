"""Keys are made whole or not at all, and the public ones can always be made again from the private ones."""

import json
import os
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.keys import KeysMissing, load_keys
from cli.keys import make_keys, rotate_keys
from contracts.authority import AssignmentSent, Order
from contracts.sealed import Sealed
from contracts.topology import SERVICES
from tests.support.orders import order, sent


def public(folder: Path) -> dict[str, list[dict[str, str]]]:
    said: dict[str, list[dict[str, str]]] = json.loads((folder / "public.json").read_text())
    return said


def test_private_keys_are_the_owners_alone_and_are_never_made_twice(tmp_path: Path) -> None:
    assert make_keys(tmp_path) == list(SERVICES)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir() if file.name != "public.json"} == {0o600}
    assert make_keys(tmp_path) == []
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_public_keys_that_are_missing_or_cut_off_are_made_again(tmp_path: Path) -> None:
    make_keys(tmp_path)
    whole = public(tmp_path)
    (tmp_path / "public.json").unlink()
    make_keys(tmp_path)
    assert public(tmp_path) == whole
    (tmp_path / "public.json").write_text('{"organ')
    make_keys(tmp_path)
    assert public(tmp_path) == whole


def test_a_service_that_the_public_keys_lack_is_added(tmp_path: Path) -> None:
    make_keys(tmp_path)
    whole = public(tmp_path)
    (tmp_path / "public.json").write_text(json.dumps({name: keys for name, keys in whole.items() if name != "journal"}))
    make_keys(tmp_path)
    assert public(tmp_path) == whole


def test_the_public_halves_of_keys_no_longer_used_are_kept_for_old_signatures(tmp_path: Path) -> None:
    make_keys(tmp_path)
    old = public(tmp_path)["journal"]
    (tmp_path / "journal.json").unlink()
    assert make_keys(tmp_path) == ["journal"]
    assert public(tmp_path)["journal"][:2] == old
    assert len(public(tmp_path)["journal"]) == 4


def test_a_crash_while_a_key_is_written_leaves_no_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_file: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing, pytest.raises(KeyboardInterrupt):
        crashing.setattr(os, "fsync", crash)
        make_keys(tmp_path)
    assert not (tmp_path / f"{SERVICES[0]}.json").exists()
    assert make_keys(tmp_path) == list(SERVICES)
    assert load_keys(tmp_path, SERVICES[0])


def test_no_private_part_is_public(tmp_path: Path) -> None:
    make_keys(tmp_path)
    assert not [key for keys in public(tmp_path).values() for key in keys if "d" in key]


def test_new_keys_are_sealed_to_and_what_was_sealed_to_the_old_ones_still_opens(tmp_path: Path) -> None:
    make_keys(tmp_path)
    before = seal(tmp_path)
    rotate_keys(tmp_path, "execution")
    assert make_keys(tmp_path) == []
    receiver = load_keys(tmp_path, "execution")
    after = seal(tmp_path)
    (old, new) = (kids(box) for box in (before, after))
    assert old != new
    for box in (before, after):
        assert receiver.open(box, Order) == order()
    assert len(public(tmp_path)["execution"]) == 4
    assert len(public(tmp_path)["journal"]) == 2


def test_a_service_without_keys_is_not_given_new_ones_beside_them(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match="ops secrets"):
        rotate_keys(tmp_path, "execution")


def seal(folder: Path) -> Sealed[Order]:
    """An order as the authority seals it with the keys it now finds, and as it travels."""
    event = sent(uuid4()).body(load_keys(folder, "authority").seal)
    return AssignmentSent.model_validate_json(event).order


def kids(box: Sealed[Order]) -> list[str]:
    return [recipient["header"]["kid"] for recipient in (box.jwe or {})["recipients"]]
