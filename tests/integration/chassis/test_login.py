"""Whose requests are answered: a token by the right issuer, for us, still valid, of a member with a role today."""

import json
import time
from base64 import urlsafe_b64encode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.http import Router, Tx
from chassis.service import Blueprint
from cli.issuer import DemoIssuer
from services.execution.tables import metadata
from tests.support.stafett import Ground, Running, body, eventually

QUEUE = "/execution/new-assignments"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://another-issuer.example"},
        {"aud": "another-service"},
        {"exp": int(time.time()) - 3600},
        {"sub": None},
    ],
    ids=["another issuer", "another audience", "expired", "nobody"],
)
async def test_a_token_that_is_not_for_us_is_refused(execution: Running, claims: dict[str, object]) -> None:
    async with execution.client("eva.nyberg", **claims) as client:
        assert body(await client.get(QUEUE), 401)["type"] == "not-logged-in"


async def test_a_token_signed_with_another_key_is_refused(execution: Running) -> None:
    same_name = ECKey.generate_key("P-256", {"kid": str(execution.issuer.key.kid), "use": "sig", "alg": "ES256"})
    async with execution.client() as client:
        for forger in (DemoIssuer(execution.issuer.url), DemoIssuer(execution.issuer.url, key=same_name)):
            client.headers["authorization"] = f"Bearer {forger.token('eva.nyberg')}"
            assert body(await client.get(QUEUE), 401)["type"] == "not-logged-in"


async def test_a_head_that_is_not_as_it_may_be_is_refused(execution: Running) -> None:
    wrong: list[object] = [5, "exp", [5], {}, None]
    _, content, proof = execution.issuer.token("eva.nyberg").split(".")
    async with execution.client() as client:
        for crit in wrong:
            said = json.dumps({"alg": "ES256", "kid": execution.issuer.key.kid, "crit": crit}).encode()
            head = urlsafe_b64encode(said).decode().rstrip("=")
            client.headers["authorization"] = f"Bearer {head}.{content}.{proof}"
            assert body(await client.get(QUEUE), 401)["type"] == "not-logged-in"


async def test_an_unsigned_token_is_refused(execution: Running) -> None:
    key = ECKey.generate_key("P-256", {"kid": str(execution.issuer.key.kid)})
    said = {"iss": execution.issuer.url, "aud": "stafett", "sub": "eva.nyberg", "exp": int(time.time()) + 60}
    head, content, _ = jwt.encode({"alg": "ES256"}, said, key).split(".")
    async with execution.client() as client:
        for token in (f"{head}.{content}.", "e30.e30.", "not a token", ""):
            client.headers["authorization"] = f"Bearer {token}"
            assert body(await client.get(QUEUE), 401)["type"] == "not-logged-in"


async def test_without_a_token_nothing_is_shown(execution: Running) -> None:
    async with execution.client() as client:
        assert body(await client.get(QUEUE), 401)["title"] == "Du behöver logga in för att fortsätta."


async def test_somebody_unknown_to_the_organisation_gets_nowhere(execution: Running) -> None:
    async with execution.client("a.stranger") as client:
        assert body(await client.get(QUEUE), 403)["type"] == "unknown-member"


async def test_a_login_that_two_members_have_is_nobodys_until_one_of_them_has_lost_it(
    clean: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    give = "UPDATE replica_member SET login = $2 WHERE login = $1"
    async with clean.service("execution") as running, running.client("eva.nyberg") as client:
        body(await client.get(QUEUE))
        await running.sql(give, "karin.berg", "eva.nyberg")
        capsys.readouterr()
        assert body(await client.get(QUEUE), 403)["type"] == "unknown-member"
        said = capsys.readouterr().out
        assert ("a login stands for several members" in said, "eva" in said, "Nyberg" in said) == (True, False, False)
        await running.sql("DELETE FROM replica_member WHERE login = 'eva.nyberg' AND name NOT LIKE 'Eva%'")
        body(await client.get(QUEUE))


async def test_a_form_from_another_site_is_not_taken(execution: Running) -> None:
    async with execution.browser("eva.nyberg") as eva:
        eva.headers["sec-fetch-site"] = "cross-site"
        refused = await eva.post("/execution/assignments/x/acknowledgement", data={})
    assert refused.status_code == 403
    assert "från en annan webbplats" in refused.text


async def test_without_its_database_a_service_says_so_and_recovers_by_itself(clean: Ground) -> None:
    async with clean.service("execution") as running, running.client("eva.nyberg") as eva:
        await running.sql("ALTER ROLE execution CONNECTION LIMIT 0")
        name = running.database.rsplit("/", 1)[1]
        await running.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'execution'", name
        )
        refused = await eva.get(QUEUE)
        assert body(refused, 503)["type"] == "database-away"
        assert refused.headers["retry-after"] == "5"
        await running.sql("ALTER ROLE execution CONNECTION LIMIT -1")
        await eventually(lambda: _well(running))
        body(await eva.get(QUEUE))


async def _well(running: Running) -> bool:
    async with running.client() as client:
        return (await client.get("/execution/health")).status_code == 200


async def test_a_form_from_another_site_is_not_taken_from_a_browser_that_names_only_the_origin(
    execution: Running,
) -> None:
    async with execution.browser("eva.nyberg") as eva:
        for origin in ("https://elsewhere.example", "null"):
            eva.headers["origin"] = origin
            refused = await eva.post("/execution/assignments/x/acknowledgement", data={})
            assert refused.status_code == 403
        eva.headers["origin"] = "http://stafett.test"
        assert (await eva.post("/execution/assignments/x/acknowledgement", data={})).status_code != 403


async def test_only_a_trace_context_is_carried_on_from_a_request(clean: Ground) -> None:
    router, parent = Router(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @router.post("/telling")
    async def tell(tx: Tx) -> None:
        await tx.write("execution.told.v1", "assignment/1", b"{}")

    plan = Blueprint("execution", "probe", metadata, (router,))
    async with clean.service("execution", plan) as running, running.client("eva.nyberg") as eva:
        for said in (parent, "Moira Mustafsson"):
            assert (await eva.post("/execution/telling", headers={"traceparent": said})).status_code == 200
        rows = await running.sql("SELECT headers ->> 'traceparent' AS parent FROM outbox WHERE receiver IS NULL")
        assert {row["parent"] == parent for row in rows} == {True, False}
        assert not any("Moira" in row["parent"] for row in rows)
