"""Shapes of the device's requests: texts of bounded length, nothing looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from server.errors import Fault, ServiceError
from sync import limits

_UUID = validate.Regexp(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_DEVICE = validate.Regexp(r"^[a-z2-7]{32}\Z")
_SHORT = validate.Length(1, 100)


class _Tolerant(Schema):
    """Members that this server does not know are ignored: a newer phone may send them."""

    class Meta:
        """Options."""

        unknown = EXCLUDE


class InviteQuery(_Tolerant):
    """A look at an invitation, by secret or by code."""

    invite = fields.String(required=True, validate=_UUID)
    secret = fields.String(validate=_SHORT)
    code = fields.String(validate=_SHORT)


class JoinQuery(_Tolerant):
    """A join op and the key that signed it."""

    body = fields.String(required=True, validate=validate.Length(1, limits.BODY_BYTES_MAX))
    signature = fields.String(required=True, validate=_SHORT)
    key = fields.String(required=True, validate=_SHORT)
    code = fields.String(validate=_SHORT)
    assertion = fields.Dict(metadata={"description": "a passkey's answer over the id of the join"})


class ChallengeQuery(_Tolerant):
    """A device that wants a challenge."""

    device = fields.String(required=True, validate=_DEVICE)


class SentOpShape(_Tolerant):
    """An op as it travels."""

    body = fields.String(required=True, validate=validate.Length(1, limits.BODY_BYTES_MAX))
    private = fields.String(validate=validate.Length(1, limits.PRIVATE_BYTES_MAX))
    signature = fields.String(required=True, validate=_SHORT)


class SessionQuery(_Tolerant):
    """A signed challenge; after a restore with the ops of the device's own documents."""

    device = fields.String(required=True, validate=_DEVICE)
    nonce = fields.String(required=True, validate=_SHORT)
    signature = fields.String(required=True, validate=_SHORT)
    ops = fields.List(fields.Nested(SentOpShape), validate=validate.Length(max=20))
    assertions = fields.List(
        fields.Raw(), metadata={"description": "touches of passkeys over these ops, as in a sync request"}
    )


class Nonce(Schema):
    """A challenge."""

    nonce = fields.String(required=True)


class SessionAnswer(Schema):
    """A session and the device's own ops."""

    token = fields.String(required=True)
    expires_at = fields.Integer(required=True, metadata={"description": "ms since 1970"})
    ops = fields.List(fields.Dict())
    assertions = fields.List(fields.Dict(), metadata={"description": "those of the ops"})
    pages = fields.Boolean(metadata={"description": "of a browser: whether its cookie shows pages now"})


class JoinAnswer(Schema):
    """How a join ended; a held one opens no session."""

    result = fields.String(required=True)
    ops = fields.List(fields.Dict(), required=True)
    assertions = fields.List(fields.Dict())
    pages = fields.Boolean()
    token = fields.String()
    expires_at = fields.Integer()


class InviteAnswer(Schema):
    """What an invitation shows and what its join op must name."""

    origin = fields.String(required=True)
    epoch = fields.Integer(required=True)
    scope = fields.String(required=True)
    doc = fields.String(required=True)
    after = fields.List(fields.String(), required=True)
    by = fields.String(required=True)
    kind = fields.String(required=True)
    confirm = fields.Boolean(required=True)
    shown = fields.Dict(required=True)
    farm = fields.String(allow_none=True)


def load(schema: Schema, data: Mapping[str, object]) -> dict[str, Any]:
    """Return the values of a body that has the schema's shape.

    Raises: ServiceError(bad_request) with each fault and its place.
    """
    try:
        loaded = schema.load(data)
    except ValidationError as error:
        raise ServiceError("bad_request", status=400, errors=tuple(_faults(error.messages, "#"))) from error
    return dict(loaded)


def body_of(schema: type[Schema]) -> dict[str, object]:
    """Return the OpenAPI part that says a route takes this shape."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _faults(messages: object, pointer: str) -> list[Fault]:
    if isinstance(messages, Mapping):
        return [fault for name, inner in messages.items() for fault in _faults(inner, f"{pointer}/{name}")]
    if isinstance(messages, list):
        return [Fault(str(text), pointer) for text in messages]
    return []
