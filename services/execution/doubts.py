"""What to look twice at before rows are sent: nothing of it is forbidden."""

from itertools import combinations
from uuid import UUID

from chassis.pages import day
from services.execution.assignment import Assignment, Row, RowStatus


def doubts(assignment: Assignment) -> dict[UUID, tuple[str, ...]]:
    """For each row that has not been sent: days that the decision does not cover, and the same thing twice."""
    live = [row for row in assignment.rows if row.status in (RowStatus.REGISTERED, RowStatus.SENT, RowStatus.ENDED)]
    numbers = {row.id: number for number, row in enumerate(assignment.rows, 1)}
    found: dict[UUID, list[str]] = {row.id: [] for row in live if row.status is RowStatus.REGISTERED}
    for row in live:
        if row.id in found and outside(row, assignment):
            found[row.id].append(f"Rad {numbers[row.id]} går utanför beslutsperioden, {_decided(assignment)}.")
    for first, second in combinations(live, 2):
        if same_time(first, second):
            both = f"Rad {numbers[first.id]} och rad {numbers[second.id]} är samma insats på samma enhet samtidigt."
            for row in (first, second):
                if row.id in found:
                    found[row.id].append(both)
    return {row_id: tuple(sentences) for row_id, sentences in found.items() if sentences}


def outside(row: Row, assignment: Assignment) -> bool:
    """True when a row begins before the decision holds, or goes on when it no longer does."""
    begins, ends = assignment.period_from, assignment.period_to
    late = ends is not None and (row.period_to is None or row.period_to > ends)
    return late or (begins is not None and row.period_from < begins)


def same_time(one: Row, other: Row) -> bool:
    """True when a unit would carry out the same intervention twice on some day."""
    overlap = not (
        (one.period_to is not None and one.period_to < other.period_from)
        or (other.period_to is not None and other.period_to < one.period_from)
    )
    return overlap and (one.service, one.unit_id) == (other.service, other.unit_id)


def _decided(assignment: Assignment) -> str:
    begins, ends = day(assignment.period_from), day(assignment.period_to)
    return f"{begins} – {ends or 'tills vidare'}" if begins else f"till och med {ends}"
