"""Wiring and table of contents of the journal service."""

from chassis.service import Blueprint
from services.journal.beliefs import beliefs
from services.journal.features import (
    close_journal,
    correct_note,
    export_journal,
    follow_execution,
    insert_phrase,
    list_journals,
    lock_note,
    new_note,
    open_journal,
    print_journal,
    read_journal,
    read_note,
    request_correction,
    write_note,
)
from services.journal.labels import LABELS
from services.journal.tables import metadata

blueprint = Blueprint(
    name="journal",
    title="Journal: det som dokumenteras när insatser utförs.",
    metadata=metadata,
    routers=(
        list_journals.router,
        open_journal.router,
        read_journal.router,
        new_note.router,
        write_note.router,
        insert_phrase.router,
        read_note.router,
        lock_note.router,
        correct_note.router,
        request_correction.router,
        print_journal.router,
        close_journal.router,
        export_journal.router,
    ),
    subscriptions=(follow_execution.subscriptions,),
    jobs={lock_note.lock_due_notes: 60.0},
    labels=LABELS,
    beliefs=beliefs,
)
