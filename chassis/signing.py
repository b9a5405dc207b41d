"""Signatures that anyone with the public key can check: a JWS (RFC 7515, Ed25519) over named claims."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from joserfc import jws
from joserfc.errors import InvalidKeyIdError, JoseError

from chassis.keys import load_signing_key, public_signing_keys

ALGORITHM = "Ed25519"

Sign = Callable[[Mapping[str, Any]], str]
"""Claims -> JWS in its compact form. The same claims and key give the same signature, so a decision may call it."""


class BadSignature(Exception):
    """The signature isn't by one of the given keys, or isn't over what it says."""


def signer(keys: Path, service: str) -> Sign:
    """Signs with the service's newest key."""
    key = load_signing_key(keys, service)

    def sign(claims: Mapping[str, Any]) -> str:
        payload = json.dumps(claims, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        return jws.serialize_compact({"alg": ALGORITHM, "kid": key.kid}, payload, key, algorithms=[ALGORITHM])

    return sign


def verify(signature: str, public: Path, service: str) -> dict[str, Any]:
    """What was signed. BadSignature when it wasn't signed by the service; needs only the file of public keys."""
    try:
        checked = jws.deserialize_compact(signature, public_signing_keys(public, service), algorithms=[ALGORITHM])
        claims: dict[str, Any] = json.loads(checked.payload)
    except InvalidKeyIdError as error:
        raise BadSignature(f"signed with a key that is none of {service}'s in {public.name}") from error
    except (JoseError, ValueError) as error:
        raise BadSignature(f"{type(error).__name__}: not a signature by {service}") from error
    return claims


def _of_this_service(request: Request) -> Sign:
    sign: Sign = request.app.state.sign
    return sign


Signing = Annotated[Sign, Depends(_of_this_service)]
