"""The issuer's keys: fetched again when they must be, used as far as they can be, waited for by nobody who has them."""

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey

from chassis.issuer import Issuer, NotLoggedIn, Published
from cli.issuer import AUDIENCE, DemoIssuer, demo_issuer


@pytest.fixture
def provider() -> Iterator[DemoIssuer]:
    with demo_issuer() as running:
        yield running


async def test_a_new_key_under_the_same_id_is_fetched(provider: DemoIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer(provider.url, AUDIENCE)
    assert (await issuer.verify(provider.token("eva.nyberg"))).subject == "eva.nyberg"
    provider.key = ECKey.generate_key("P-256", {"kid": str(provider.key.kid), "use": "sig", "alg": "ES256"})
    with pytest.raises(NotLoggedIn):
        await issuer.verify(provider.token("eva.nyberg"))
    monkeypatch.setattr("chassis.issuer.LEEWAY_SECONDS", -1)
    assert (await issuer.verify(provider.token("eva.nyberg"))).subject == "eva.nyberg"


async def test_a_key_of_a_kind_that_we_do_not_know_is_passed_over(
    provider: DemoIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = {"kty": "EC", "crv": "brainpoolP256r1", "kid": "odd", "x": "AA", "y": "AA"}
    ours = provider.keys()
    monkeypatch.setattr(provider, "keys", lambda: {"keys": [odd, *ours["keys"], {"kty": "none"}]})
    assert (await Issuer(provider.url, AUDIENCE).verify(provider.token("eva.nyberg"))).subject == "eva.nyberg"


async def test_a_head_of_the_wrong_kind_is_a_token_that_does_not_hold(provider: DemoIssuer) -> None:
    head = urlsafe_b64encode(json.dumps({"alg": "ES256", "kid": provider.key.kid, "crit": 5}).encode()).decode()
    _, content, signature = provider.token("eva.nyberg").split(".")
    with pytest.raises(NotLoggedIn):
        await Issuer(provider.url, AUDIENCE).verify(f"{head.rstrip('=')}.{content}.{signature}")


async def test_who_has_keys_waits_for_no_slow_issuer(provider: DemoIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer, asked = Issuer(provider.url, AUDIENCE), asyncio.Event()
    await issuer.published()

    async def silent(_issuer: Issuer) -> Published:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(Issuer, "_fetch", silent)
    waiting = asyncio.create_task(issuer.published(-1))
    await asked.wait()
    since = time.monotonic()
    assert (await issuer.verify(provider.token("eva.nyberg"))).subject == "eva.nyberg"
    await issuer.published(-1)
    assert time.monotonic() - since < 1
    waiting.cancel()
