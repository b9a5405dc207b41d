"""Wiring and table of contents of the notify service."""

from chassis.service import Blueprint
from services.notify.features import choose, inbox, read_notice, sent, settle_news, tell
from services.notify.tables import metadata
from services.notify.wording import LABELS

blueprint = Blueprint(
    name="notify",
    title="Inkorg och skickat: vem som ska veta vad, och vem som har läst.",
    metadata=metadata,
    routers=(
        inbox.router,
        read_notice.router,
        sent.router,
        choose.router,
    ),
    subscriptions=(tell.subscriptions,),
    jobs={settle_news.settle_news: settle_news.EVERY_SECONDS},
    labels=LABELS,
)
