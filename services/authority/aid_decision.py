"""A decision on aid (beslut): what the authority has granted a person, on which legal basis."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.authority.legal_basis import legal_basis


@dataclass(frozen=True)
class AidDecision:
    """One decision, as it was made; a new one is made when something else is to apply."""

    id: UUID
    person_id: UUID
    decision_number: str
    decided_on: date
    decision_maker: str = field(repr=False)
    decision_type: str = field(repr=False)
    legal_basis: str
    """A code of legal_basis.py."""
    registered_by: UUID
    registered_at: datetime
    period_from: date | None = None
    period_to: date | None = None

    @property
    def basis_shown(self) -> str:
        """11 kap. 1 § SoL (2025:400)."""
        basis = legal_basis(self.legal_basis)
        act, _, number = basis.act.partition(" ")
        return f"{basis.provision} {act} ({number})"
