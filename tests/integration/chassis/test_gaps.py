"""What never comes of a subject is given up only when its owner says that it has lost it."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.decision import Refused
from chassis.gaps import AtOwner, first_missing, known_of, skip_gap
from chassis.parked import NotParked, Place
from chassis.transaction import Transaction
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import EFFECTS, Probe
from tests.integration.chassis.test_parked import effect_count, one_parked, operating
from tests.support.ops import beside, ops
from tests.support.orders import sent
from tests.support.stafett import Running, eventually

SECOND = date(2026, 12, 2)
TOLD = "INSERT INTO outbox_subject (subject, sequence) VALUES ($1, $2)"
KEPT = """
    INSERT INTO outbox (id, subject, sequence, type, headers, body, published_at, next_at)
    VALUES ($1, $2, $3, 't', '{}', '', CASE WHEN $4 THEN now() END, now() + interval '1 hour')"""
"""As an owner keeps what it told: here every service is asked in one database."""
AGAIN = text("INSERT INTO outbox_resend (position, receiver) SELECT position, 'journal' FROM outbox WHERE sequence = 2")


async def waiting(running: Running) -> str:
    """A subject of which the second has come, and not the first."""
    subject = uuid4()
    await running.publish(sent(subject), sequence=2)
    await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'waiting'"))
    return f"assignment/{subject}"


def about(subject: str) -> AssignmentSent:
    return sent(UUID(subject.partition("/")[2]))


def skipping(subject: str) -> tuple[str, ...]:
    return ("parked", "skip-gap", f"authority:{subject}", "--service", "execution", "--why", "it seems lost")


async def test_a_gap_that_will_never_be_filled_can_be_skipped(probe: Probe) -> None:
    async with probe(None) as running:
        place = Place("authority", await waiting(running), 1)
        async with operating(running) as connection:
            assert await first_missing(connection, place.owner, place.subject) == place
            await skip_gap(connection, place, "asa", "lost by the sender")
        await eventually(lambda: effect_count(running, 1))


@pytest.mark.parametrize(
    ("published", "way"),
    [
        (True, 'authority has #1: `reconcile --service execution --repair --why "…"` sends it again'),
        (False, "authority has #1 and has yet to send it: `outbox --service authority --ids` says what keeps it"),
    ],
)
async def test_what_its_owner_still_has_is_not_given_up_and_takes_effect_when_it_comes(
    probe: Probe, published: bool, way: str
) -> None:
    async with probe(None) as running:
        subject = await waiting(running)
        await running.sql(TOLD, subject, 2)
        await running.sql(KEPT, uuid4(), subject, 1, published)
        code, said = await ops(beside(running), *skipping(subject))
        assert (code, said.strip()) == (1, f"{subject} #1 is not skipped: {way}"), said
        code, said = await ops(beside(running), "outbox", "--service", "execution", "--ids")
        assert (code, f"       {way}\n" in said, "skip-gap" in said) == (0, True, False), said
        assert await running.sql("SELECT 1 FROM operator_act WHERE act = 'skip-gap'") == []
        await running.publish(about(subject), sequence=1)
        await eventually(lambda: effect_count(running, 2))


async def test_a_number_that_its_owner_has_yet_to_hand_out_is_not_given_up(probe: Probe) -> None:
    async with probe(None) as running:
        subject = await waiting(running)
        code, said = await ops(beside(running), *skipping(subject))
        assert (code, f"{subject} #1 is not skipped: authority has not told #1 yet" in said) == (1, True), said
        assert "Bring all databases back to one moment" in said


async def test_nothing_is_given_up_while_its_owner_cannot_be_asked(probe: Probe) -> None:
    async with probe(None) as running:
        subject = await waiting(running)
        await running.sql(TOLD, subject, 2)
        own = beside(running)
        where = {**own, "STAFETT_DATABASE_URL": own["STAFETT_DATABASE_URL"].replace("//execution", "//{service}")}
        code, said = await ops(where, *skipping(subject))
        assert (code, "Traceback" in said) == (1, False), said
        assert "authority must be asked what it told before anything is skipped, and can't be: " in said
        code, said = await ops(where, "outbox", "--service", "execution", "--ids")
        assert (code, "skip-gap" in said) == (0, False), said
        assert (
            'authority can\'t be asked what it knows of #1; `reconcile --service execution --repair --why "…"` sends'
            in said
        )
        assert await running.sql("SELECT 1 FROM inbox WHERE status = 'skipped'") == []


async def test_an_owner_tells_what_it_has_from_what_it_has_lost_and_what_it_has_not_told(probe: Probe) -> None:
    async with probe(None) as running:
        await running.sql(TOLD, "a/1", 4)
        for sequence, published in ((1, True), (2, True), (3, False)):
            await running.sql(KEPT, uuid4(), "a/1", sequence, published)
        async with operating(running) as owners:
            await owners.execute(AGAIN)  # seen here alone: the relay has not yet sent it
            known = [(await known_of(owners, "journal", {"a/1": last}))["a/1"] for last in range(5)]
            assert await known_of(owners, "journal", {"a/2": 0}) == {"a/2": AtOwner.UNTOLD}
    assert known == [AtOwner.SENT, AtOwner.AGAIN, AtOwner.UNSENT, AtOwner.LOST, AtOwner.UNTOLD]


async def test_where_nothing_is_missing_no_gap_can_be_skipped(probe: Probe) -> None:
    async def refuse_second(event: AssignmentSent, _tx: Transaction) -> None:
        if event.period_from == SECOND:
            raise Refused

    subject = uuid4()
    place = ("authority", f"assignment/{subject}")
    async with probe(refuse_second) as running:
        async with operating(running) as connection:
            with pytest.raises(NotParked):
                await first_missing(connection, "authority", "assignment/none")
        await running.publish(sent(subject), sequence=1)
        await eventually(lambda: effect_count(running, 1))
        async with operating(running) as connection:
            with pytest.raises(NotParked):  # the next one has not even been sent
                await first_missing(connection, *place)
        await running.publish(sent(subject, period_from=SECOND), sequence=2)
        await running.publish(sent(subject), sequence=3)
        await one_parked(running)
        async with operating(running) as connection:
            with pytest.raises(NotParked):  # the next one is parked, not missing
                await skip_gap(connection, Place(*place, 2), "asa", "meant skip")
        await one_parked(running)


async def test_a_gap_that_has_been_filled_since_its_owner_was_asked_is_not_skipped(probe: Probe) -> None:
    async with probe(None) as running:
        subject = await waiting(running)
        await running.publish(about(subject), sequence=1)
        await running.publish(about(subject), sequence=4)
        await eventually(lambda: effect_count(running, 2))
        await eventually(lambda: running.sql("SELECT 1 FROM inbox WHERE status = 'waiting'"))
        async with operating(running) as connection:
            with pytest.raises(NotParked):
                await skip_gap(connection, Place("authority", subject, 1), "asa", "a moment too late")
        assert len(await running.sql(EFFECTS)) == 2
