"""The hash chain of a journal: each entry carries the hash of the one before, so that no change goes unseen."""

import hashlib
import json
from collections.abc import Mapping, Sequence

GENESIS = "0" * 64
"""What the first entry of a journal follows."""
HOW = (
    "Each entry's hash is SHA-256 over the previous entry's hash (64 hexadecimal digits; zeros before the first) "
    "followed by the entry without `hash` and `previous_hash` as JSON in UTF-8 with sorted keys and no spaces."
)


def canonical(said: Mapping[str, object]) -> bytes:
    """The one way to write an entry as bytes: sorted keys, UTF-8, no spaces."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hash_of(previous_hash: str, said: Mapping[str, object]) -> str:
    """The hash of an entry: 64 hexadecimal digits."""
    return hashlib.sha256(previous_hash.encode() + canonical(said)).hexdigest()


def faults(journal_id: object, entries: Sequence[Mapping[str, object]], count: object, last_hash: object) -> list[str]:
    """Every entry that does not follow, and why; none when the chain is whole.

    entries as exported, each with `hash` and `previous_hash`; the rest is what the journal says of them.
    """
    found: list[str] = []
    previous = GENESIS
    for number, entry in enumerate(entries, 1):
        found += [f"entry {number}: {why}" for why in _faults_of(entry, number, previous, journal_id)]
        previous = str(entry.get("hash"))
    if count != len(entries):
        found.append(f"the journal should have {count} entries but has {len(entries)}")
    if last_hash != previous:
        found.append("the last entry's hash is not the last hash of the journal")
    return found


def _faults_of(entry: Mapping[str, object], number: int, previous: str, journal_id: object) -> list[str]:
    said = {name: value for name, value in entry.items() if name not in ("hash", "previous_hash")}
    found = []
    if entry.get("number") != number:
        found.append(f"its number is {entry.get('number')}: an entry is missing, added or moved")
    if entry.get("journal_id") != journal_id:
        found.append("it belongs to another journal")
    if entry.get("previous_hash") != previous:
        found.append("its previous hash is not the hash of the entry before it")
    try:
        right = hash_of(str(entry.get("previous_hash")), said)
    except UnicodeEncodeError:
        right = ""
    if entry.get("hash") != right:
        found.append("its content does not give its hash: it has been changed")
    return found
