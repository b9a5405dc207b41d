"""The OpenID Connect issuer: what it publishes about itself, and the tokens it vouches for."""

import asyncio
import math
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet

from chassis.decision import Refused
from chassis.telemetry import describe

ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 30
PUBLISHED_MAX_AGE_SECONDS = 600
UNKNOWN_KEY_MAX_AGE_SECONDS = 30
"""How old the keys must be for a token that none of them has signed to have them fetched again."""
DISCOVERY = "/.well-known/openid-configuration"

Claims = Mapping[str, Any]


class IssuerMissing(Exception):
    """Nobody has been named to vouch for people; the text says what to set."""


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
        if not issuer:
            raise IssuerMissing("STAFETT_ISSUER must be the OpenID Connect issuer, as its discovery document says it")
        self.issuer, self.audience = issuer, audience
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
        self._tried = -math.inf
        self._fetching = asyncio.Lock()
        self._renewing: asyncio.Task[Published] | None = None
        """Kept so that it isn't collected while it runs."""

    async def verify(self, token: str) -> Login:
        """The login a token stands for. NotLoggedIn when it isn't valid here; LoginUnavailable without keys."""
        return _login(await self.claims(token))

    async def claims(self, token: str) -> Claims:
        """What a token says. NotLoggedIn when it isn't valid here; LoginUnavailable without keys."""
        try:
            try:
                decoded = jwt.decode(token, (await self.published()).keys, algorithms=ALGORITHMS)
            except (InvalidKeyIdError, BadSignatureError, ValueError):
                renewed = await self._renewed(UNKNOWN_KEY_MAX_AGE_SECONDS)
                decoded = jwt.decode(token, renewed.keys, algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
            check_party(decoded.claims, self.audience)
        except (JoseError, TypeError, ValueError) as error:  # TypeError: a part of the head of a wrong type
            raise NotLoggedIn from error
        return decoded.claims

    async def published(self) -> Published:
        """What the issuer publishes; what is known is given while it is fetched anew. LoginUnavailable without any."""
        if not self._published:
            return await self._renewed(PUBLISHED_MAX_AGE_SECONDS)
        under_way = self._fetching.locked() or (self._renewing and not self._renewing.done())
        if self._older_than(PUBLISHED_MAX_AGE_SECONDS) and not under_way:
            self._renewing = asyncio.create_task(self._renewed(PUBLISHED_MAX_AGE_SECONDS))
        return self._published

    async def _renewed(self, max_age: float) -> Published:
        """The same, fetched again when older; who waits for another's fetch is served by it, also when it fails."""
        asked = time.monotonic()
        async with self._fetching:
            if self._tried <= asked and (self._published is None or self._older_than(max_age)):
                try:
                    self._published = await self._fetch()
                except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                    structlog.get_logger().warning("the issuer's keys can't be fetched", error=describe(error))
                self._tried = time.monotonic()
        if self._published is None:
            raise LoginUnavailable
        return self._published

    def _older_than(self, seconds: float) -> bool:
        return time.monotonic() - self._tried > seconds

    async def _fetch(self) -> Published:
        async with httpx.AsyncClient(timeout=5, verify=trusted()) as client:
            discovery = await client.get(f"{self.issuer.rstrip('/')}{DISCOVERY}")
            document = discovery.raise_for_status().json()
            if document["issuer"] != self.issuer:
                raise ValueError("the discovery document is another issuer's")
            keys = await client.get(document["jwks_uri"])
            return Published(document, usable(keys.raise_for_status().json()))


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are trusted; read once, for it takes longer than the fetch it is for."""
    return httpx.create_ssl_context()


def usable(published: Mapping[str, Any]) -> KeySet:
    """The keys that we know how to use: an issuer may publish others (RFC 7517 5). ValueError when there is none."""
    keys: list[Key] = []
    for key in published["keys"]:
        try:
            keys += KeySet.import_key_set({"keys": [key]}).keys
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            structlog.get_logger().info("a key of the issuer's can't be used", error=describe(error))
    if not keys:
        raise ValueError("none of the issuer's keys can be used")
    return KeySet(keys)


def check_party(claims: Claims, audience: str) -> None:
    """A token for several must have been made for us (`azp`), if it says for whom. InvalidClaimError otherwise."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if several and claims.get("azp", audience) != audience:
        raise InvalidClaimError("azp")


def _login(claims: Claims) -> Login:
    methods = claims.get("amr") or ()
    return Login(
        subject=str(claims["sub"]),
        issuer=str(claims["iss"]),
        level=str(claims.get("acr") or ""),
        methods=tuple(map(str, methods)) if isinstance(methods, list | tuple) else (str(methods),),
        authenticated_at=claims.get("auth_time") if isinstance(claims.get("auth_time"), int) else None,
    )
