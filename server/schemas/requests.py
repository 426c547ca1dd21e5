"""Shapes of requests for rows and of their answers."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sync.rights import REQUESTS


class RequestShape(Schema):
    """One request made in the field."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(REQUESTS))
    made_at = fields.Integer(required=True, metadata={"description": "ms since 1970, the phone's clock"})
    values = fields.Dict(required=True)


class RequestsQuery(Schema):
    """Up to 100 requests."""

    requests = fields.List(fields.Nested(RequestShape), required=True)


class RequestAnswer(Schema):
    """How one request stands."""

    result = fields.String(
        required=True, validate=validate.OneOf(("settled", "waiting", "declined", "refused"))
    )
    row = fields.Dict()
    reason = fields.String()


class RequestsAnswer(Schema):
    """One result each, in order."""

    results = fields.List(fields.Nested(RequestAnswer), required=True)
