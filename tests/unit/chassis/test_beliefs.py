"""Two services believe the same when they say the same facts of what both speak of and both have heard."""

from uuid import UUID

from chassis.beliefs import Believed, Compared, Difference, compare, next_ids

ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)
KINDS = frozenset({"sent", "row"})


def believed(*facts: str, told: int = 1, heard: int = 2) -> Believed:
    return Believed(frozenset(facts), told, heard)


def heard(*facts: str, told: int = 2, heard: int = 1) -> Believed:
    return Believed(frozenset(facts), told, heard)


def test_those_who_say_the_same_agree_whatever_else_one_of_them_speaks_of() -> None:
    mine, yours = {ONE: believed("sent", "row:a", "closed")}, {ONE: heard("sent", "row:a", "carried")}
    assert compare(mine, yours, KINDS, [ONE]) == Compared(1, 0, ())


def test_what_only_one_says_is_a_difference_also_when_the_other_knows_nothing() -> None:
    found = compare({ONE: believed("sent", "row:a")}, {ONE: heard("sent", "row:b")}, KINDS, [ONE])
    assert found.differ == (Difference(ONE, ("row:a",), ("row:b",)),)
    assert compare({ONE: Believed(frozenset({"sent"}))}, {}, KINDS, [ONE]).differ == (Difference(ONE, ("sent",), ()),)


def test_what_is_on_its_way_either_way_is_left_out() -> None:
    mine = {ONE: believed("sent", told=2), TWO: believed("sent", heard=1)}
    yours = {ONE: heard(), TWO: heard()}
    assert compare(mine, yours, KINDS, [ONE, TWO]) == Compared(0, 2, ())


def test_beyond_the_end_of_a_full_page_nothing_is_compared_yet() -> None:
    assert next_ids([ONE, TWO], [ONE, THREE], 2) == [ONE, TWO]
    assert next_ids([ONE, TWO], [THREE], 2) == [ONE, TWO]
    assert next_ids([ONE], [TWO, THREE], 3) == [ONE, TWO, THREE]
    assert next_ids([], [], 2) == []
