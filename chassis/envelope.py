"""The envelope of every message: CloudEvents 1.0 in binary mode, and who, why and in which order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any
from uuid import UUID

from cloudevents.core.bindings import rabbitmq
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from uuid_utils.compat import uuid7

from chassis.decision import Who

JSON = JSONFormat()
LONGEST_SUBJECT = 200
TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""A W3C trace context: ids and flags. Whatever else calls itself so would travel in clear to every service."""


def new_traceparent() -> str:
    """A fresh W3C trace context."""
    return f"00-{token_hex(16)}-{token_hex(8)}-01"


@dataclass(frozen=True)
class Cause:
    """Why something is being done: one id for the whole chain, the message that led to it, and the trace."""

    correlation_id: UUID = field(default_factory=uuid7)
    causation_id: UUID | None = None
    traceparent: str = field(default_factory=new_traceparent)


class Malformed(Exception):
    """A message without the envelope that everything from Stafett has."""


@dataclass(frozen=True)
class Envelope:
    """What the headers of a received message say."""

    id: UUID
    type: str
    owner: str
    subject: str
    sequence: int
    time: datetime
    correlation_id: UUID
    traceparent: str


def headers(id: UUID, type: str, subject: str, time: datetime, by: Who, cause: Cause) -> dict[str, str]:
    """The AMQP headers of a message, all but `ce-sequence`, which is handed out when it is written."""
    attributes: dict[str, Any] = {
        "id": str(id),
        "type": type,
        "source": f"/{type.split('.', 1)[0]}",
        "subject": subject,
        "time": time,
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "correlationid": str(cause.correlation_id),
        "actor": str(by.member_id),
        "actorrole": by.role.replace("_", "-"),
    }
    if by.unit_id is not None:
        attributes["actorunit"] = str(by.unit_id)
    if cause.causation_id is not None:
        attributes["causationid"] = str(cause.causation_id)
    message = rabbitmq.to_binary(CloudEvent(attributes=attributes), JSON)
    return {**message.headers, "traceparent": cause.traceparent}


def read(headers: Mapping[str, Any]) -> Envelope:
    """The envelope of a received message. Malformed when it isn't one of ours."""
    text = {name: str(value) for name, value in headers.items()}
    try:
        message = rabbitmq.RabbitMQMessage(text, "application/octet-stream", b"")
        event = rabbitmq.from_binary(message, JSON, CloudEvent)
        sequence, subject = int(event.get_extension("sequence")), event.get_subject() or ""
        if not (0 < sequence < 2**63 and 0 < len(subject) <= LONGEST_SUBJECT):
            raise Malformed("sequence or subject out of bounds")
        return Envelope(
            id=UUID(event.get_id()),
            type=event.get_type(),
            owner=event.get_source().removeprefix("/"),
            subject=subject,
            sequence=sequence,
            time=event.get_time() or datetime.min,  # noqa: DTZ901 – every message of ours carries a time
            correlation_id=UUID(event.get_extension("correlationid")),
            traceparent=text.get("traceparent") or new_traceparent(),
        )
    except (CloudEventValidationError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise Malformed(f"{type(error).__name__}: the message lacks a complete CloudEvents envelope") from error
