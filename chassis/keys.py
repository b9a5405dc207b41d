"""The keys of the services: each its own private ones, and everybody's public ones."""

import json
import os
from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet, OKPKey
from uuid_utils.compat import uuid7

from contracts.sealed import KeyRing
from contracts.topology import SERVICES


class KeysMissing(Exception):
    """The key folder lacks this service's keys; `stafett ops init` makes them."""


def load_keys(folder: Path, service: str) -> KeyRing:
    """The ring a service seals and opens with. KeysMissing when the folder has none for it."""
    try:
        own = json.loads((folder / f"{service}.json").read_text())["keys"]
        public = json.loads((folder / "public.json").read_text())
    except FileNotFoundError as error:
        raise KeysMissing(f"{error.filename} is missing; run `stafett ops init`") from error
    return KeyRing(
        private=tuple(OKPKey.import_key(key) for key in own if key["use"] == "enc"),
        public={name: _newest(keys, "enc") for name, keys in public.items()},
    )


def load_signing_key(folder: Path, service: str) -> OKPKey:
    """The newest key this service signs with."""
    own = json.loads((folder / f"{service}.json").read_text())["keys"]
    return OKPKey.import_key([key for key in own if key["use"] == "sig"][-1])


def public_signing_keys(folder: Path, service: str) -> KeySet:
    """The keys anyone can verify this service's signatures with."""
    public = json.loads((folder / "public.json").read_text())
    return KeySet([OKPKey.import_key(key) for key in public[service] if key["use"] == "sig"])


def _newest(keys: list[dict[str, Any]], use: str) -> OKPKey:
    return OKPKey.import_key([key for key in keys if key["use"] == use][-1])


def make_keys(folder: Path) -> list[str]:
    """Make keys for the services that have none; gives their names. Existing keys are never touched.

    Killed at any moment, it leaves whole files; public.json is made from the private ones each time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = [service for service in SERVICES if not (folder / f"{service}.json").exists()]
    for service in made:
        _replace(folder / f"{service}.json", {"keys": _new_pair(service)}, 0o600)
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
    _replace(folder / f"{service}.json", {"keys": [*own["keys"], *_new_pair(service)]}, 0o600)
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
        _replace(shared, public, 0o644)


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


def _replace(file: Path, content: dict[str, Any], mode: int) -> None:
    """Write a whole file or nothing: who reads meanwhile, or after a crash, never sees a part of it."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w") as writing:
        json.dump(content, writing, indent=1)
        writing.flush()
        os.fsync(writing.fileno())
    part.replace(file)
