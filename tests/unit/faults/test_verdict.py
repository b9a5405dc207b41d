"""What the checks of the fault suite catch: each defect, shown with a handful of rows, has its word."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.kit.check_agreement import (
    both_sides_agree,
    each_side_is_what_it_told,
    no_status_went_backwards,
)
from tests.faults.kit.check_commands import commands_took_effect
from tests.faults.kit.check_events import events_are_in_order, events_took_effect, nothing_is_left, sequences_are_whole
from tests.faults.kit.facts import Change, Facts, Left
from tests.faults.kit.judge import judge
from tests.faults.kit.ledger import Command, Outcome
from tests.faults.kit.verdict import EXAMPLES, Finding, Verdict, Word
from tests.unit.faults.calm import ABOUT, CALM, COMMANDS, DISTRIBUTED, KEY, RECEIPT, SENDING, effect, told, words


def test_what_is_as_it_should_be_is_found_to_hold() -> None:
    verdict = judge(COMMANDS, CALM)
    assert verdict.holds, verdict.said()
    assert verdict.checked == 11
    assert verdict.said() == "0 lost, 0 duplicated, 0 out of order, 0 phantom, 0 recovered (11 checked)"


def command(outcome: Outcome) -> tuple[Command, ...]:
    return (COMMANDS[0], replace(COMMANDS[1], outcome=outcome))


SENT_TWICE = replace(CALM, told=(*CALM.told, replace(SENDING, id=KEY, sequence=2)))
NOT_SENT = replace(CALM, told=(RECEIPT,))


@pytest.mark.parametrize(
    ("outcome", "facts", "found"),
    [
        (Outcome.ANSWERED, CALM, set()),
        (Outcome.ANSWERED, NOT_SENT, {Word.LOST}),
        (Outcome.ANSWERED, SENT_TWICE, {Word.DUPLICATED}),
        (Outcome.UNANSWERED, NOT_SENT, set()),
        (Outcome.UNANSWERED, CALM, {Word.RECOVERED}),
        (Outcome.UNANSWERED, SENT_TWICE, {Word.DUPLICATED}),
        (Outcome.REFUSED, NOT_SENT, set()),
        (Outcome.REFUSED, CALM, {Word.PHANTOM}),
    ],
)
def test_a_command_has_the_effect_that_its_answer_says(outcome: Outcome, facts: Facts, found: set[Word]) -> None:
    assert words(commands_took_effect(command(outcome), facts)) == found


def test_an_effect_that_nobody_asked_for_is_a_phantom() -> None:
    assert words(commands_took_effect((), CALM)) == {Word.PHANTOM}


def test_an_event_that_a_receiver_lacks_is_lost_and_one_it_has_twice_is_duplicated() -> None:
    assert words(events_took_effect(replace(CALM, effects=CALM.effects[1:]))) == {Word.LOST}
    again = replace(CALM.effects[0], position=2)
    assert words(events_took_effect(replace(CALM, effects=(*CALM.effects, again)))) == {Word.DUPLICATED}
    assert words(events_took_effect(replace(CALM, effects=CALM.effects[1:]), {SENDING.id})) == set()


def test_an_effect_of_an_event_that_its_owner_does_not_have_is_a_phantom() -> None:
    nobodys = replace(CALM.effects[0], id=KEY, position=9)
    assert words(events_took_effect(replace(CALM, effects=(*CALM.effects, nobodys)))) == {Word.PHANTOM}


def test_a_later_event_that_took_effect_first_is_out_of_order_and_a_repeated_one_is_not() -> None:
    later = told(DISTRIBUTED, 2, rows=[])
    line = (effect(RECEIPT, "authority", 1), effect(later, "authority", 2), effect(RECEIPT, "authority", 3))
    whole = replace(CALM, told=(*CALM.told, later))
    assert words(events_are_in_order(replace(whole, effects=line))) == set()
    assert words(events_are_in_order(replace(whole, effects=line[1:]))) == {Word.OUT_OF_ORDER}


def test_a_number_that_is_missing_in_the_owners_log_is_lost() -> None:
    assert words(sequences_are_whole(CALM)) == set()
    assert words(sequences_are_whole(replace(CALM, told=(replace(SENDING, sequence=2),)))) == {Word.LOST}


def test_what_is_left_on_the_way_is_lost_unless_it_was_parked_on_purpose() -> None:
    parked = replace(CALM, left=(Left("authority's inbox", "parked", KEY),))
    assert words(nothing_is_left(parked)) == {Word.LOST}
    assert words(nothing_is_left(parked, {KEY})) == set()
    assert words(nothing_is_left(replace(CALM, left=(Left("dead", "1 messages"),)), {KEY})) == {Word.LOST}


def at(**changes: Any) -> Facts:
    """The one assignment, with another status at one side or the other."""
    ordered = replace(CALM.ordered[0], **{name: changes[name] for name in ("status", "phase") if name in changes})
    carried = replace(CALM.carried[0], status=changes.get("carried", "received"))
    return replace(CALM, ordered=(ordered,), carried=(carried,))


@pytest.mark.parametrize(
    ("check", "facts", "found"),
    [
        (each_side_is_what_it_told, at(status="draft"), {Word.PHANTOM}),
        (each_side_is_what_it_told, at(status="closed"), {Word.LOST}),
        (each_side_is_what_it_told, at(carried="in_execution"), {Word.PHANTOM}),
        (each_side_is_what_it_told, at(carried="withdrawn"), {Word.PHANTOM}),
        (both_sides_agree, at(phase="sent"), {Word.LOST}),
        (both_sides_agree, at(phase="draft"), {Word.PHANTOM}),
        (both_sides_agree, replace(CALM, carried=()), {Word.LOST}),
        (both_sides_agree, replace(CALM, ordered=()), {Word.PHANTOM}),
        (both_sides_agree, at(carried="accepted"), set()),
    ],
)
def test_two_sides_that_differ_are_found(
    check: Callable[[Facts], Iterable[Finding]], facts: Facts, found: set[Word]
) -> None:
    assert words(check(facts)) == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("received", "distributed", set()),
        ("sent", "withdrawn", set()),
        ("withdrawn", "distributed", set()),
        ("distributed", "received", {Word.OUT_OF_ORDER}),
        ("withdrawn", "sent", {Word.OUT_OF_ORDER}),
        ("closed", "started", {Word.OUT_OF_ORDER}),
    ],
)
def test_a_status_that_went_backwards_is_out_of_order(before: str, after: str, found: set[Word]) -> None:
    change = Change("authority", 1, "assignments.phase", ABOUT, before, after)
    assert words(no_status_went_backwards(replace(CALM, changes=(change,)))) == found


def test_a_verdict_shows_so_many_examples_and_counts_the_rest() -> None:
    many = Verdict(tuple(Finding(Word.LOST, f"message {n}") for n in range(EXAMPLES + 3)), {"told": 20})
    lines = many.said().splitlines()
    assert lines[0].startswith("13 lost, 0 duplicated")
    assert len(lines) == 1 + EXAMPLES + 1
    assert lines[-1] == "  … and 3 more lost"
    assert not many.holds
