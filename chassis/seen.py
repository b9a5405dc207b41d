"""What somebody saw when they opened a page, so that what they do there does not undo what came between."""

import hashlib

import pydantic_core

from chassis.decision import Refused


class ChangedMeanwhile(Refused):
    """Någon har ändrat det här sedan du öppnade sidan. Ditt är inte sparat än: jämför med hur det är nu och spara."""


def mark_of(*values: object) -> str:
    """A short mark of these values, the same as long as they are. It tells nothing about them."""
    return hashlib.sha256(pydantic_core.to_json(values)).hexdigest()[:32]
