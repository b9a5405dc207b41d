"""Wiring and table of contents of the authority service."""

from chassis.service import Blueprint
from services.authority.beliefs import beliefs
from services.authority.details import DETAIL_LABELS
from services.authority.features import (
    clear_colleagues,
    close_assignment,
    confirm_decline,
    confirm_sending,
    correct_person,
    decide,
    discard_draft,
    draft_assignment,
    fill_in_assignment,
    follow_progress,
    list_assignments,
    list_persons,
    new_decision,
    new_person,
    preview_assignment,
    read_assignment,
    read_decision,
    read_follow_ups,
    read_person,
    receive_follow_up,
    register_person,
    replace_order,
    send_assignment,
    withdraw_assignment,
)
from services.authority.labels import PHASES, PROTECTIONS, REASONS, ROLES
from services.authority.tables import metadata

blueprint = Blueprint(
    name="authority",
    title="Myndigheten: personer, beslut och de uppdrag som beställs av utförare.",
    metadata=metadata,
    routers=(
        list_persons.router,
        new_person.router,
        register_person.router,
        read_person.router,
        correct_person.router,
        clear_colleagues.router,
        new_decision.router,
        decide.router,
        read_decision.router,
        fill_in_assignment.router,
        draft_assignment.router,
        discard_draft.router,
        preview_assignment.router,
        send_assignment.router,
        confirm_sending.router,
        list_assignments.router,
        read_assignment.router,
        withdraw_assignment.router,
        confirm_decline.router,
        replace_order.router,
        close_assignment.router,
        read_follow_ups.router,
        receive_follow_up.router,
    ),
    subscriptions=(follow_progress.subscriptions, receive_follow_up.subscriptions),
    labels={**REASONS, **PHASES, **ROLES, **PROTECTIONS, **DETAIL_LABELS},
    beliefs=beliefs,
)
