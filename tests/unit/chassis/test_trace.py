"""The trace puts what owners and receivers know of messages together as one story."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.trace import Arrived, Came, Inbox, Told, passages

NOW = datetime(2026, 11, 28, 13, 0, tzinfo=UTC)
HEARS = {"execution": ("authority",), "notify": ("authority", "execution"), "authority": ("execution",)}
ABOUT = "assignment/1"


def told(number: int, sequence: int, after: float = 0, receiver: str | None = None) -> Told:
    at = NOW + timedelta(seconds=after)
    return Told(UUID(int=number), ABOUT, sequence, "x.v1", receiver, at, at, 0, None, "system", "c")


def came(number: int, owner: str, sequence: int | None, after: float = 0) -> Came:
    at = NOW + timedelta(seconds=after)
    return Came(UUID(int=number), owner, ABOUT, sequence, "x.v1", "applied", 0, None, at, at, "system")


def box(*messages: Came, **heard: int) -> Inbox:
    return Inbox(messages, {(owner, ABOUT): last for owner, last in heard.items()})


def test_messages_of_all_owners_stand_in_the_order_in_which_they_were_written() -> None:
    story = passages({"authority": [told(1, 1), told(3, 2, 9)], "execution": [told(2, 1, 5)]}, {}, HEARS)
    assert [(one.owner, one.first.sequence) for one in story] == [("authority", 1), ("execution", 1), ("authority", 2)]


def test_each_receiver_that_hears_the_owner_has_its_part_and_a_gap_shows() -> None:
    message = came(1, "authority", 1)
    inboxes = {"execution": box(message, authority=1), "notify": box(), "authority": box()}
    (one,) = passages({"authority": [told(1, 1)]}, inboxes, HEARS)
    assert one.arrived == (Arrived("execution", message, True), Arrived("notify", None, False))


def test_a_receiver_that_has_gone_past_a_message_it_does_not_keep_is_told_from_one_that_never_got_it() -> None:
    (one,) = passages({"execution": [told(1, 1)]}, {"notify": box(execution=4), "authority": box()}, HEARS)
    assert [(part.receiver, part.passed) for part in one.arrived] == [("notify", True), ("authority", False)]


def test_what_its_owner_does_not_know_is_shown_where_it_came() -> None:
    message = came(1, "authority", None, 3)
    (one,) = passages({}, {"execution": box(), "notify": box(message)}, HEARS)
    assert (one.owner, one.told, one.at) == ("authority", None, message.received_at)
    assert one.arrived == (Arrived("notify", message, False),)


def test_two_owners_messages_with_the_same_id_are_two() -> None:
    story = passages(
        {"authority": [told(1, 1)], "execution": [told(1, 1)]}, {"notify": box(came(1, "authority", 1))}, HEARS
    )
    assert [(one.owner, one.arrived[0].came is not None) for one in story] == [
        ("authority", True),
        ("execution", False),
    ]


def test_a_request_for_history_goes_to_one_and_leaves_nothing_there() -> None:
    (one,) = passages({"notify": [told(1, 1, receiver="authority")]}, {"authority": box()}, HEARS)
    assert one.arrived == ()
