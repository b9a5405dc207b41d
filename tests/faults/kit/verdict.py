"""The verdict, in the words of those who test such systems."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

EXAMPLES = 10


class Word(StrEnum):
    """What is wrong with an effect; `RECOVERED` is none: it came though its command was never answered."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    OUT_OF_ORDER = "out of order"
    PHANTOM = "phantom"
    RECOVERED = "recovered"


WRONG = (Word.LOST, Word.DUPLICATED, Word.OUT_OF_ORDER, Word.PHANTOM)


@dataclass(frozen=True)
class Finding:
    """One thing that was found, and how it is called."""

    word: Word
    what: str


@dataclass(frozen=True)
class Verdict:
    """What came of a run."""

    findings: tuple[Finding, ...]
    asked: Mapping[str, int]
    """What was looked at, and how many of each; nothing is proved by what there are none of."""

    @property
    def checked(self) -> int:
        return sum(self.asked.values())

    @property
    def counts(self) -> dict[Word, int]:
        found = Counter(finding.word for finding in self.findings)
        return {word: found[word] for word in Word}

    @property
    def holds(self) -> bool:
        return not any(self.counts[word] for word in WRONG)

    def said(self) -> str:
        """The counts on a line, then examples of what is wrong."""
        lines = [", ".join(f"{count} {word}" for word, count in self.counts.items()) + f" ({self.checked} checked)"]
        for word in WRONG:
            lines += _examples(word, [finding.what for finding in self.findings if finding.word is word])
        return "\n".join(lines)


def _examples(word: Word, found: Sequence[str]) -> list[str]:
    more = [f"  … and {len(found) - EXAMPLES} more {word}"] if len(found) > EXAMPLES else []
    return [*(f"  {word}: {what}" for what in found[:EXAMPLES]), *more]
