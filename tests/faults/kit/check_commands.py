"""Checks: each command has had its effect as often as its answer says, and no effect lacks a command."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.faults.kit.facts import Facts, Told
from tests.faults.kit.ledger import Act, Command, Outcome
from tests.faults.kit.verdict import Finding, Word


@dataclass(frozen=True)
class Tells:
    """The event that a command makes, and which of its fields says what part of the subject it is about."""

    type: str
    part: str = ""


TELLS: Mapping[Act, Tells] = {
    Act.SEND: Tells("authority.assignment-sent.v1"),
    Act.WITHDRAW: Tells("authority.assignment-withdrawn.v1"),
    Act.CONFIRM_DECLINE: Tells("authority.decline-confirmed.v1"),
    Act.RECEIPT: Tells("authority.follow-up-received.v1", "follow_up_id"),
    Act.CLOSE: Tells("authority.assignment-closed.v1"),
    Act.DECLINE: Tells("execution.assignment-declined.v1"),
    Act.DISTRIBUTE: Tells("execution.assignment-distributed.v1"),
    Act.ACKNOWLEDGE: Tells("execution.assignment-acknowledged.v1", "unit_id"),
    Act.START: Tells("execution.intervention-started.v1"),
    Act.SUBMIT: Tells("execution.follow-up-submitted.v1", "follow_up_id"),
    Act.END_ROW: Tells("execution.intervention-ended.v1", "row_id"),
}

Effect = tuple[Act, str, str]
"""(act, subject, part)."""


def effects(facts: Facts) -> Counter[Effect]:
    """What the owners' own databases show to have been done, and how often."""
    acts = {tells.type: (act, tells.part) for act, tells in TELLS.items()}
    found: Counter[Effect] = Counter()
    for event in facts.told:
        if event.type in acts:
            act, part = acts[event.type]
            found[act, event.subject, _part(event, part)] += 1
    found.update((Act.DECIDE, name.rpartition(" ")[2], "") for name in facts.decided)
    found.update((Act.DRAFT, assignment.name.rpartition(" ")[2], "") for assignment in facts.ordered)
    for carried in facts.carried:
        found[Act.REGISTER, f"assignment/{carried.id}", ""] += carried.acts.count("register")
    found.update((Act.FOLLOW_UP, f"assignment/{one.assignment_id}", "") for one in facts.followed)
    return +found


COUNTED = frozenset({*TELLS, Act.DECIDE, Act.DRAFT, Act.REGISTER, Act.FOLLOW_UP})
"""The others prepare a follow-up's submission, which would be refused without them."""


def commands_took_effect(commands: Sequence[Command], facts: Facts) -> Iterator[Finding]:
    """Once when answered; at most once when never answered; never when refused or not asked for."""
    done = effects(facts)
    asked: dict[Effect, list[Outcome]] = defaultdict(list)
    for command in commands:
        if command.act in COUNTED:
            asked[command.act, command.subject, command.part].append(command.outcome)
    for effect in done.keys() | asked.keys():
        outcomes, times = asked.get(effect, []), done[effect]
        least, most = outcomes.count(Outcome.ANSWERED), len(outcomes) - outcomes.count(Outcome.REFUSED)
        what = " ".join(filter(None, effect))
        if times < least:
            yield Finding(Word.LOST, f"{what}: answered, and done {times} times")
        elif times > most:
            yield Finding(Word.DUPLICATED if most else Word.PHANTOM, f"{what}: done {times} times of at most {most}")
        elif times > least:
            yield Finding(Word.RECOVERED, f"{what}: never answered, and done")


def _part(event: Told, name: str) -> str:
    return str(event.body[name]) if name else ""
