"""The issuer's keys: fetched by one while others go on, anew when they have changed, and only those we can use."""

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey

from chassis import issuer as module
from chassis.issuer import Issuer, LoginUnavailable, NotLoggedIn, trusted
from cli.issuer import AUDIENCE, DemoIssuer, demo_issuer
from tests.support.stafett import eventually


class Slow:
    """What the issuer does before it answers: it is asked, and waits to be let go on."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked, self.go_on, self.times = answer, threading.Event(), threading.Event(), 0

    def __call__(self) -> Any:
        self.times += 1
        self.asked.set()
        assert self.go_on.wait(20)
        return self.answer()

    async def is_asked(self) -> bool:
        return self.asked.is_set()


def fail() -> Any:
    raise RuntimeError("the issuer is ill")


@pytest.fixture
def provider() -> Iterator[DemoIssuer]:
    with demo_issuer() as running:
        yield running


async def test_nobody_waits_for_a_slow_issuer_when_its_keys_are_known(
    provider: DemoIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Issuer(provider.url, AUDIENCE)
    await ours.verify(provider.token("jonas.ek"))
    slow = Slow(provider.keys)
    monkeypatch.setattr(provider, "keys", slow)
    monkeypatch.setattr(module, "PUBLISHED_MAX_AGE_SECONDS", -1)
    try:
        for login in ("jonas.ek", "eva.nyberg", "omar.haddad"):
            assert (await asyncio.wait_for(ours.verify(provider.token(login)), 3)).subject == login
            await eventually(slow.is_asked)
        assert slow.times == 1
    finally:
        slow.go_on.set()


async def test_nobody_waits_for_a_forged_token_to_be_looked_into(
    provider: DemoIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Issuer(provider.url, AUDIENCE)
    await ours.verify(provider.token("jonas.ek"))
    slow = Slow(provider.keys)
    monkeypatch.setattr(provider, "keys", slow)
    monkeypatch.setattr(module, "UNKNOWN_KEY_MAX_AGE_SECONDS", -1)
    try:
        forged = asyncio.create_task(ours.verify(DemoIssuer(provider.url).token("jonas.ek")))
        await eventually(slow.is_asked)
        assert (await asyncio.wait_for(ours.verify(provider.token("eva.nyberg")), 3)).subject == "eva.nyberg"
    finally:
        slow.go_on.set()
    with pytest.raises(NotLoggedIn):
        await forged


async def test_those_who_wait_for_a_fetch_that_fails_do_not_each_wait_for_one_of_their_own(
    provider: DemoIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, slow = Issuer(provider.url, AUDIENCE), Slow(fail)
    monkeypatch.setattr(provider, "discovery", slow)
    waiting = [asyncio.create_task(ours.published()) for _ in range(5)]
    await eventually(slow.is_asked)
    slow.go_on.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert ([type(answer) for answer in answers], slow.times) == ([LoginUnavailable] * 5, 1)
    monkeypatch.undo()
    assert (await ours.verify(provider.token("jonas.ek"))).subject == "jonas.ek"


@pytest.mark.parametrize("same_name", [True, False])
async def test_a_new_key_is_found_also_when_it_has_the_old_ones_name(
    provider: DemoIssuer, monkeypatch: pytest.MonkeyPatch, same_name: bool
) -> None:
    ours = Issuer(provider.url, AUDIENCE)
    await ours.verify(provider.token("jonas.ek"))
    kid = str(provider.key.kid) if same_name else "new"
    provider.key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
    with pytest.raises(NotLoggedIn):  # the known ones are too young to be fetched again for anybody's sake
        await ours.verify(provider.token("jonas.ek"))
    monkeypatch.setattr(module, "UNKNOWN_KEY_MAX_AGE_SECONDS", -1)
    assert (await ours.verify(provider.token("jonas.ek"))).subject == "jonas.ek"


async def test_a_key_that_we_do_not_know_how_to_use_does_not_disturb_the_others(
    provider: DemoIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (known,) = provider.keys()["keys"]
    strange = [{**known, "kid": "p", "crv": "P-999"}, {"kty": "AKP", "kid": "a"}, {"kty": ["EC"]}, {**known, "x": 5}]
    monkeypatch.setattr(provider, "keys", lambda: {"keys": [*strange, known]})
    assert (await Issuer(provider.url, AUDIENCE).verify(provider.token("jonas.ek"))).subject == "jonas.ek"
    monkeypatch.setattr(provider, "keys", lambda: {"keys": strange})
    with pytest.raises(LoginUnavailable):
        await Issuer(provider.url, AUDIENCE).published()


@pytest.mark.parametrize(
    ("aud", "azp", "taken"),
    [
        (AUDIENCE, "another", True),
        ([AUDIENCE, "another"], AUDIENCE, True),
        ([AUDIENCE, "another"], "another", False),
        ([AUDIENCE, "another"], None, False),
    ],
)
async def test_a_token_for_several_is_taken_when_it_was_made_for_us(
    provider: DemoIssuer, aud: object, azp: object, taken: bool
) -> None:
    ours, token = Issuer(provider.url, AUDIENCE), provider.token("jonas.ek", aud=aud, azp=azp)
    if taken:
        assert (await ours.verify(token)).subject == "jonas.ek"
    else:
        with pytest.raises(NotLoggedIn):
            await ours.verify(token)


async def test_what_is_trusted_is_read_once_and_not_for_each_fetch(
    provider: DemoIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted()
    read: list[float] = []
    make = ssl.create_default_context

    def counted(*args: Any, **named: Any) -> ssl.SSLContext:
        read.append(time.monotonic())
        return make(*args, **named)

    monkeypatch.setattr(ssl, "create_default_context", counted)
    for _ in range(2):
        await Issuer(provider.url, AUDIENCE).published()
    assert read == []
