"""Who is asking: a verified OpenID Connect token, and the roles this member has today."""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from sqlalchemy import text

from chassis.database import Transaction
from chassis.decision import NotAllowed, NotFound, Refused, Who
from chassis.telemetry import describe

ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 30
KEYS_MAX_AGE_SECONDS = 600
ROLES = text("""
    SELECT m.member_id, m.name, m.title, s.role, u.unit_id
    FROM replica_member m
    LEFT JOIN replica_membership s ON s.member_id = m.member_id
        AND (s.valid_from IS NULL OR s.valid_from <= :on) AND (s.valid_to IS NULL OR s.valid_to >= :on)
    LEFT JOIN replica_unit u ON s.unit_id = ANY(u.path)
    WHERE m.login = :login""")


class NotLoggedIn(Refused):
    """Du behöver logga in för att fortsätta."""

    status = 401


class UnknownMember(Refused):
    """Du är inloggad men finns inte i organisationen. Kontakta användarstöd."""

    status = 403


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
class Actor:
    """A member of the organisation, with their roles of today at each unit (a role covers the units below it too)."""

    member_id: UUID
    name: str
    title: str
    roles: Mapping[UUID, frozenset[str]]
    login: Login = field(default=Login("", ""))

    def at(self, unit_id: UUID, allowed: Collection[str], seen_by: Collection[str] = ()) -> Who:
        """Acting at a unit in the first of the allowed roles they have there.

        NotFound when none of their roles there lets them see it (`seen_by`, and whoever is allowed), NotAllowed when
        they see it but may not do this.
        """
        here = self.roles.get(unit_id, frozenset())
        for role in allowed:
            if role in here:
                return Who(self.member_id, self.name, role, unit_id)
        raise NotAllowed if here & frozenset(seen_by) else NotFound

    def anywhere(self, allowed: Collection[str]) -> Who:
        """Acting in the first of the allowed roles they have at any unit. NotAllowed when they have none."""
        for role in allowed:
            for unit_id, here in sorted(self.roles.items()):
                if role in here:
                    return Who(self.member_id, self.name, role, unit_id)
        raise NotAllowed

    def units(self, allowed: Collection[str]) -> frozenset[UUID]:
        """The units where they have one of these roles."""
        wanted = frozenset(allowed)
        return frozenset(unit_id for unit_id, here in self.roles.items() if here & wanted)

    def has(self, *roles: str) -> bool:
        """True when they have one of these roles at any unit."""
        return bool(self.units(roles))


async def load_actor(tx: Transaction, login: Login, today: date) -> Actor:
    """The member a login stands for, from the replica: a revoked role stops at once. UnknownMember when unknown."""
    rows = (await tx.connection.execute(ROLES, {"login": login.subject, "on": today})).all()
    if not rows:
        raise UnknownMember
    roles: dict[UUID, set[str]] = {}
    for row in rows:
        if row.unit_id is not None:
            roles.setdefault(row.unit_id, set()).add(row.role)
    first = rows[0]
    return Actor(
        first.member_id, first.name, first.title, {unit: frozenset(names) for unit, names in roles.items()}, login
    )


class Issuer:
    """Verifies tokens against the keys that the OpenID Connect issuer publishes."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer = issuer.rstrip("/")
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._fetching = asyncio.Lock()

    async def verify(self, token: str) -> Login:
        """The login a token stands for. NotLoggedIn when it isn't valid here; LoginUnavailable without keys."""
        try:
            try:
                decoded = jwt.decode(token, await self._key_set(KEYS_MAX_AGE_SECONDS), algorithms=ALGORITHMS)
            except (InvalidKeyIdError, ValueError):
                decoded = jwt.decode(token, await self._key_set(LEEWAY_SECONDS), algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise NotLoggedIn from error
        return _login(decoded.claims)

    async def _key_set(self, max_age: float) -> KeySet:
        async with self._fetching:
            if self._keys is None or time.monotonic() - self._fetched > max_age:
                try:
                    self._keys = await self._fetch()
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    structlog.get_logger().warning("the issuer's keys can't be fetched", error=describe(error))
                    if self._keys is None:
                        raise LoginUnavailable from error
                self._fetched = time.monotonic()
            return self._keys

    async def _fetch(self) -> KeySet:
        async with httpx.AsyncClient(timeout=5) as client:
            discovery = await client.get(f"{self._issuer}/.well-known/openid-configuration")
            keys = await client.get(discovery.raise_for_status().json()["jwks_uri"])
            return KeySet.import_key_set(keys.raise_for_status().json())


def _login(claims: Mapping[str, Any]) -> Login:
    methods = claims.get("amr") or ()
    return Login(
        subject=str(claims["sub"]),
        issuer=str(claims["iss"]),
        level=str(claims.get("acr") or ""),
        methods=tuple(map(str, methods)) if isinstance(methods, list | tuple) else (str(methods),),
        authenticated_at=claims.get("auth_time") if isinstance(claims.get("auth_time"), int) else None,
    )
