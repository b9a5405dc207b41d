"""Check the signature of a follow-up offline, with nothing but its file and the public keys."""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError

from chassis.keys import public_signing_keys
from chassis.signing import BadSignature
from chassis.signing import verify as verify_signature


def add_command(acts: Any) -> None:
    """`./stafett ops verify-signature FILE --keys FILE`."""
    check = acts.add_parser("verify-signature", help="check a signed follow-up (JSON as the doors give it), offline")
    check.add_argument("file", type=Path, help="the follow-up")
    check.add_argument("--keys", type=Path, required=True, help="public.json with the services' public keys")
    check.set_defaults(run=_verify)


def _verify(chosen: argparse.Namespace) -> int:
    valid, lines = verify(chosen.file, chosen.keys)
    print("\n".join(lines))
    return 0 if valid else 1


def verify(file: Path, keys: Path) -> tuple[bool, list[str]]:
    """Whether it holds, and what was signed, by whom, when and how they had been authenticated; or what is wrong.

    file: JSON with `document` and `signature`, as GET /execution/follow-ups/{id} gives it. keys: public.json.
    """
    if wrong := _wrong_with(keys):
        return False, [wrong]
    try:
        said: dict[str, Any] = json.loads(file.read_text())
        document, signature = said["document"], said["signature"]
        claims = verify_signature(signature, keys, "execution")
    except BadSignature as error:
        return False, [f"NOT VALID: {error}"]
    except OSError as error:
        return False, [f"{error.filename} can't be read: {error.strerror}"]
    except (ValueError, KeyError, TypeError):
        return False, [f"{file} is not a signed follow-up: it needs `document` and `signature`, as the doors give them"]
    if hashlib.sha256(document.encode()).hexdigest() != claims["document_sha256"]:
        return False, ["NOT VALID: the document is not the one that was signed"]
    how = claims["authentication"]
    return True, [
        f"valid: follow-up {claims['follow_up']} (round {claims['round']})",
        f"signed {claims['signed_at']} by {claims['name']} ({claims['role']} at unit {claims['unit']})",
        f"authenticated by {how['issuer']}, level {how['acr']}, {', '.join(how['amr'])}",
        f"document SHA-256 {claims['document_sha256']}",
        "only `document` is signed: what else the file says has not been checked",
    ]


def _wrong_with(keys: Path) -> str | None:
    """What keeps the keys from being used; nothing of the follow-up is known then."""
    try:
        public_signing_keys(keys, "execution")
    except OSError as error:
        return f"{keys} can't be read: {error.strerror}"
    except (ValueError, KeyError, TypeError, JoseError):
        return f"{keys} holds no public keys: give the public.json of the installation where it was signed"
    return None
