"""Content that only named services can read: a JWE (RFC 7516) to each of their public keys.

Everything outside a sealed part of an event is ids, codes, dates and numbers. The broker, the parked messages and
the logs hold a sealed part only in its encrypted form.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast, get_args

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, SerializationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Content(BaseModel):
    """A value inside an event: a list's item, or what a sealed part holds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


T = TypeVar("T", bound=Content)
Jwe = dict[str, Any]


class Seal(Protocol):
    """Encrypts content for receivers, bound to a place: the type and subject of the event that holds it."""

    def __call__(self, content: bytes, receivers: Iterable[str], *, place: str) -> Jwe: ...


ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM"]


class NotSealed(Exception):
    """Sealed content was about to leave without a key to seal it with."""


class CannotOpen(Exception):
    """No key of this service opens the sealed part."""


class Sealed(Generic[T]):
    """Content on its way to named services: readable where it was made, encrypted everywhere else."""

    def __init__(self, content: T | None, jwe: Jwe | None = None) -> None:
        self.content = content
        self.jwe = jwe
        self.place: str | None = None
        """Type and subject of the event it arrived in."""

    def __repr__(self) -> str:
        return "Sealed(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and (self.content, self.jwe) == (other.content, other.jwe)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class For:
    """The services that may open a sealed field: `order: Annotated[Sealed[Order], For("execution")]`."""

    receivers: tuple[str, ...]

    def __init__(self, *receivers: str) -> None:
        object.__setattr__(self, "receivers", receivers)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        content = get_args(source)[0]

        def accept(value: Any) -> Sealed[Any]:
            if isinstance(value, Sealed):
                return value
            if isinstance(value, Mapping) and "ciphertext" in value and "recipients" in value:
                return Sealed(None, dict(value))
            raise ValueError("expected sealed content (a JWE in its general JSON form)")

        def serialise(value: Sealed[Any], info: SerializationInfo) -> Jwe:
            if value.jwe is not None:
                return value.jwe
            seal = (info.context or {}).get("seal")
            if seal is None or value.content is None:
                raise NotSealed(f"{content.__name__} for {', '.join(self.receivers)}")
            sealed: Jwe = seal(value.content.model_dump_json().encode(), self.receivers)
            return sealed

        return core_schema.no_info_plain_validator_function(
            accept,
            serialization=core_schema.plain_serializer_function_ser_schema(serialise, info_arg=True),
            metadata={"content": content, "receivers": self.receivers},
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        metadata = cast("dict[str, Any]", schema["metadata"])
        return {
            "type": "object",
            "description": f"JWE, general JSON serialization, sealed for {', '.join(self.receivers)}; "
            "its aad is the event's type and subject",
            "required": ["protected", "recipients", "iv", "ciphertext", "tag"],
            "x-sealed-for": list(self.receivers),
            "x-content": handler(metadata["content"].__pydantic_core_schema__),
        }


@dataclass(frozen=True)
class KeyRing:
    """A service's own private keys (newest last, older ones kept to open old messages) and everybody's public ones."""

    private: tuple[OKPKey, ...]
    public: Mapping[str, OKPKey]

    def seal(self, content: bytes, receivers: Iterable[str], *, place: str) -> Jwe:
        """Encrypt content to the newest public key of each receiver. KeyError when one has none."""
        box = jwe.GeneralJSONEncryption({"enc": "A256GCM"}, content, aad=place.encode())
        for receiver in receivers:
            key = self.public[receiver]
            box.add_recipient({"alg": "ECDH-ES+A256KW", "kid": key.kid}, key)
        return cast("Jwe", jwe.encrypt_json(box, None, algorithms=ALGORITHMS))

    def open(self, sealed: Sealed[T], shape: type[T]) -> T:
        """The content of a sealed part. CannotOpen when it isn't for this service, or was tampered with or moved."""
        if sealed.content is not None:
            return sealed.content
        box = sealed.jwe or {}
        if box.get("aad") != urlsafe_b64encode((sealed.place or "").encode()).rstrip(b"=").decode():
            raise CannotOpen("sealed for another event: its aad is not this event's type and subject")
        mine = {key.kid for key in self.private}
        recipients = [r for r in box.get("recipients", ()) if r.get("header", {}).get("kid") in mine]
        if not recipients:
            raise CannotOpen("sealed for others: none of its key ids is one of ours")
        try:
            opened = jwe.decrypt_json(
                cast("Any", {**box, "recipients": recipients}), KeySet(list(self.private)), algorithms=ALGORITHMS
            )
        except (JoseError, ValueError) as error:
            raise CannotOpen(f"{type(error).__name__}: the sealed part does not open with our key") from error
        return shape.model_validate(json.loads(opened.plaintext or b"null"))
