"""Hand-offs: what a run comes to, when its count is wrong, and the table of all rounds."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from bench.hand_off.amqp import Client
from bench.hand_off.contest import plays, table
from bench.hand_off.contestants import OWN, PEERS
from bench.hand_off.course import Load, drive, subject
from bench.hand_off.measure import Arrived, Run, judged, speed, used
from bench.machine import Spent

FAST, STEADY, BACKLOG = Load("sustained", 4), Load("steady", 4, rate=2.0), Load("backlog", 4, backlog=True)
USE = ({"sender": 100.0, "postgres": 50.0}, 10.0, 5.0)


def arrived(*committed: float, messages: tuple[str, ...] = ("a", "b", "c", "d")) -> Arrived:
    due = tuple(float(n) for n in range(len(messages)))
    return Arrived(messages, due, tuple(n + 0.001 for n in due), committed)


def test_latency_is_from_the_senders_commit_and_also_from_when_a_message_should_have_left() -> None:
    run = judged("stafett", STEADY, arrived(0.010, 1.020, 2.030, 3.040), USE)
    assert (round(run.p50), round(run.p99), run.wrong) == (19, 39, "")
    assert (round(run.due_p50), round(run.due_p99)) == (20, 40)


def test_speed_counts_from_the_first_message_that_left_to_the_last_that_arrived() -> None:
    assert speed(FAST, arrived(0.5, 1.5, 2.5, 4.0)) == 1.0


def test_of_a_backlog_the_time_until_the_first_commit_does_not_count() -> None:
    assert speed(BACKLOG, arrived(100.0, 100.0, 101.0, 102.0)) == 1.0


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        (("a", "b", "c"), "3 rows, 3 messages, 4 were sent"),
        (("a", "b", "c", "c"), "4 rows, 3 messages, 4 were sent"),
        (("a", "b", "c", "d", "d"), "5 rows, 4 messages, 4 were sent"),
        ((), "0 rows, 0 messages, 4 were sent"),
    ],
)
def test_a_message_that_is_lost_or_doubled_makes_the_count_wrong(messages: tuple[str, ...], said: str) -> None:
    times = tuple(float(n) for n in range(len(messages)))
    assert judged("stafett", FAST, Arrived(messages, times, times, times), USE).wrong == said


def test_what_nobody_of_ours_used_and_was_not_idle_went_to_others() -> None:
    before, after = Spent({"sender": 1.0}, 1.0, 10.0, 100.0), Spent({"sender": 3.0}, 1.5, 14.0, 110.0)
    assert used(before, after, 1_000) == ({"sender": 2_000.0}, 40.0, 35.0)


def rounds(name: str, load: Load, *speeds: float) -> list[Run]:
    return [
        Run(name, load.name, speed, 10 / speed, 20 / speed, 25 / speed, 15 / speed, 30 / speed, *USE)
        for speed in speeds
    ]


def test_each_is_held_against_the_quicker_floor() -> None:
    runs = [
        *rounds("floor", FAST, 900, 1000, 1100),
        *rounds("floor, woken by NOTIFY", FAST, 500, 500, 500),
        *rounds("stafett", FAST, 300, 400, 350),
        *rounds("Celery", FAST, 700, 700, 700),
    ]
    made = table((*OWN, replace(PEERS[0], needs="")), FAST, runs)
    stafett = dict(zip(made.columns, made.rows[2], strict=True))
    assert (stafett["who"], stafett["a second"], stafett["× floor"]) == ("stafett", "350 (300–400)", "0.350")
    assert (stafett["wanted ≥ 0.35, goal 0.5"], stafett["producer"], stafett["relay"]) == ("met", "100", "–")
    assert (stafett["all"], stafett["idle %"], stafett["others %"]) == ("150", "10", "5")
    assert "stafett is 0.500 × as fast as Celery (wanted ≥ 1)" in made.notes
    assert [note for note in made.notes if "loses the hand-off" in note and note.startswith("Celery")]


def test_what_just_misses_does_not_look_like_what_is_wanted() -> None:
    made = table(OWN, FAST, [*rounds("floor", FAST, 1000), *rounds("stafett", FAST, 349.4)])
    assert made.rows[1][2:4] == ("0.349", "MISSED")


def test_a_run_beside_which_others_worked_is_said_to_be_disturbed() -> None:
    quiet = [*rounds("floor", FAST, 1000), *rounds("stafett", FAST, 350)]
    assert [note for note in table(OWN, FAST, quiet).notes if "DISTURBED" in note] == []
    loud = [replace(run, others=10.4) if run.contestant == "stafett" else run for run in quiet]
    (said,) = [note for note in table(OWN, FAST, loud).notes if "DISTURBED" in note]
    assert said.startswith("DISTURBED: more than 10 % of the machine went to others during stafett;")


def test_a_backlog_that_is_a_part_of_the_others_is_said_with_how_many_it_is() -> None:
    load = Load("backlog", 20_000, backlog=True)
    made = table(OWN, load, rounds("stafett, AssignmentSent", load, 800))
    (said,) = [note for note in made.notes if "AssignmentSent" in note]
    assert said == "stafett, AssignmentSent: its backlog is 5,000, one in 4 of the others': all would take long"


def test_a_run_whose_count_is_wrong_has_no_figures() -> None:
    lost = Run("stafett", FAST.name, 9_999.0, wrong="3 rows, 3 messages, 4 were sent")
    runs = [*rounds("floor", FAST, 1000), *rounds("stafett", FAST, 350), lost]
    assert table(OWN, FAST, runs).rows[1][:2] == ("stafett", "350 (350–350)")
    assert table(OWN, FAST, [lost]).rows == (("stafett", "failed", *[""] * 10),)


def test_a_peer_that_is_not_installed_says_so_in_its_row() -> None:
    absent = replace(PEERS[0], needs="a_module_that_is_nowhere")
    assert table((OWN[0], absent), FAST, rounds("floor", FAST, 1000)).rows[1][:2] == ("Celery", "not installed")


def test_without_a_floor_nothing_is_reached() -> None:
    for load in (FAST, STEADY, BACKLOG):
        made = table(OWN, load, rounds("stafett", load, 100.0))
        held = [cell for column, cell in zip(made.columns, made.rows[0], strict=True) if "×" in column]
        assert set(held) == {"–"}
        assert not {"goal", "met", "MISSED"} & set(made.rows[0])


def test_what_was_played_again_is_said_with_what_it_gave() -> None:
    counts = replace(rounds("stafett", STEADY, 1.0)[0], disk=4.0)
    spoilt = replace(counts, p50=11.0, p99=163.0, disk=273.4)
    made = table(OWN, STEADY, [counts], [spoilt, replace(spoilt, p99=86.4, disk=177.0)])
    head = "played again, since a bystander waited 50 ms or more for the disk (p50 and p99 ms, the disk's)"
    assert made.notes == (f"{head}: stafett 11.0 and 163 (273), 11.0 and 86.4 (177)",)


def test_a_run_in_which_the_disk_stood_still_once_more_counts_and_says_so() -> None:
    made = table(OWN, STEADY, [replace(rounds("stafett", STEADY, 1.0)[0], disk=50.0)])
    assert made.notes == ("so it did in one that counts, since it did 4 times: stafett",)


@pytest.mark.parametrize(
    ("load", "played", "counts", "often"),
    [
        (STEADY, [Run("floor", "steady", disk=99.0), Run("floor", "steady", disk=49.9)], 1, 2),
        (STEADY, [Run("floor", "steady", disk=float(n)) for n in (90, 80, 70, 60, 1)], 3, 4),
        (STEADY, [Run("floor", "steady", disk=99.0, wrong="3 rows")], 0, 1),
        (FAST, [Run("floor", "sustained", disk=99.0)], 0, 1),
    ],
)
def test_a_run_is_played_again_while_the_disk_stands_still_but_not_for_a_wrong_count(
    load: Load, played: list[Run], counts: int, often: int
) -> None:
    waiting = iter(played)

    async def one() -> list[Run]:
        return [next(waiting)]

    runs = asyncio.run(plays(load, one))
    assert (runs[-1], len(runs)) == ([played[counts]], often)


def test_latencies_are_held_against_the_quicker_floor_each() -> None:
    runs = [*rounds("floor", STEADY, 2.0), *rounds("stafett", STEADY, 1.0)]
    made = table(OWN, STEADY, runs)
    stafett = ("stafett", "10.0 (10.0–10.0)", "2.000", "met", "20.0 (20.0–20.0)", "2.000", "met", "25.0 (25.0–25.0)")
    assert made.rows[1][:8] == stafett


def test_messages_are_about_a_fixed_set_of_subjects() -> None:
    assert len({subject(number) for number in range(3_000)}) == 1_000


def test_with_a_rate_each_message_has_a_time_of_its_own_whatever_becomes_of_those_before() -> None:
    due: list[datetime] = []

    async def slow(_number: int, at: datetime) -> None:
        due.append(at)
        await asyncio.sleep(0.05)

    began = time.time()
    asyncio.run(drive(slow, 10, 200.0))
    gaps = {round((later - earlier).total_seconds(), 4) for earlier, later in pairwise(due)}
    assert gaps == {0.005}
    assert due[0] >= datetime.fromtimestamp(began, UTC)


def test_without_a_rate_every_message_is_handed_over_once() -> None:
    numbers: list[int] = []

    async def one(number: int, _at: datetime) -> None:
        numbers.append(number)
        await asyncio.sleep(0)

    asyncio.run(drive(one, 100, 0.0))
    assert sorted(numbers) == list(range(100))


def test_the_floors_client_takes_a_delivery_that_comes_in_pieces() -> None:
    taken: list[tuple[int, bytes]] = []
    client = Client()
    client.take = lambda tag, body: taken.append((tag, body))
    deliver = b"\x00\x3c\x00\x3c" + b"\x01c" + (7).to_bytes(8, "big") + b"\x00\x01x\x01y"
    header = b"\x00\x3c\x00\x00" + (5).to_bytes(8, "big") + b"\x00\x00"
    frames = b"".join(
        kind + b"\x00\x01" + len(payload).to_bytes(4, "big") + payload + b"\xce"
        for kind, payload in ((b"\x01", deliver), (b"\x02", header), (b"\x03", b"hel"), (b"\x03", b"lo"))
    )
    for place in range(len(frames)):
        client.data_received(frames[place : place + 1])
    assert taken == [(7, b"hello")]
