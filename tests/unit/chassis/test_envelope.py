"""The envelope of a message: CloudEvents as others read them, and nothing that is not whole."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from cloudevents.core.bindings import rabbitmq
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from chassis.decision import SYSTEM
from chassis.envelope import LONGEST_SUBJECT, TRACEPARENT, Cause, Malformed, headers, read

ID = UUID(int=7)
AT = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
CAUSE = Cause(UUID(int=8), UUID(int=9), f"00-{'a' * 32}-{'b' * 16}-01")


def written(**changed: str) -> dict[str, str]:
    head = headers(ID, "authority.assignment-sent.v1", "assignment/1", AT, SYSTEM, CAUSE)
    return {**head, "ce-sequence": "3", **{f"ce-{name}": value for name, value in changed.items()}}


def test_it_is_read_as_the_reference_library_reads_it() -> None:
    ours = read(written())
    message = rabbitmq.RabbitMQMessage(dict(written()), "application/octet-stream", b"")
    theirs = rabbitmq.from_binary(message, JSONFormat(), CloudEvent)
    assert (str(ours.id), ours.type, ours.source) == (theirs.get_id(), theirs.get_type(), theirs.get_source())
    assert (ours.subject, ours.time) == (theirs.get_subject(), theirs.get_time())
    assert (str(ours.sequence), str(ours.correlation_id)) == (
        theirs.get_extension("sequence"),
        theirs.get_extension("correlationid"),
    )
    assert (ours.owner, ours.traceparent) == ("authority", CAUSE.traceparent)


@pytest.mark.parametrize("trace", [{}, {"traceparent": "Moira Mustafsson"}])
def test_one_without_a_trace_that_is_one_gets_one(trace: dict[str, str]) -> None:
    head = {name: value for name, value in written().items() if name != "traceparent"}
    assert TRACEPARENT.fullmatch(read({**head, **trace}).traceparent)


PARTS = ("id", "type", "source", "subject", "time", "specversion", "correlationid", "sequence")


@pytest.mark.parametrize("name", PARTS)
def test_without_any_of_its_parts_it_is_none(name: str) -> None:
    head = written()
    del head[f"ce-{name}"]
    with pytest.raises(Malformed, match=rf"lacks a complete CloudEvents envelope: ce-{name} \(missing\)"):
        read(head)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "Moira Mustafsson"),
        ("type", ""),
        ("subject", ""),
        ("subject", "x" * (LONGEST_SUBJECT + 1)),
        ("sequence", "0"),
        ("sequence", str(2**63)),
        ("sequence", "Moira Mustafsson"),
        ("time", "2026-11-23T09:00:00"),
        ("specversion", "2.0"),
    ],
)
def test_a_part_that_can_not_be_is_named_and_its_value_is_not(name: str, value: str) -> None:
    with pytest.raises(Malformed, match=f"ce-{name} ") as refused:
        read(written(**{name: value}))
    assert value == "" or value not in str(refused.value)
