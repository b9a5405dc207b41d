"""The AsyncAPI 3.0 document of every message: what each owner sends, and who hears it through which queue."""

from typing import Any

from contracts.event import Event
from contracts.topology import (
    DIRECT,
    EVENTS,
    HEARS,
    RESEND_REQUESTED,
    SERVICES,
    ResendRequested,
    exchange,
    queue,
)

TEXT = {"type": "string"}
ID = {"type": "string", "format": "uuid"}
HEADERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "ce-specversion": {"const": "1.0"},
        "ce-id": ID | {"description": "UUIDv7; also the AMQP message_id."},
        "ce-type": TEXT | {"description": "Also the AMQP type and the routing key."},
        "ce-source": TEXT | {"pattern": "^/[a-z]+$", "description": "The owner."},
        "ce-subject": TEXT | {"maxLength": 200, "description": "The aggregate, e.g. assignment/<id>."},
        "ce-time": {"type": "string", "format": "date-time"},
        "ce-sequence": TEXT | {"pattern": "^[1-9][0-9]*$", "description": "The subject's number, one up per event."},
        "ce-correlationid": ID | {"description": "One id for the whole chain."},
        "ce-causationid": ID | {"description": "The message that led to this one, when one did."},
        "ce-actor": ID | {"description": "The member who acted; all zeros for the system."},
        "ce-actorrole": TEXT | {"description": "The role they acted in, at the time."},
        "ce-actorunit": ID | {"description": "The unit they acted at."},
        "traceparent": TEXT | {"pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
    },
    "required": [
        *("ce-specversion", "ce-id", "ce-type", "ce-source", "ce-subject", "ce-time", "ce-sequence"),
        *("ce-correlationid", "ce-actor", "ce-actorrole", "traceparent"),
    ],
}
MESSAGE_BINDING = {"amqp": {"contentEncoding": "UTF-8", "bindingVersion": "0.3.0"}}
OPERATION_BINDING = {"amqp": {"deliveryMode": 2, "mandatory": True, "ack": True, "bindingVersion": "0.3.0"}}


def heard_by(owner: str) -> list[str]:
    """The services whose queue is bound to this owner's exchange."""
    return [service for service in SERVICES if owner in HEARS[service]]


def owned_by(owner: str) -> list[str]:
    """The types of event this service tells."""
    return [type for type, event in EVENTS.items() if event.owner == owner]


def asyncapi() -> dict[str, Any]:
    """The whole document; payloads are the committed schemas."""
    owners = [owner for owner in SERVICES if owned_by(owner)]
    events = {type: _message(event) for type, event in EVENTS.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Stafett",
            "version": "0.1.0",
            "description": "CloudEvents 1.0 in binary mode over RabbitMQ: the headers are the envelope, the body is "
            "the event alone. A subject's events are numbered one by one and applied in that order, exactly once.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "{host}:5672",
                "pathname": "/",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "variables": {"host": {"default": "127.0.0.1", "description": "STAFETT_AMQP_URL says where it is."}},
            }
        },
        "channels": {exchange(owner): _channel(owner) for owner in owners} | {DIRECT: _direct()},
        "operations": _operations(owners),
        "components": {"messages": events | {RESEND_REQUESTED: _resend()}, "schemas": {"headers": HEADERS}},
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": event.__doc__,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {"$ref": f"../contracts/schemas/{event.type}.json"},
        "bindings": MESSAGE_BINDING,
    }


def _resend() -> dict[str, Any]:
    return {
        "name": RESEND_REQUESTED,
        "title": ResendRequested.__name__,
        "summary": ResendRequested.__doc__,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": ResendRequested.model_json_schema(),
        "bindings": MESSAGE_BINDING,
    }


def _channel(owner: str) -> dict[str, Any]:
    types = owned_by(owner)
    return {
        "address": "{type}",
        "title": f"What {owner} tells",
        "parameters": {"type": {"enum": types, "description": "The routing key is the event's type."}},
        "messages": {type: {"$ref": f"#/components/messages/{type}"} for type in types},
        "bindings": _exchange(exchange(owner), "topic"),
    }


def _direct() -> dict[str, Any]:
    types = [*EVENTS, RESEND_REQUESTED]
    return {
        "address": "{receiver}",
        "title": "To one service: history sent again, and requests for it",
        "parameters": {"receiver": {"enum": list(SERVICES), "description": "The routing key is the receiver."}},
        "messages": {type: {"$ref": f"#/components/messages/{type}"} for type in types},
        "bindings": _exchange(DIRECT, "direct"),
    }


def _exchange(name: str, kind: str) -> dict[str, Any]:
    return {
        "amqp": {
            "is": "routingKey",
            "exchange": {"name": name, "type": kind, "durable": True, "autoDelete": False, "vhost": "/"},
            "bindingVersion": "0.3.0",
        }
    }


def _operations(owners: list[str]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for owner in owners:
        types = owned_by(owner)
        operations[f"{owner}.send"] = _operation("send", exchange(owner), types, f"{owner} tells what has happened.")
        for service in heard_by(owner):
            summary = f"{service} hears {owner} through the queue {queue(service)}."
            operations[f"{service}.receive.{owner}"] = _operation("receive", exchange(owner), types, summary)
    for service in SERVICES:
        heard = [type for owner in HEARS[service] for type in owned_by(owner)]
        asks = f"{service} asks an owner to send its history again."
        operations[f"{service}.ask"] = _operation("send", DIRECT, [RESEND_REQUESTED], asks)
        again = f"{service} hears what is sent again to it alone, and who asks it for its history."
        operations[f"{service}.receive.again"] = _operation("receive", DIRECT, [*heard, RESEND_REQUESTED], again)
    return operations


def _operation(action: str, channel: str, types: list[str], summary: str) -> dict[str, Any]:
    place = f"#/channels/{channel}"
    return {
        "action": action,
        "channel": {"$ref": place},
        "summary": summary,
        "messages": [{"$ref": f"{place}/messages/{type}"} for type in types],
        "bindings": OPERATION_BINDING,
    }
