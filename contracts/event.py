"""The shape shared by every event: a fact that has happened, told by the one service that owns it."""

import re
from functools import partial
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from contracts.sealed import Seal, Sealed

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""A machine code from a list that a municipality may extend; never free text."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A digest in lower-case hexadecimal."""


def kebab(name: str) -> str:
    """AssignmentSent -> assignment-sent."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


class Event(BaseModel):
    """A fact that has happened.

    Subclasses live in the module named after the service that owns them and say which field names the aggregate:
    `class AssignmentSent(Event, about="assignment_id")` in contracts/authority.py is
    `authority.assignment-sent.v1` about `assignment/<id>`. Readers ignore fields they don't know.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    owner: ClassVar[str]
    type: ClassVar[str]
    about: ClassVar[str]

    def __init_subclass__(cls, *, about: str, version: int = 1) -> None:
        cls.owner = cls.__module__.rsplit(".", 1)[-1]
        cls.type = f"{cls.owner}.{kebab(cls.__name__)}.v{version}"
        cls.about = about

    @property
    def subject(self) -> str:
        """The aggregate, e.g. `assignment/0192…`: its events are numbered one by one and applied in that order."""
        identity: UUID = getattr(self, self.about)
        return f"{self.about.removesuffix('_id')}/{identity}"

    @model_validator(mode="after")
    def _tell_sealed_parts_where_they_are(self) -> Self:
        """A sealed part that has been moved here from another event does not open."""
        for value in vars(self).values():
            if isinstance(value, Sealed):
                value.place = f"{self.type} {self.subject}"
        return self

    def body(self, seal: Seal) -> bytes:
        """The event as JSON, its sealed parts encrypted and bound to its type and subject."""
        context = {"seal": partial(seal, place=f"{self.type} {self.subject}")}
        return self.model_dump_json(context=context).encode()
