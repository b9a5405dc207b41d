"""What has been entered about a note, as people read it: its versions, its corrections, and the individual's view."""

import re
from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel

from services.journal.differences import Piece, pieces
from services.journal.journal import Signature
from services.journal.note import Entry


class Version(BaseModel):
    """One entry about the note, as the chain has it."""

    number: int
    kind: str
    at: datetime
    by: Signature
    text: str | None
    hash: str


class Correction(BaseModel):
    """What a correction struck out and added, by whom and when (F-14)."""

    at: datetime
    by: Signature
    original_fragment: str
    replacement: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


class CorrectionRequest(BaseModel):
    """What the individual considers to be wrong, and who noted it."""

    at: datetime
    by: Signature
    statement: str


def versions(entries: Iterable[Entry]) -> list[Version]:
    """Every entry, oldest first."""
    return [Version(number=e.number, kind=e.kind, at=e.at, by=e.by, text=e.content.text, hash=e.hash) for e in entries]


def correction_requests(entries: Iterable[Entry]) -> list[CorrectionRequest]:
    """What the individual has considered to be wrong."""
    stated = [(entry, entry.content.statement) for entry in entries if entry.content.statement is not None]
    return [CorrectionRequest(at=entry.at, by=entry.by, statement=statement) for entry, statement in stated]


def corrections(entries: Iterable[Entry]) -> list[Correction]:
    """Every correction with the text before it and after it."""
    found: list[Correction] = []
    text = ""
    for entry in entries:
        before, text = text, entry.content.text if entry.content.text is not None else text
        original, offset = entry.content.original_fragment, entry.content.offset
        if original is not None and offset is not None:
            replacement = entry.content.replacement or ""
            found.append(
                Correction(
                    at=entry.at,
                    by=entry.by,
                    original_fragment=original,
                    replacement=replacement,
                    before=before,
                    after=text,
                    pieces=pieces(before, offset, original, replacement),
                )
            )
    return found


def fragments(text: str) -> list[str]:
    """The text in pieces to choose from when something in it is wrong: sentences and lines, each in one place only.

    A sentence that stands in several places comes with those after it (or, last in the text, before it).
    """
    found: list[str] = []
    start = 0
    for end in [*(match.end() for match in re.finditer(r"[.!?]+(?=\s)|[^\n](?=\n)", text)), len(text)]:
        piece = text[start:end].strip()
        if piece and text.find(piece, text.find(piece) + 1) < 0:
            found.append(piece)
            start = end
    if text[start:].strip():
        found[-1] = text[text.find(found[-1]) :].strip()
    return found
