"""What a case worker has to do next with an order, when there is something."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel

from services.authority.assignment import Assignment, Phase

TO_DO: Mapping[Phase, tuple[str, str]] = {
    Phase.DRAFT: ("Granska och skicka", "/preview"),
    Phase.RECALLED: ("Kontakta utföraren", ""),
    Phase.DECLINED: ("Bekräfta nej från utföraren", ""),
    Phase.DECLINE_CONFIRMED: ("Välj en annan utförare", ""),
    Phase.ENDED: ("Avsluta uppdraget", ""),
}
"""Phase -> what to do, and on which page below the order's own."""


class NextStep(BaseModel):
    """What to do, and where."""

    text: str
    path: str


def next_step(order: Assignment, unread: UUID | None = None) -> NextStep | None:
    """unread: a follow-up that has come and that nobody has received. None while it is the provider's turn."""
    if unread is not None:
        return NextStep(text="Läs uppföljningen", path=f"/authority/follow-ups/{unread}")
    if order.phase not in TO_DO or order.replaced_by is not None:
        return None
    text, page = TO_DO[order.phase]
    return NextStep(text=text, path=f"/authority/assignments/{order.id}{page}")
