"""`./stafett ops parked …` and `ops resend` as an operator types it."""

from uuid import uuid4

from contracts.topology import HEARS
from tests.integration.chassis.conftest import EFFECTS, Probe
from tests.support.ops import beside
from tests.support.ops import ops as typed
from tests.support.orders import sent
from tests.support.stafett import Ground, Running, eventually

TOLD = """
    INSERT INTO outbox (id, subject, sequence, type, headers, body, published_at)
    VALUES ($1, $2, 1, 'authority.assignment-sent.v9', '{}', '', now())"""
"""As its owner keeps it: here every service is asked in one database."""


async def ops(running: Running, *words: str) -> tuple[int, str]:
    """What an operator of this service is told."""
    return await typed(beside(running), *words, "--service", running.name)


async def test_a_parked_message_is_listed_shown_and_skipped_with_a_reason(probe: Probe) -> None:
    subject = uuid4()
    async with probe(None) as running:
        stuck = await running.publish(sent(subject), sequence=1, type="authority.assignment-sent.v9")
        await running.publish(sent(subject), sequence=2)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'parked'"))
        code, said = await ops(running, "parked", "list")
        assert code == 0
        assert "1 × authority.assignment-sent.v9: unknown type or version" in said
        assert str(stuck) in said
        code, said = await ops(running, "parked", "show", str(stuck))
        assert '"order": "sealed"' in said
        assert "Mustafsson" not in said
        code, said = await ops(running, "parked", "skip", str(stuck))
        assert (code, "needs --why" in said) == (1, True)
        await running.sql(TOLD, stuck, f"assignment/{subject}")
        code, said = await ops(running, "parked", "skip", str(stuck), "--why", "sent by mistake")
        assert (code, said.strip()) == (0, f"{stuck} is skipped; those behind it go on")
        await eventually(lambda: running.sql(EFFECTS))
        code, said = await ops(running, "parked", "replay", str(stuck), "--why", "again")
        assert (code, "is not parked" in said) == (1, True)
        assert "Traceback" not in said


async def test_what_its_owner_never_told_is_skipped_without_taking_the_place_of_what_it_tells(probe: Probe) -> None:
    subject = uuid4()
    async with probe(None) as running:
        stuck = await running.publish(sent(subject), sequence=1, type="authority.assignment-sent.v9")
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'parked'"))
        code, said = await ops(running, "parked", "skip", str(stuck), "--why", "invented")
        assert (code, "its owner never told it" in said) == (0, True), said
        await running.publish(sent(subject), sequence=1)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox_position WHERE last = 1"))


async def test_a_wrong_id_or_a_database_that_is_away_is_said_in_a_sentence(probe: Probe) -> None:
    async with probe(None) as running:
        code, said = await ops(running, "parked", "show", "not-an-id")
        assert (code, "Traceback" in said) == (1, False), said
        await running.sql("ALTER ROLE execution CONNECTION LIMIT 0")
        try:
            code, said = await ops(running, "parked", "list")
        finally:
            await running.sql("ALTER ROLE execution CONNECTION LIMIT -1")
        assert (code, "Traceback" in said) == (1, False), said


async def test_an_owner_that_a_receiver_does_not_hear_is_not_asked(clean: Ground) -> None:
    async with clean.service("notify") as receiver:
        code, said = await ops(receiver, "resend", "--owner", "journal", "--why", "mistaken")
        assert (code, "notify does not hear journal" in said) == (1, True)


async def test_a_receiver_asks_all_whom_it_hears_when_no_owner_is_named(clean: Ground) -> None:
    async with clean.service("notify") as receiver:
        code, said = await ops(receiver, "resend", "--why", "restored")
        assert code == 0
        asked = [f"{owner} is asked to send notify all it told about everything" for owner in HEARS["notify"]]
        assert said.splitlines() == asked
        assert len(await receiver.sql("SELECT 1 FROM operator_act WHERE act = 'resend'")) == len(asked)
