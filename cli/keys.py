"""Making the services' keys: each its own private ones, and one file with the public ones of all."""

import json
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey
from uuid_utils.compat import uuid7

from chassis.keys import KeysMissing
from cli.whole_file import write_whole
from contracts.topology import SERVICES


def make_keys(folder: Path) -> list[str]:
    """Make keys for the services that have none; gives their names. Existing keys are never touched.

    Killed at any moment, it leaves whole files; public.json is made from the private ones each time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = [service for service in SERVICES if not (folder / f"{service}.json").exists()]
    for service in made:
        write_whole(folder / f"{service}.json", json.dumps({"keys": _new_pair(service)}, indent=1), 0o600)
    _make_public(folder)
    return made


def rotate_keys(folder: Path, service: str) -> None:
    """Give a service new keys beside its old ones. KeysMissing when it has none.

    From now on all seal to the new one, which it must know first: it is restarted before the others. The old ones stay,
    since what was sealed to them lies in event logs and may be sent again.
    """
    own = _read(folder / f"{service}.json")
    if own is None:
        raise KeysMissing(f"{folder / service}.json is missing; run `stafett ops secrets` or `stafett ops init`")
    write_whole(folder / f"{service}.json", json.dumps({"keys": [*own["keys"], *_new_pair(service)]}, indent=1), 0o600)
    _make_public(folder)


def _new_pair(service: str) -> list[dict[str, Any]]:
    keys = [
        OKPKey.generate_key("X25519", {"kid": f"{service}-enc-{uuid7()}", "use": "enc"}),
        OKPKey.generate_key("Ed25519", {"kid": f"{service}-sig-{uuid7()}", "use": "sig"}),
    ]
    return [key.as_dict(private=True) for key in keys]


def _make_public(folder: Path) -> None:
    shared = folder / "public.json"
    known = _read(shared) or {}
    public = {service: _public(folder / f"{service}.json", known.get(service, [])) for service in SERVICES}
    if known != public:
        write_whole(shared, json.dumps(public, indent=1), 0o644)


def _public(private: Path, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The public halves; those of keys that are no longer used come first, since old signatures need them."""
    own = [OKPKey.import_key(key).as_dict(private=False) for key in json.loads(private.read_text())["keys"]]
    ids = [key["kid"] for key in own]
    return [*(key for key in known if key["kid"] not in ids), *own]


def _read(file: Path) -> Any:
    """What a JSON file says; None when it is missing or was cut off."""
    try:
        return json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        return None
