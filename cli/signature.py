"""Check the signature of a follow-up offline, with nothing but its file and the public keys."""

import hashlib
import json
from pathlib import Path
from typing import Any

from chassis.signing import BadSignature
from chassis.signing import verify as verify_signature


def verify(file: Path, keys: Path) -> list[str]:
    """What was signed, by whom, when and how they had been authenticated; or what is wrong.

    file: JSON with `document` and `signature`, as GET /execution/follow-ups/{id} gives it. keys: public.json.
    """
    said: dict[str, Any] = json.loads(file.read_text())
    try:
        claims = verify_signature(said["signature"], keys.parent, "execution")
    except BadSignature as error:
        return [f"NOT VALID: {error}"]
    if hashlib.sha256(said["document"].encode()).hexdigest() != claims["document_sha256"]:
        return ["NOT VALID: the document is not the one that was signed"]
    how = claims["authentication"]
    return [
        f"valid: follow-up {claims['follow_up']} (round {claims['round']})",
        f"signed {claims['signed_at']} by {claims['name']} ({claims['role']} at unit {claims['unit']})",
        f"authenticated by {how['issuer']}, level {how['acr']}, {', '.join(how['amr'])}",
        f"document SHA-256 {claims['document_sha256']}",
    ]
