"""What a member wants to be told about."""

from dataclasses import dataclass
from uuid import UUID

from services.notify.notice import Kind


@dataclass(frozen=True)
class Preferences:
    """The kinds of notices that a member has chosen to be without."""

    member_id: UUID
    opted_out: tuple[Kind, ...] = ()

    @property
    def wanted(self) -> tuple[Kind, ...]:
        """The other kinds."""
        return tuple(kind for kind in Kind if kind not in self.opted_out)
