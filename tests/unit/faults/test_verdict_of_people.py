"""What the checks of the fault suite catch about people: assignments in nobody's queue, and who is not told once."""

from dataclasses import replace
from uuid import UUID

import pytest

from tests.faults.kit.check_agreement import those_who_document_know_every_row
from tests.faults.kit.check_people import (
    every_open_assignment_is_in_a_queue,
    every_open_order_has_a_case_worker,
    everybody_is_told_once,
)
from tests.faults.kit.facts import Heard, Notice
from tests.faults.kit.verdict import Word
from tests.unit.faults.calm import (
    ABOUT,
    ACKNOWLEDGED,
    CALM,
    DISTRIBUTED,
    ENDED,
    KEY,
    MEMBER,
    UNIT,
    WITHDRAWN,
    WORKER,
    told,
    words,
)


def test_an_open_assignment_in_nobodys_queue_is_lost() -> None:
    nowhere = replace(CALM, carried=(replace(CALM.carried[0], queue_unit_ids=()),))
    assert words(every_open_assignment_is_in_a_queue(nowhere)) == {Word.LOST}
    nobody = replace(CALM, members_at={UNIT: frozenset({"care_worker"})})
    assert words(every_open_assignment_is_in_a_queue(nobody)) == {Word.LOST}


def test_a_distributed_one_is_in_the_queue_of_each_unit_that_has_not_acknowledged() -> None:
    rows = [{"unit_id": str(UNIT)}, {"unit_id": str(MEMBER)}]
    done = told(ACKNOWLEDGED, 3, acknowledged_by=str(MEMBER), complete=False)
    told_so = (*CALM.told, told(DISTRIBUTED, 2, rows=rows), done)
    there = {UNIT: frozenset({"care_worker"}), MEMBER: frozenset({"care_worker"})}
    facts = replace(CALM, told=told_so, members_at=there)
    right = replace(CALM.carried[0], status="distributed", queue_unit_ids=(MEMBER,))
    assert words(every_open_assignment_is_in_a_queue(replace(facts, carried=(right,)))) == set()
    wrong = replace(right, queue_unit_ids=(UNIT, MEMBER))
    assert words(every_open_assignment_is_in_a_queue(replace(facts, carried=(wrong,)))) == {Word.LOST}


@pytest.mark.parametrize("status", ["acknowledged", "in_execution", "ended"])
def test_one_that_is_carried_out_is_in_the_list_of_each_unit_it_was_sent_to(status: str) -> None:
    told_so = (*CALM.told, told(DISTRIBUTED, 2, rows=[{"unit_id": str(UNIT)}, {"unit_id": str(MEMBER)}]))
    there = {UNIT: frozenset({"care_worker"}), MEMBER: frozenset({"care_worker"})}
    facts = replace(CALM, told=told_so, members_at=there)
    right = replace(CALM.carried[0], status=status, queue_unit_ids=(), unit_ids=(UNIT, MEMBER))
    assert words(every_open_assignment_is_in_a_queue(replace(facts, carried=(right,)))) == set()
    wrong = replace(right, unit_ids=(UNIT,))
    assert words(every_open_assignment_is_in_a_queue(replace(facts, carried=(wrong,)))) == {Word.LOST}


def test_an_open_order_that_no_case_worker_has_is_lost() -> None:
    assert words(every_open_order_has_a_case_worker(replace(CALM, case_workers=frozenset()))) == {Word.LOST}


@pytest.mark.parametrize(
    ("rows", "ended", "found"),
    [
        ((KEY,), (KEY,), set()),
        ((), (), {Word.LOST}),
        ((KEY,), (), {Word.LOST}),
        ((KEY, KEY), (KEY,), {Word.DUPLICATED}),
        ((KEY, MEMBER), (KEY,), {Word.PHANTOM}),
    ],
)
def test_who_documents_knows_each_row_once_and_its_end(
    rows: tuple[UUID, ...], ended: tuple[UUID, ...], found: set[Word]
) -> None:
    distributed = told(DISTRIBUTED, 2, rows=[{"unit_id": str(UNIT), "row_id": str(KEY)}])
    facts = replace(CALM, told=(*CALM.told, distributed, told(ENDED, 3, row_id=str(KEY))))
    right = Heard("deviation", ABOUT, (KEY,), (KEY,))
    known = replace(facts, heard=(Heard("journal", ABOUT, rows, ended), right))
    assert words(those_who_document_know_every_row(known)) == found
    assert words(those_who_document_know_every_row(replace(facts, heard=(right,)))) == {Word.LOST}


def test_a_notice_that_is_missing_doubled_or_out_of_nowhere_is_found() -> None:
    (notice,) = CALM.notices
    assert words(everybody_is_told_once(replace(CALM, notices=()))) == {Word.LOST}
    assert words(everybody_is_told_once(replace(CALM, notices=(notice, notice)))) == {Word.DUPLICATED}
    nobodys = Notice("started", WORKER, ABOUT)
    assert words(everybody_is_told_once(replace(CALM, notices=(notice, nobodys)))) == {Word.PHANTOM}


def test_a_withdrawal_that_crossed_a_distribution_may_be_told_or_not() -> None:
    crossed = replace(CALM, told=(*CALM.told, told(WITHDRAWN, 2), told(DISTRIBUTED, 2, rows=[])))
    (notice,) = CALM.notices
    withdrawn = Notice("assignment_withdrawn", UNIT, ABOUT)
    assert words(everybody_is_told_once(crossed)) == set()
    assert words(everybody_is_told_once(replace(crossed, notices=(notice, withdrawn)))) == set()
    assert words(everybody_is_told_once(replace(crossed, notices=(notice, withdrawn, withdrawn)))) == {Word.DUPLICATED}
