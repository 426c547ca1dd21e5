"""Shapes of the list of a household's devices."""

from __future__ import annotations

from marshmallow import Schema, fields


class KnownDevice(Schema):
    """One device that joined. `unsent`, `photos`, `app`: what it said last."""

    doc = fields.String(required=True)
    device = fields.String(required=True)
    label = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["waiting", "confirmed", "revoked"]})
    joined_at = fields.Integer(required=True, allow_none=True, metadata={"description": "ms since 1970"})
    last_seen = fields.Integer(required=True, allow_none=True, metadata={"description": "ms since 1970"})
    unsent = fields.Integer(required=True, allow_none=True)
    photos = fields.Integer(required=True, allow_none=True)
    app = fields.String(required=True, allow_none=True)
    after = fields.List(fields.String(), required=True, metadata={"description": "newest ops of `doc`"})


class DevicesOfMember(Schema):
    """One membership with its devices."""

    membership = fields.String(required=True)
    person = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    farm = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True)
    devices = fields.List(fields.Nested(KnownDevice), required=True)


class OwnDevices(Schema):
    """The people whose devices the caller may see."""

    people = fields.List(fields.Nested(DevicesOfMember), required=True)
