"""An exported journal with an entry of every kind, and what the verifier says of one."""

import json
from typing import Any

from cli.journal import problems
from services.journal.features.correct_note import CorrectNote, correct
from services.journal.features.lock_note import lock
from services.journal.features.request_correction import RequestCorrection, request
from services.journal.features.write_note import edit
from services.journal.note import exported
from tests.support.journals import DAY, NOW, moira, note, typed
from tests.support.people import actor


def export() -> dict[str, Any]:
    """Written, changed, write-protected, corrected, and with a request for correction."""
    jonas, tove = actor("jonas.ek"), actor("tove.ahl")
    history = edit(note(), moira(), typed(text='Åt "frukost" 😀 <b>'), jonas, NOW, DAY).state
    history = lock(history, moira(), jonas, NOW).state
    wrong = CorrectNote(original_fragment="frukost", replacement="lunch", role_title="Verksamhetschef")
    history = correct(history, moira(), wrong, tove, NOW).state
    history = request(history, moira(), RequestCorrection(statement="Jag åt inget."), jonas, NOW).state
    return {
        "journal_id": str(history.journal.id),
        "entry_count": history.journal.entries,
        "last_hash": history.journal.last_hash,
        "entries": [exported(entry) for entry in history.entries],
    }


def found(content: object) -> list[str]:
    """What is wrong with it, one line each."""
    return problems(json.dumps(content).encode())
