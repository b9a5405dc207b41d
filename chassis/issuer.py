"""The OpenID Connect issuer: what it publishes about itself, and the tokens it vouches for."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key

from chassis.decision import Refused
from chassis.telemetry import describe

ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 30
PUBLISHED_MAX_AGE_SECONDS = 600
DISCOVERY = "/.well-known/openid-configuration"

Claims = Mapping[str, Any]


class NotLoggedIn(Refused):
    """Du behöver logga in för att fortsätta."""

    status = 401


class LoginUnavailable(Refused):
    """Inloggningstjänsten går inte att nå just nu. Försök igen om en stund."""

    status = 503


@dataclass(frozen=True)
class Login:
    """What the identity provider vouches for."""

    subject: str
    issuer: str
    level: str = ""
    """`acr`: the level of assurance."""
    methods: tuple[str, ...] = ()
    """`amr`: how they identified themselves."""
    authenticated_at: int | None = None
    """`auth_time`, in seconds since 1970."""


@dataclass(frozen=True)
class Published:
    """What an issuer publishes: OpenID Connect Discovery 1.0, and its keys."""

    document: Mapping[str, Any]
    keys: KeySet

    def endpoint(self, name: str) -> str:
        """The address of one of its endpoints, such as `token`. LoginUnavailable when it has none."""
        if found := self.optional_endpoint(name):
            return found
        structlog.get_logger().error("the issuer publishes no such endpoint", endpoint=name)
        raise LoginUnavailable

    def optional_endpoint(self, name: str) -> str | None:
        """The same, for an endpoint that an issuer may be without."""
        found = self.document.get(f"{name}_endpoint")
        return found if isinstance(found, str) else None


class Issuer:
    """Verifies tokens against the keys that the OpenID Connect issuer publishes.

    levels: the `acr` values that are good enough, with spaces between; any when empty.
    """

    def __init__(self, issuer: str, audience: str, levels: str = "") -> None:
        self.issuer = issuer
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        if levels.split():
            self._claims.options["acr"] = {"essential": True, "values": levels.split()}
        self._published: Published | None = None
        self._fetched = 0.0
        self._fetching = asyncio.Lock()

    async def verify(self, token: str) -> Login:
        """The login a token stands for. NotLoggedIn when it isn't valid here; LoginUnavailable without keys."""
        return _login(await self.claims(token))

    async def claims(self, token: str) -> Claims:
        """What a token says. NotLoggedIn when it isn't valid here; LoginUnavailable without keys."""
        try:
            try:
                decoded = jwt.decode(token, (await self.published()).keys, algorithms=ALGORITHMS)
            except (InvalidKeyIdError, BadSignatureError, ValueError):
                decoded = jwt.decode(token, (await self.published(LEEWAY_SECONDS)).keys, algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotLoggedIn from error
        return decoded.claims

    async def published(self, max_age: float = PUBLISHED_MAX_AGE_SECONDS) -> Published:
        """What the issuer publishes, fetched again after so many seconds. LoginUnavailable when it never answered."""
        young = time.monotonic() - self._fetched <= max_age
        if self._published is not None and (young or self._fetching.locked()):
            return self._published  # nobody who is logged in waits for an issuer that is slow to answer
        async with self._fetching:
            if self._published is None or time.monotonic() - self._fetched > max_age:
                try:
                    self._published = await self._fetch()
                except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                    structlog.get_logger().warning("the issuer's keys can't be fetched", error=describe(error))
                    if self._published is None:
                        raise LoginUnavailable from error
                self._fetched = time.monotonic()
            return self._published

    async def _fetch(self) -> Published:
        async with httpx.AsyncClient(timeout=5) as client:
            discovery = await client.get(f"{self.issuer.rstrip('/')}{DISCOVERY}")
            document = discovery.raise_for_status().json()
            if document["issuer"] != self.issuer:
                raise ValueError("the discovery document is another issuer's")
            keys = await client.get(document["jwks_uri"])
            return Published(document, _usable(keys.raise_for_status().json()["keys"]))


def _usable(published: Sequence[Mapping[str, Any]]) -> KeySet:
    """The keys that we can use; of another kind or curve are passed over (RFC 7517 5)."""
    keys: list[Key] = []
    for one in published:
        try:
            keys.append(import_key(dict(one)))
        except (JoseError, KeyError, ValueError, TypeError):
            structlog.get_logger().info("a key of the issuer can't be used", kid=str(one.get("kid")))
    return KeySet(keys)


def _login(claims: Claims) -> Login:
    methods = claims.get("amr") or ()
    return Login(
        subject=str(claims["sub"]),
        issuer=str(claims["iss"]),
        level=str(claims.get("acr") or ""),
        methods=tuple(map(str, methods)) if isinstance(methods, list | tuple) else (str(methods),),
        authenticated_at=claims.get("auth_time") if isinstance(claims.get("auth_time"), int) else None,
    )
