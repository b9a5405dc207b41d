"""The keys of the services: each its own private ones, and everybody's public ones."""

import json
from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet, OKPKey

from contracts.sealed import KeyRing


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


def public_signing_keys(file: Path, service: str) -> KeySet:
    """The keys anyone can verify this service's signatures with, from a file such as public.json."""
    public = json.loads(file.read_text())
    return KeySet([OKPKey.import_key(key) for key in public[service] if key["use"] == "sig"])


def _newest(keys: list[dict[str, Any]], use: str) -> OKPKey:
    return OKPKey.import_key([key for key in keys if key["use"] == use][-1])
