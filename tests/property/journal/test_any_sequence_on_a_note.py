"""Whatever is done to a note, in whatever order: nothing written is lost, and the chain stays whole."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.decision import Refused
from services.journal.chain import faults
from services.journal.features.correct_note import CorrectNote, correct
from services.journal.features.lock_note import lock
from services.journal.features.request_correction import RequestCorrection, request
from services.journal.features.write_note import edit
from services.journal.note import History, Kind, exported, is_locked, lock_by_itself
from tests.support.journals import DAY, NOW, moira, note, typed
from tests.support.people import actor

COMMANDS = st.lists(
    st.tuples(st.sampled_from(["edit", "lock", "clock", "correct", "request"]), st.integers(0, 40)), max_size=8
)


def step(history: History, command: str, hours: int) -> History:
    jonas, now = actor("jonas.ek"), NOW + timedelta(hours=hours)
    if command == "edit":
        return edit(history, moira(), typed(text=f"version {len(history.entries)}"), jonas, now, DAY).state
    if command == "lock":
        return lock(history, moira(), jonas, now).state
    if command == "clock":
        return lock_by_itself(history, now).state
    if command == "request":
        return request(history, moira(), RequestCorrection(statement="Fel."), jonas, now).state
    wrong = CorrectNote(original_fragment=history.text, replacement=f"rättad {len(history.entries)}", role_title="VC")
    return correct(history, moira(), wrong, actor("tove.ahl"), now).state


@settings(max_examples=40, deadline=None)
@given(COMMANDS)
def test_nothing_is_lost_and_the_chain_stays_whole(commands: list[tuple[str, int]]) -> None:
    history, hours = note(), 0
    for command, pause in commands:
        before, hours = history, hours + pause
        try:
            history = step(history, command, hours)
        except Refused:
            continue
        assert history.entries[: len(before.entries)] == before.entries
    kinds = [entry.kind for entry in history.entries]
    assert kinds.count(Kind.LOCKED) <= 1
    assert Kind.CORRECTED not in kinds or kinds.index(Kind.LOCKED) < kinds.index(Kind.CORRECTED)
    if Kind.LOCKED in kinds:
        assert Kind.EDITED not in kinds[kinds.index(Kind.LOCKED) :]
        assert is_locked(history.note, NOW)
    whole = [exported(entry) for entry in history.entries]
    assert faults(str(history.journal.id), whole, history.journal.entries, history.journal.last_hash) == []
