"""Who a message is from: the broker's word counts, and a message that says otherwise takes no genuine one's place."""

from datetime import UTC, datetime
from uuid import UUID

from chassis.arrival import Arrival, Delivery, read
from chassis.decision import SYSTEM
from chassis.envelope import Cause, headers
from contracts.topology import RESEND_REQUESTED, ResendRequested

ID = UUID("0192f0c1-0000-7000-8000-000000000001")
SENT = "authority.assignment-sent.v1"


def arrive(
    login: str | None, *, type: str = SENT, source: str = "/authority", body: bytes = b"{}", alone: bool = False
) -> Arrival:
    """What becomes of a message that was sent with a login; alone: where every service has a login of its own."""
    head = headers(ID, type, "assignment/1", datetime(2026, 11, 23, tzinfo=UTC), SYSTEM, Cause())
    return read(Delivery({**head, "ce-source": source, "ce-sequence": "1"}, body, type, None, 1, login, alone))


def test_what_the_owner_sent_with_its_own_login_is_taken() -> None:
    arrival = arrive("authority", alone=True)
    assert (arrival.error, arrival.id, arrival.owner, arrival.sequence) == (None, ID, "authority", 1)


def test_what_somebody_else_sent_in_the_owners_name_is_parked_with_the_reason_and_in_nobodys_place() -> None:
    arrival = arrive("journal")
    assert arrival.error == "forged origin: 'journal' sent it as 'authority'"
    assert (arrival.owner, arrival.subject, arrival.sequence) == ("", "", 0)
    assert arrival.id != ID


def test_where_services_share_a_login_the_broker_vouches_for_nobody_and_it_is_taken() -> None:
    assert arrive(None).error is None


def test_where_each_has_its_own_what_the_broker_does_not_vouch_for_is_parked() -> None:
    assert arrive(None, alone=True).error == "forged origin: the broker does not vouch for 'authority'"


def test_an_owner_tells_only_of_its_own_types() -> None:
    assert arrive("journal", source="/journal").error == f"forged origin: 'journal' tells nothing of type '{SENT}'"


def test_history_is_asked_for_by_its_receiver_alone() -> None:
    body = ResendRequested(receiver="notify").model_dump_json().encode()
    asked = {"type": RESEND_REQUESTED, "source": "/stafett", "body": body, "alone": True}
    assert arrive("notify", **asked).error is None  # type: ignore[arg-type]
    assert arrive("journal", **asked).error == "forged origin: 'journal' sent it as 'notify'"  # type: ignore[arg-type]


def test_what_has_no_place_has_the_same_id_however_often_it_is_delivered_and_another_when_it_is_another() -> None:
    own = {"ce-id": "nonsense"}
    first, again = (Delivery(own | broker, b"?", "x", None, 1) for broker in ({}, {"x-delivery-count": 1}))
    assert read(first).id == read(again).id
    assert read(again).headers == {"ce-id": "nonsense", "x-delivery-count": "1"}
    assert read(Delivery({"ce-id": "other"}, b"?", "x", None, 1)).id != read(first).id
    assert read(Delivery(own, b"!", "x", None, 1)).id != read(first).id
