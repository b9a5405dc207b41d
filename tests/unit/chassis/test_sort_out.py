"""Which of the messages that arrive together can be applied at once, and in which order."""

from uuid import UUID

from chassis.arrival import Arrival, Position, sort_out

NEW = Position(0, None)


def arrival(subject: str, sequence: int, id: int = 0) -> Arrival:
    return Arrival(UUID(int=id), "authority", subject, sequence, "t", {}, b"", None)


def sorted_out(arrivals: list[Arrival], **positions: Position) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    ready, waiting = sort_out(arrivals, {("authority", subject): at for subject, at in positions.items()})
    return [(a.subject, a.sequence) for a in ready], [(a.subject, a.sequence) for a in waiting]


def test_each_subject_goes_in_its_order_however_they_arrive() -> None:
    arrivals = [arrival("a", 2), arrival("b", 1), arrival("a", 1), arrival("b", 2)]
    assert sorted_out(arrivals, a=NEW, b=NEW) == ([("b", 1), ("a", 1), ("a", 2), ("b", 2)], [])


def test_subjects_are_taken_as_they_come() -> None:
    arrivals = [arrival("a", 1), arrival("b", 1), arrival("a", 2), arrival("b", 2)]
    assert sorted_out(arrivals, a=NEW, b=NEW) == ([("a", 1), ("b", 1), ("a", 2), ("b", 2)], [])


def test_what_has_been_applied_before_is_left_out() -> None:
    assert sorted_out([arrival("a", 3), arrival("a", 4)], a=Position(3, None)) == ([("a", 4)], [])


def test_what_is_delivered_twice_is_applied_once() -> None:
    assert sorted_out([arrival("a", 1), arrival("a", 1, id=1)], a=NEW) == ([("a", 1)], [])


def test_what_comes_after_a_gap_waits() -> None:
    assert sorted_out([arrival("a", 1), arrival("a", 3)], a=NEW) == ([("a", 1)], [("a", 3)])


def test_a_subject_of_which_something_is_stored_goes_on_until_there() -> None:
    arrivals = [arrival("a", 4), arrival("a", 5), arrival("a", 6), arrival("b", 1)]
    assert sorted_out(arrivals, a=Position(3, 5), b=NEW) == ([("a", 4), ("b", 1)], [("a", 5), ("a", 6)])
    assert sorted_out(arrivals, a=Position(3, 4), b=NEW) == ([("b", 1)], [("a", 4), ("a", 5), ("a", 6)])


def test_all_of_a_subject_that_somebody_else_is_at_is_stored() -> None:
    assert sorted_out([arrival("a", 2), arrival("b", 1), arrival("a", 1)], b=NEW) == ([("b", 1)], [("a", 1), ("a", 2)])
