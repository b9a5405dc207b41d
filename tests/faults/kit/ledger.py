"""What was asked of the services, and what they answered: the one thing the databases cannot know."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Act(StrEnum):
    """A command, by the effect it should have; what only prepares another has none of its own to count."""

    DECIDE = "decide"
    DRAFT = "draft"
    SEND = "send"
    WITHDRAW = "withdraw"
    CONFIRM_DECLINE = "confirm-decline"
    RECEIPT = "receipt"
    CLOSE = "close"
    REGISTER = "register"
    DECLINE = "decline"
    DISTRIBUTE = "distribute"
    ACKNOWLEDGE = "acknowledge"
    START = "start"
    FOLLOW_UP = "follow-up"
    WRITE = "write"
    DOCUMENT = "document"
    FINAL = "final"
    SIGN = "sign"
    SUBMIT = "submit"
    END_ROW = "end-row"


class Outcome(StrEnum):
    """What came back."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNANSWERED = "never answered"


@dataclass(frozen=True)
class Command:
    """One thing that somebody wanted done, however often they asked with the same key."""

    key: UUID
    act: Act
    subject: str
    """`assignment/<id>`, or the key again for what makes something new."""
    part: str
    """What of it, where one subject can have the same done several times: a unit, a row, a follow-up."""
    outcome: Outcome


@dataclass
class Ledger:
    """Every command of a run."""

    commands: list[Command] = field(default_factory=list)
    requests: int = 0

    def note(self, command: Command) -> None:
        self.commands.append(command)

    def counts(self) -> dict[Outcome, int]:
        return count(self.commands)


def count(commands: Iterable[Command]) -> dict[Outcome, int]:
    """How many of each outcome."""
    found = dict.fromkeys(Outcome, 0)
    for command in commands:
        found[command.outcome] += 1
    return found
