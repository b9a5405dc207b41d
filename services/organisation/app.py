"""Wiring and table of contents of the organisation service."""

from chassis.service import Blueprint
from services.organisation.features import change_managers, change_member, change_unit, list_members, list_units
from services.organisation.tables import metadata

blueprint = Blueprint(
    name="organisation",
    title="Enheter, medarbetare med roller, och ansvariga chefer.",
    metadata=metadata,
    routers=(
        list_units.router,
        change_unit.router,
        change_managers.router,
        list_members.router,
        change_member.router,
    ),
)
