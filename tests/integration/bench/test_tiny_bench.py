"""The benchmark from end to end, with few messages: real servers, processes, and counts."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bench.disk import watched
from bench.ground import Ground
from bench.hand_off.contest import contest
from bench.hand_off.contestants import OWN
from bench.hand_off.course import Load
from bench.hand_off.measure import Contestant
from bench.machine import spent
from bench.table import Table
from bench.told import Told

LOADS = (Load("sustained", 200), Load("steady", 50, rate=50), Load("backlog", 1_200, backlog=True))
FLOOR, _, STAFETT, _, SEALED = OWN


def played(on: Ground, contestants: tuple[Contestant, ...], loads: tuple[Load, ...]) -> tuple[list[str], list[Table]]:
    shown: list[Table] = []
    wrong = asyncio.run(contest(contestants, loads, 1, on, Told(lambda _: None, shown.append)))
    return wrong, shown


def test_everything_that_is_handed_over_arrives_once_and_is_timed(on: Ground) -> None:
    wrong, shown = played(on, (FLOOR, STAFETT, replace(SEALED, part_of=2)), LOADS)
    assert wrong == []
    assert [[row[0] for row in table.rows] for table in shown] == [["floor", "stafett", "stafett, AssignmentSent"]] * 3
    for table in shown:
        for row in table.rows:
            figures = dict(zip(table.columns, row, strict=True))
            assert float(figures["× floor"]) > 0
            if "backlog" not in table.title:  # of which all may be there before the relay says that it is ready
                assert float(figures["all"].replace(",", "")) > 0


def test_a_message_that_is_there_twice_is_told_and_named(on: Ground) -> None:
    once = "SELECT message_id, sent_at, xmin FROM received"
    doubled = replace(FLOOR, received=f"{once} UNION ALL ({once} LIMIT 1)")
    wrong, _ = played(on, (doubled,), LOADS[:1])
    assert wrong == ["floor, sustained: 201 rows, 200 messages, 200 were sent"]


def test_what_somebody_has_started_is_not_what_they_have_used() -> None:
    command = [sys.executable, "-c", "sum(range(50_000_000)); print(); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        used = spent({"child": child.pid})
        assert child.stdin
        child.stdin.write(b"\n")
    assert used.parts["child"] > 0.1
    assert used.own <= sum(psutil.Process().cpu_times()[:2]) < used.own + used.parts["child"]
    assert used.idle <= used.whole


def test_who_could_not_watch_the_disk_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), watched(tmp_path / "nowhere"):
        pass
