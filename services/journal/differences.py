"""What a correction struck out and added, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Fate(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    STRUCK = "struck"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """Some of the text, and what became of it."""

    fate: Fate
    text: str


def pieces(before: str, offset: int, original: str, replacement: str) -> tuple[Piece, ...]:
    """The whole text with its changes; kept and struck together are the text before, kept and added the one after.

    offset: where in the text before (in characters) the original fragment begins.
    """
    found = [
        Piece(Fate.KEPT, before[:offset]),
        *_words(original, replacement),
        Piece(Fate.KEPT, before[offset + len(original) :]),
    ]
    return tuple(piece for piece in found if piece.text)


def _words(original: str, replacement: str) -> list[Piece]:
    old, new = re.findall(r"\s+|\S+\s*", original), re.findall(r"\s+|\S+\s*", replacement)
    found: list[Piece] = []
    for step, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new).get_opcodes():
        if step == "equal":
            found.append(Piece(Fate.KEPT, "".join(old[old_from:old_to])))
        else:
            found.append(Piece(Fate.STRUCK, "".join(old[old_from:old_to])))
            found.append(Piece(Fate.ADDED, "".join(new[new_from:new_to])))
    return found
