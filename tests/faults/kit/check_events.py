"""Checks: each event has had its effect once in each service that uses it, in order, and nothing is left on the way."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from uuid import UUID

from contracts.topology import HEARS
from tests.faults.kit.facts import Facts
from tests.faults.kit.verdict import Finding, Word


def events_took_effect(facts: Facts, skipped: Collection[UUID] = ()) -> Iterator[Finding]:
    """Once in each receiver that has a handler for it; not where an operator has skipped it."""
    times = Counter((effect.receiver, effect.id) for effect in facts.effects)
    told = {event.id: event for event in facts.told}
    for event in facts.told:
        for receiver in HEARS:
            if event.owner not in HEARS[receiver] or event.type not in facts.handled[receiver]:
                continue
            count = times[receiver, event.id]
            what = f"{event.type} {event.subject} #{event.sequence} at {receiver}"
            if count == 0 and event.id not in skipped:
                yield Finding(Word.LOST, what)
            elif count > 1:
                yield Finding(Word.DUPLICATED, f"{what}: {count} times")
    for effect in facts.effects:
        if effect.id not in told:
            yield Finding(Word.PHANTOM, f"{effect.type} {effect.subject} at {effect.receiver}: nobody has told it")


def events_are_in_order(facts: Facts) -> Iterator[Finding]:
    """Of each subject, no receiver has done a later event before an earlier one."""
    told = {event.id: event for event in facts.told}
    furthest: dict[tuple[str, str, str], int] = defaultdict(int)
    seen: set[tuple[str, UUID]] = set()
    for effect in sorted(facts.effects, key=lambda effect: effect.position):
        event = told.get(effect.id)
        if event is None or (effect.receiver, effect.id) in seen:
            continue
        seen.add((effect.receiver, effect.id))
        line = (effect.receiver, event.owner, event.subject)
        if event.sequence < furthest[line]:
            what = f"{event.type} {event.subject} #{event.sequence} at {effect.receiver}"
            yield Finding(Word.OUT_OF_ORDER, f"{what}: after #{furthest[line]}")
        furthest[line] = max(furthest[line], event.sequence)


def sequences_are_whole(facts: Facts) -> Iterator[Finding]:
    """An owner's numbers about a subject are 1, 2, 3 … without a gap."""
    lines: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in facts.told:
        lines[event.owner, event.subject].append(event.sequence)
    for (owner, subject), numbers in lines.items():
        missing = set(range(1, max(numbers) + 1)) - set(numbers)
        for number in sorted(missing):
            yield Finding(Word.LOST, f"{subject} #{number}: {owner} has no such event")


def nothing_is_left(facts: Facts, on_purpose: Collection[UUID] = ()) -> Iterator[Finding]:
    """Outboxes, inboxes, the service queues and the dead queue are empty, but for what was parked on purpose."""
    for left in facts.left:
        if left.id is None or left.id not in on_purpose:
            yield Finding(Word.LOST, f"left in {left.where}: {left.what} {left.id or ''}".rstrip())
