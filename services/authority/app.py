"""Wiring and table of contents of the authority service."""

from chassis.service import Blueprint
from services.authority.features import (
    clear_colleagues,
    close_assignment,
    confirm_decline,
    decide,
    draft_assignment,
    follow_progress,
    list_assignments,
    preview_assignment,
    read_assignment,
    read_decision,
    read_follow_ups,
    read_person,
    receive_follow_up,
    register_person,
    replace_declined,
    send_assignment,
    withdraw_assignment,
)
from services.authority.labels import PHASES, REASONS
from services.authority.tables import metadata

blueprint = Blueprint(
    name="authority",
    title="Myndigheten: personer, beslut och de uppdrag som beställs av utförare.",
    metadata=metadata,
    routers=(
        register_person.router,
        read_person.router,
        clear_colleagues.router,
        decide.router,
        read_decision.router,
        draft_assignment.router,
        preview_assignment.router,
        send_assignment.router,
        list_assignments.router,
        read_assignment.router,
        withdraw_assignment.router,
        confirm_decline.router,
        replace_declined.router,
        close_assignment.router,
        read_follow_ups.router,
        receive_follow_up.router,
    ),
    subscriptions=(follow_progress.subscriptions, receive_follow_up.subscriptions),
    labels={**REASONS, **PHASES},
)
