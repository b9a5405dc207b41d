"""All checks, over the facts and the ledger."""

from collections.abc import Collection, Sequence
from uuid import UUID

from tests.faults.kit.check_agreement import (
    both_sides_agree,
    each_side_is_what_it_told,
    no_status_went_backwards,
    those_who_document_know_every_row,
)
from tests.faults.kit.check_commands import commands_took_effect
from tests.faults.kit.check_events import (
    events_are_in_order,
    events_took_effect,
    nothing_is_left,
    sequences_are_whole,
)
from tests.faults.kit.check_people import (
    every_open_assignment_is_in_a_queue,
    every_open_order_has_a_case_worker,
    everybody_is_told_once,
)
from tests.faults.kit.facts import Facts
from tests.faults.kit.ledger import Command
from tests.faults.kit.verdict import Verdict


def judge(
    commands: Sequence[Command], facts: Facts, parked: Collection[UUID] = (), skipped: Collection[UUID] = ()
) -> Verdict:
    """The verdict. parked, skipped: messages that the kit left parked on purpose, or skipped as an operator."""
    findings = (
        *commands_took_effect(commands, facts),
        *events_took_effect(facts, {*parked, *skipped}),
        *events_are_in_order(facts),
        *sequences_are_whole(facts),
        *nothing_is_left(facts, parked),
        *each_side_is_what_it_told(facts),
        *both_sides_agree(facts),
        *those_who_document_know_every_row(facts),
        *no_status_went_backwards(facts),
        *every_open_assignment_is_in_a_queue(facts),
        *every_open_order_has_a_case_worker(facts),
        *everybody_is_told_once(facts),
    )
    names = ("told", "effects", "changes", "ordered", "carried", "followed", "notices", "heard")
    asked = {"commands": len(commands), **{name: len(getattr(facts, name)) for name in names}}
    return Verdict(findings, asked)
