from dataclasses import replace

import pytest

from services.authority.next_step import next_step
from services.authority.status_line import Mark
from tests.support.cases import ASSIGNMENT, drafted, new_id, sent

HERE = f"/authority/assignments/{ASSIGNMENT}"


def test_a_draft_is_to_be_reviewed() -> None:
    step = next_step(drafted())
    assert step
    assert (step.text, step.path) == ("Granska och skicka", f"{HERE}/preview")


@pytest.mark.parametrize("marks", [(), (Mark.RECEIVED,), (Mark.DISTRIBUTED,), (Mark.ACKNOWLEDGED,), (Mark.STARTED,)])
def test_while_it_is_the_provider_s_turn_there_is_nothing_to_do(marks: tuple[Mark, ...]) -> None:
    assert next_step(sent(*marks)) is None


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        (Mark.DECLINED, "Bekräfta nej från utföraren"),
        (Mark.RECALLED, "Kontakta utföraren"),
        (Mark.ENDED, "Avsluta uppdraget"),
    ],
)
def test_what_the_provider_has_told_is_answered_on_the_order_s_page(mark: Mark, text: str) -> None:
    step = next_step(sent(mark))
    assert step
    assert (step.text, step.path) == (text, HERE)


def test_a_follow_up_nobody_has_received_comes_first() -> None:
    follow_up = new_id("follow-up")
    step = next_step(sent(Mark.ENDED), follow_up)
    assert step
    assert (step.text, step.path) == ("Läs uppföljningen", f"/authority/follow-ups/{follow_up}")


def test_what_another_order_stands_for_is_done() -> None:
    assert next_step(replace(sent(Mark.DECLINED), replaced_by=new_id("another"))) is None
