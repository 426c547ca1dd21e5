"""Shapes of what a phone is told."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from server.services.bulletins import KINDS


class BulletinTold(Schema):
    """One bulletin; title and text are plain text."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = fields.String(required=True)
    text = fields.String(required=True)
    urgent = fields.Boolean(required=True)
    starts_on = fields.String(required=True, metadata={"description": "civil date"})
    ends_on = fields.String(required=True, metadata={"description": "civil date, included"})
    published_at = fields.Integer(required=True, metadata={"description": "ms since 1970"})
    by = fields.String(required=True, metadata={"description": "name of the organisation"})


class PriceLine(Schema):
    """What a product cost at a market: `days` holds [civil date, low, high], whole đồng a unit."""

    product = fields.String(required=True)
    market = fields.String(required=True)
    unit = fields.String(required=True)
    source = fields.String(required=True)
    days = fields.List(fields.List(fields.Raw()), required=True)


class ProposalTold(Schema):
    """What the caller proposed, and the answer so far."""

    id = fields.String(required=True)
    made_at = fields.Integer(required=True)
    text = fields.String(required=True)
    voice_seconds = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("new", "read", "answered", "done")))
    answer = fields.String(required=True)
    answered_at = fields.Integer(required=True, allow_none=True)
    by = fields.String(required=True)


class BulletinsAnswer(Schema):
    """What is told to the calling device."""

    bulletins = fields.List(fields.Nested(BulletinTold), required=True)
    prices = fields.List(fields.Nested(PriceLine), required=True)
    proposals = fields.List(fields.Nested(ProposalTold), required=True)
