"""What the checks of the fault suite catch: each defect, shown with a handful of rows, has its word."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from tests.faults.kit.check_agreement import (
    both_sides_agree,
    each_side_is_what_it_told,
    no_status_went_backwards,
    those_who_document_know_every_row,
)
from tests.faults.kit.check_commands import commands_took_effect
from tests.faults.kit.check_events import events_are_in_order, events_took_effect, nothing_is_left, sequences_are_whole
from tests.faults.kit.check_people import (
    every_open_assignment_is_in_a_queue,
    every_open_order_has_a_case_worker,
    everybody_is_told_once,
)
from tests.faults.kit.facts import Carried, Change, Effect, Facts, Heard, Left, Notice, Ordered, Told
from tests.faults.kit.judge import judge
from tests.faults.kit.ledger import Act, Command, Outcome
from tests.faults.kit.verdict import EXAMPLES, Finding, Verdict, Word

ABOUT, UNIT, WORKER, MEMBER, KEY = (UUID(int=n) for n in range(1, 6))
SUBJECT = f"assignment/{ABOUT}"
SENT, RECEIVED = "authority.assignment-sent.v1", "execution.assignment-received.v1"
DISTRIBUTED, ACKNOWLEDGED = "execution.assignment-distributed.v1", "execution.assignment-acknowledged.v1"
ENDED = "execution.intervention-ended.v1"
WITHDRAWN = "authority.assignment-withdrawn.v1"
BODY = {"unit_id": str(UNIT), "case_worker_id": str(WORKER)}


def told(type: str, sequence: int = 1, **more: Any) -> Told:
    owner = type.partition(".")[0]
    return Told(owner, uuid5(NAMESPACE_URL, f"{type} {sequence}"), SUBJECT, sequence, type, BODY | more)


def effect(event: Told, receiver: str, position: int) -> Effect:
    return Effect(receiver, position, event.id, event.subject, event.type)


SENDING, RECEIPT = told(SENT), told(RECEIVED)
CALM = Facts(
    told=(SENDING, RECEIPT),
    effects=(
        effect(SENDING, "execution", 1),
        effect(RECEIPT, "authority", 1),
        effect(RECEIPT, "notify", 1),
    ),
    changes=(Change("authority", 1, "assignments.phase", ABOUT, "draft", "sent"),),
    left=(),
    decided=(),
    ordered=(Ordered(ABOUT, f"Uppdrag {KEY}", "sent", "received", WORKER),),
    carried=(Carried(ABOUT, "received", UNIT, (UNIT,), (), ()),),
    notices=(Notice("new_assignment", UNIT, ABOUT),),
    followed=(),
    heard=(),
    members_at={UNIT: frozenset({"coordinator"})},
    case_workers=frozenset({WORKER}),
    handled={
        "organisation": frozenset(),
        "authority": frozenset({RECEIVED, DISTRIBUTED, ACKNOWLEDGED}),
        "execution": frozenset({SENT, WITHDRAWN}),
        "journal": frozenset(),
        "deviation": frozenset(),
        "notify": frozenset({RECEIVED, WITHDRAWN}),
    },
)
"""An assignment that has been sent and received, as it should be."""
COMMANDS = (
    Command(KEY, Act.DRAFT, str(KEY), "", Outcome.ANSWERED),
    Command(KEY, Act.SEND, SUBJECT, "", Outcome.ANSWERED),
)


def words(findings: Iterable[Finding]) -> set[Word]:
    return {finding.word for finding in findings}


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


def test_an_open_assignment_in_nobodys_queue_is_lost() -> None:
    nowhere = replace(CALM, carried=(replace(CALM.carried[0], queue_unit_ids=()),))
    assert words(every_open_assignment_is_in_a_queue(nowhere)) == {Word.LOST}
    nobody = replace(CALM, members_at={UNIT: frozenset({"care_worker"})})
    assert words(every_open_assignment_is_in_a_queue(nobody)) == {Word.LOST}


def test_a_distributed_one_is_in_the_queue_of_each_unit_that_has_not_acknowledged() -> None:
    rows = [{"unit_id": str(UNIT)}, {"unit_id": str(MEMBER)}]
    done = told(ACKNOWLEDGED, 3, acknowledged_by=str(MEMBER), complete=False)
    told_so = (*CALM.told, told(DISTRIBUTED, 2, rows=rows), done)
    there = {UNIT: frozenset({"care_worker"}), MEMBER: frozenset({"care_worker"})}
    facts = replace(CALM, told=told_so, members_at=there)
    right = replace(CALM.carried[0], status="distributed", queue_unit_ids=(MEMBER,))
    assert words(every_open_assignment_is_in_a_queue(replace(facts, carried=(right,)))) == set()
    wrong = replace(right, queue_unit_ids=(UNIT, MEMBER))
    assert words(every_open_assignment_is_in_a_queue(replace(facts, carried=(wrong,)))) == {Word.LOST}


@pytest.mark.parametrize("status", ["acknowledged", "in_execution", "ended"])
def test_one_that_is_carried_out_is_in_the_list_of_each_unit_it_was_sent_to(status: str) -> None:
    told_so = (*CALM.told, told(DISTRIBUTED, 2, rows=[{"unit_id": str(UNIT)}, {"unit_id": str(MEMBER)}]))
    there = {UNIT: frozenset({"care_worker"}), MEMBER: frozenset({"care_worker"})}
    facts = replace(CALM, told=told_so, members_at=there)
    right = replace(CALM.carried[0], status=status, queue_unit_ids=(), unit_ids=(UNIT, MEMBER))
    assert words(every_open_assignment_is_in_a_queue(replace(facts, carried=(right,)))) == set()
    wrong = replace(right, unit_ids=(UNIT,))
    assert words(every_open_assignment_is_in_a_queue(replace(facts, carried=(wrong,)))) == {Word.LOST}


def test_an_open_order_that_no_case_worker_has_is_lost() -> None:
    assert words(every_open_order_has_a_case_worker(replace(CALM, case_workers=frozenset()))) == {Word.LOST}


@pytest.mark.parametrize(
    ("rows", "ended", "found"),
    [
        ((KEY,), (KEY,), set()),
        ((), (), {Word.LOST}),
        ((KEY,), (), {Word.LOST}),
        ((KEY, KEY), (KEY,), {Word.DUPLICATED}),
        ((KEY, MEMBER), (KEY,), {Word.PHANTOM}),
    ],
)
def test_who_documents_knows_each_row_once_and_its_end(
    rows: tuple[UUID, ...], ended: tuple[UUID, ...], found: set[Word]
) -> None:
    distributed = told(DISTRIBUTED, 2, rows=[{"unit_id": str(UNIT), "row_id": str(KEY)}])
    facts = replace(CALM, told=(*CALM.told, distributed, told(ENDED, 3, row_id=str(KEY))))
    right = Heard("deviation", ABOUT, (KEY,), (KEY,))
    known = replace(facts, heard=(Heard("journal", ABOUT, rows, ended), right))
    assert words(those_who_document_know_every_row(known)) == found
    assert words(those_who_document_know_every_row(replace(facts, heard=(right,)))) == {Word.LOST}


def test_a_notice_that_is_missing_doubled_or_out_of_nowhere_is_found() -> None:
    (notice,) = CALM.notices
    assert words(everybody_is_told_once(replace(CALM, notices=()))) == {Word.LOST}
    assert words(everybody_is_told_once(replace(CALM, notices=(notice, notice)))) == {Word.DUPLICATED}
    nobodys = Notice("started", WORKER, ABOUT)
    assert words(everybody_is_told_once(replace(CALM, notices=(notice, nobodys)))) == {Word.PHANTOM}


def test_a_withdrawal_that_crossed_a_distribution_may_be_told_or_not() -> None:
    crossed = replace(CALM, told=(*CALM.told, told(WITHDRAWN, 2), told(DISTRIBUTED, 2, rows=[])))
    (notice,) = CALM.notices
    withdrawn = Notice("assignment_withdrawn", UNIT, ABOUT)
    assert words(everybody_is_told_once(crossed)) == set()
    assert words(everybody_is_told_once(replace(crossed, notices=(notice, withdrawn)))) == set()
    assert words(everybody_is_told_once(replace(crossed, notices=(notice, withdrawn, withdrawn)))) == {Word.DUPLICATED}


def test_a_verdict_shows_so_many_examples_and_counts_the_rest() -> None:
    many = Verdict(tuple(Finding(Word.LOST, f"message {n}") for n in range(EXAMPLES + 3)), {"told": 20})
    lines = many.said().splitlines()
    assert lines[0].startswith("13 lost, 0 duplicated")
    assert len(lines) == 1 + EXAMPLES + 1
    assert lines[-1] == "  … and 3 more lost"
    assert not many.holds
