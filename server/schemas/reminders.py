"""Shapes of a phone's reminders."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from server.services.reminding import DAYS_MAX


class WakeMe(Schema):
    """Where and on which days a phone is woken; null for the address: nowhere."""

    endpoint = fields.String(required=True, allow_none=True, validate=validate.Length(max=1000))
    days = fields.List(
        fields.String(validate=validate.Length(equal=10)),
        load_default=list,
        validate=validate.Length(max=DAYS_MAX),
        metadata={"description": "civil dates"},
    )


class Reminders(Schema):
    """What a phone must know. `key`: of the server, 65 bytes in base64url; null: it reminds nobody here."""

    key = fields.String(required=True, allow_none=True)
    on = fields.Boolean(required=True)
