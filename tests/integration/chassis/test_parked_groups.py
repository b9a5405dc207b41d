"""What an operator can do about many parked messages at once."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from chassis.database import Transaction
from chassis.decision import Refused
from chassis.parked import Which, groups, in_turn
from contracts.authority import AssignmentSent
from tests.integration.chassis.conftest import EFFECTS, Probe
from tests.integration.chassis.test_parked import operating
from tests.support.ops import beside, ops
from tests.support.orders import sent
from tests.support.stafett import Running, eventually

FROM_THE_FUTURE = "authority.assignment-sent.v9"


async def parked_count(running: Running, count: int) -> bool:
    return len(await running.sql("SELECT 1 FROM inbox WHERE status = 'parked'")) == count


async def two_groups(running: Running, subjects: Sequence[UUID]) -> None:
    """One refused message about each subject with one behind it, and one of a type from the future."""
    for subject in subjects:
        await running.publish(sent(subject), sequence=1)
        await running.publish(sent(subject), sequence=2)
    await running.publish(sent(uuid4()), sequence=1, type=FROM_THE_FUTURE)
    await eventually(lambda: parked_count(running, len(subjects) + 1))
    await eventually(lambda: running.sql("SELECT 1 FROM inbox HAVING count(*) = $1", 2 * len(subjects) + 1))


async def test_parked_messages_are_grouped_by_what_went_wrong_and_narrowed_by_what_is_asked(probe: Probe) -> None:
    async def refuse(_event: AssignmentSent, _tx: Transaction) -> None:
        raise Refused

    async with probe(refuse) as running:
        await two_groups(running, [uuid4(), uuid4(), uuid4(), uuid4()])
        async with operating(running) as connection:
            found = await groups(connection)
            assert sorted((group.count, group.behind, len(group.examples)) for group in found) == [(1, 0, 1), (4, 4, 3)]
            assert [group.type for group in await groups(connection, Which(reason="UNKNOWN type"))] == [FROM_THE_FUTURE]
            assert [group.count for group in await groups(connection, Which(type=sent().type))] == [4]
            assert await groups(connection, Which(older=timedelta(hours=1))) == []
            assert len(await groups(connection, Which(newer=timedelta(hours=1)))) == 2
        code, said = await ops(beside(running), "parked", "list", "--service", "execution", "--reason", "Refused")
        assert (code, "execution: 4 parked" in said, "4 wait behind them" in said) == (0, True, True), said
        code, said = await ops(beside(running), "parked", "list", "--service", "execution", "--ids")
        assert said.count("assignment/") == 5, said


async def test_the_earliest_of_each_subject_comes_first(probe: Probe) -> None:
    one, other = uuid4(), uuid4()
    async with probe(None) as running:
        for subject in (one, other):
            for sequence in (1, 2):
                await running.publish(sent(subject), sequence=sequence, type=FROM_THE_FUTURE)
        await eventually(lambda: running.sql("SELECT 1 FROM inbox HAVING count(*) = 4"))
        await running.sql("UPDATE inbox SET status = 'parked'")
        async with operating(running) as connection:
            turns = [turn.turn for turn in await in_turn(connection, Which(type=FROM_THE_FUTURE))]
        assert turns == [1, 1, 2, 2]


async def test_a_group_is_replayed_and_what_became_of_it_is_told(probe: Probe) -> None:
    broken = [True]

    async def refuse_while_broken(_event: AssignmentSent, _tx: Transaction) -> None:
        if broken[0]:
            raise Refused

    async with probe(refuse_while_broken) as running:
        await two_groups(running, [uuid4(), uuid4()])
        replay = ("parked", "replay", "--service", "execution")
        code, said = await ops(beside(running), *replay, "--all", "--dry-run")
        assert (code, "execution: 3 would be tried again" in said) == (0, True), said
        assert f"  2 × {sent().type}" in said
        assert await parked_count(running, 3)
        broken[0] = False
        code, said = await ops(beside(running), *replay, "--all", "--why", "the code is mended", "--per-second", "50")
        assert code == 1, said
        assert "execution: 3 tried again" in said
        assert "execution: 2 went well, 1 are parked again" in said
        await eventually(lambda: running.sql("SELECT 1 FROM operator_act WHERE act = 'effect' HAVING count(*) = 4"))
        acts = await running.sql("SELECT DISTINCT why, count(*) FROM operator_act WHERE act = 'replay' GROUP BY why")
        assert acts == [{"why": "the code is mended", "count": 3}]
        assert await running.sql("SELECT 1 FROM inbox_attempt HAVING count(*) = 4")  # one more than before
        skip = ("parked", "skip", "--service", "execution", "--type", FROM_THE_FUTURE)
        code, said = await ops(beside(running), *skip, "--why", "sent by mistake")
        assert (code, "execution: 1 skipped" in said) == (0, True), said
        assert await parked_count(running, 0)


async def test_what_has_no_place_is_left_out_of_a_replay_and_said(probe: Probe) -> None:
    async with probe(None) as running:
        await running.send("events.authority", sent().type, b"not ours", {})
        await eventually(lambda: parked_count(running, 1))
        act = ("--service", "execution", "--all", "--why", "nobody knows what it was")
        code, said = await ops(beside(running), "parked", "replay", *act)
        assert (code, "execution: 1 have no place in any sequence and can only be skipped" in said) == (1, True), said
        code, said = await ops(beside(running), "parked", "skip", *act)
        assert (code, "execution: 1 skipped" in said) == (0, True), said
        assert await running.sql("SELECT status FROM inbox") == [{"status": "passed"}], "nothing is to be gone past it"


async def test_a_group_is_not_touched_without_a_reason_or_a_word_about_which(probe: Probe) -> None:
    async with probe(None) as running:
        await running.publish(sent(uuid4()), sequence=1, type=FROM_THE_FUTURE)
        await eventually(lambda: parked_count(running, 1))
        for words in (
            ("replay", "--all"),
            ("skip", "--why", "because"),
            ("skip", "--all", "--type", "x", "--why", "y"),
        ):
            code, said = await ops(beside(running), "parked", *words, "--service", "execution")
            assert (code, "Traceback" in said) == (1, False), said
        assert await parked_count(running, 1)
        assert await running.sql(EFFECTS) == []
