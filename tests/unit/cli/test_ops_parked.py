"""What an operator may type about parked messages, and what is said of them."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.parked import Group, Turn
from cli.ops.any_order import AnyOrder
from cli.ops.parked import add_command, group_lines, refusal
from cli.ops.parked_groups import pace

ID = UUID(int=1)
GAP = f"execution:assignment/{ID}"
NOW = datetime(2026, 11, 28, 13, 0, tzinfo=UTC)


def typed(*words: str) -> Namespace:
    """What is chosen when this is typed after `parked`."""
    parser = ArgumentParser()
    add_command(parser.add_subparsers(parser_class=AnyOrder))
    return parser.parse_args(["parked", *words])


@pytest.mark.parametrize(
    "words",
    [
        ("replay",),
        ("replay", "--why", "mended"),
        ("skip", "--service", "journal", "--why", "a service says where, not which"),
        ("replay", "--all"),
        ("replay", "--type", "x"),
        ("replay", "--all", "--type", "x", "--why", "mended"),
        ("replay", str(ID), "--why", "mended"),
        ("replay", str(ID), "--service", "journal"),
        ("skip", str(ID), "--service", "journal", "--all", "--why", "no"),
        ("skip", str(ID), "--service", "journal", "--why", "no", "--dry-run"),
        ("skip-gap", "--service", "journal", "--why", "no"),
        ("skip-gap", GAP, "--service", "journal"),
        ("skip-gap", GAP, "--why", "no"),
        ("list", "--why", "no"),
        ("list", "--dry-run"),
        ("show", str(ID)),
        ("list", str(ID)),
    ],
)
def test_what_does_not_say_which_or_why_is_refused(words: tuple[str, ...]) -> None:
    assert refusal(typed(*words)) is not None


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("list", "--reason", "unknown type", "--older", "2h"),
        ("show", str(ID), "--service", "journal"),
        ("replay", str(ID), "--service", "journal", "--why", "mended"),
        ("replay", "--all", "--why", "mended"),
        ("replay", "--all", "--dry-run"),
        ("skip", "--reason", "forged", "--newer", "3d", "--why", "the login was renewed"),
        ("skip-gap", GAP, "--service", "journal", "--why", "lost"),
        ("skip-gap", "--service", "journal", "--why", "lost", GAP),
        ("show", "--service", "journal", str(ID)),
        ("skip", "--service", "journal", "--why", "sent by mistake", str(ID)),
        ("replay", "--service", "journal", str(ID), "--why", "mended"),
    ],
)
def test_what_says_both_is_done(words: tuple[str, ...]) -> None:
    assert refusal(typed(*words)) is None


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (f"assignment/{ID}", "OWNER:SUBJECT"),
        (None, "OWNER:SUBJECT"),
        ("execution:PO 5/11", "OWNER:SUBJECT"),
        (f"execution:{ID}", "OWNER:SUBJECT"),
        (f"boats:assignment/{ID}", "boats is no service"),
        (f"authority:assignment/{ID}", "journal does not hear authority; it hears organisation, execution"),
    ],
)
def test_a_gap_that_nobody_could_wait_for_is_refused_with_how_to_name_one(gap: str | None, said: str) -> None:
    words = ("skip-gap", *([gap] if gap else []), "--service", "journal", "--why", "lost")
    assert said in (refusal(typed(*words)) or "")


def test_a_group_is_said_with_its_reason_its_ages_and_what_waits_behind_it() -> None:
    oldest, newest = NOW - timedelta(days=3), NOW - timedelta(minutes=5)
    group = Group("journal.note-locked.v1", "unknown type or version", 1200, oldest, newest, 31, (ID,))
    assert group_lines(group, NOW, examples=True) == [
        "  1,200 × journal.note-locked.v1: unknown type or version",
        "    since 2026-11-25 14:00:00+01:00, the oldest 3d old, the newest 5m; 31 wait behind them",
        f"    {ID}",
    ]
    assert len(group_lines(group, NOW, examples=False)) == 2


def test_it_is_said_how_long_a_group_takes() -> None:
    turns = [Turn(ID, True, 1)] * 50
    assert pace(turns, 10) == "10 a second, the earliest of each subject first: about 5 s"
