"""The envelope of every message: CloudEvents 1.0 in binary mode, and who, why and in which order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Annotated, Any, Literal
from uuid import UUID

from cloudevents.core.bindings import rabbitmq
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from uuid_utils.compat import uuid7

from chassis.decision import Who

JSON = JSONFormat()
LONGEST_SUBJECT = 200
TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""A W3C trace context: ids and flags. Whatever else calls itself so would travel in clear to every service."""


def new_traceparent() -> str:
    """A fresh W3C trace context."""
    return f"00-{token_hex(16)}-{token_hex(8)}-01"


def _trace(given: object) -> str:
    """A trace that is one; it is given on to all who hear what comes of the message."""
    return given if isinstance(given, str) and TRACEPARENT.fullmatch(given) else new_traceparent()


@dataclass(frozen=True)
class Cause:
    """Why something is being done: one id for the whole chain, the message that led to it, and the trace."""

    correlation_id: UUID = field(default_factory=uuid7)
    causation_id: UUID | None = None
    traceparent: str = field(default_factory=new_traceparent)


class Malformed(Exception):
    """A message without the envelope that everything from Stafett has."""


class Envelope(BaseModel):
    """What the headers of a received message say."""

    model_config = ConfigDict(frozen=True)

    id: UUID = Field(alias="ce-id")
    type: str = Field(alias="ce-type", min_length=1)
    source: str = Field(alias="ce-source", min_length=1)
    subject: str = Field(alias="ce-subject", min_length=1, max_length=LONGEST_SUBJECT)
    sequence: int = Field(alias="ce-sequence", gt=0, lt=2**63)
    time: AwareDatetime = Field(alias="ce-time")
    specversion: Literal["1.0"] = Field(alias="ce-specversion")
    correlation_id: UUID = Field(alias="ce-correlationid")
    traceparent: Annotated[str, BeforeValidator(_trace)] = Field(default_factory=new_traceparent)

    @property
    def owner(self) -> str:
        """The service that tells it."""
        return self.source.removeprefix("/")


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


def read(headers: Mapping[str, str]) -> Envelope:
    """The envelope of a received message. Malformed when it isn't one of ours; the text holds none of its values."""
    try:
        return Envelope.model_validate(headers)
    except ValidationError as error:
        wrong = ", ".join(f"{fault['loc'][0]} ({fault['type']})" for fault in error.errors(include_input=False))
        raise Malformed(f"the message lacks a complete CloudEvents envelope: {wrong}") from None
