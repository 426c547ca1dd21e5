"""Shapes of what a scope gives by document."""

from __future__ import annotations

from marshmallow import Schema, fields


class WireOp(Schema):
    """One op of the log, as in the answer to a sync."""

    scope = fields.String(required=True)
    seq = fields.Integer(required=True)
    received_at = fields.Integer(required=True, metadata={"description": "ms since 1970, server's clock"})
    body = fields.String(required=True)
    private = fields.String()
    signature = fields.String(required=True)


class StartAnswer(Schema):
    """A page of open documents, each with all of its ops up to `at`."""

    at = fields.String(required=True, metadata={"description": "cursor to go on from"})
    ops = fields.List(fields.Nested(WireOp), required=True)
    assertions = fields.List(fields.Dict(), metadata={"description": "those of the ops"})
    next = fields.String(metadata={"description": "document that the next page begins with"})


class DocumentAnswer(Schema):
    """All ops of one document."""

    ops = fields.List(fields.Nested(WireOp), required=True)
    assertions = fields.List(fields.Dict(), metadata={"description": "those of the ops"})
