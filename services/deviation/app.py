"""Wiring and table of contents of the deviation service."""

from chassis.service import Blueprint
from services.deviation.beliefs import beliefs
from services.deviation.deviation import LABELS
from services.deviation.features import (
    assess,
    close,
    find_by_number,
    find_manager,
    give_feedback,
    hear_persons,
    list_deviations,
    move,
    my_reports,
    new_deviation,
    read_deviation,
    register,
    remove,
    responsible_manager,
    start_analysis,
    suspect_lex,
    without_manager,
)
from services.deviation.tables import metadata

blueprint = Blueprint(
    name="deviation",
    title="Avvikelser och synpunkter: från rapport till återkoppling.",
    metadata=metadata,
    routers=(
        new_deviation.router,
        responsible_manager.router,
        register.router,
        my_reports.router,
        list_deviations.router,
        without_manager.router,
        find_by_number.router,
        read_deviation.router,
        move.router,
        start_analysis.router,
        assess.router,
        give_feedback.router,
        close.router,
        suspect_lex.router,
        remove.router,
    ),
    subscriptions=(hear_persons.subscriptions,),
    jobs={find_manager.find_managers: find_manager.EVERY_SECONDS},
    labels=LABELS,
    beliefs=beliefs,
)
