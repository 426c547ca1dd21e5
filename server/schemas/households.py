"""Shapes of the list of a helper's households."""

from __future__ import annotations

from marshmallow import Schema, fields

from server.schemas.own_devices import KnownDevice


class HelpGiven(Schema):
    """A right to help; one that is over is told for a while."""

    until = fields.Integer(required=True, allow_none=True, metadata={"description": "ms since 1970"})


class Helped(Schema):
    """A person of a household with its devices."""

    membership = fields.String(required=True)
    person = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    devices = fields.List(fields.Nested(KnownDevice), required=True)


class Household(Schema):
    """One household. What stands behind `help` is there only while the caller may read its diary."""

    farm = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    village = fields.String(required=True, allow_none=True)
    help = fields.Nested(HelpGiven, required=True, allow_none=True)
    people = fields.List(fields.Nested(Helped))
    last_entry_on = fields.String(allow_none=True, metadata={"description": "civil date"})
    entries = fields.Integer()
    held = fields.Integer(metadata={"description": "what waits for a person of the cooperative"})
    conflicts = fields.Integer()


class HouseholdsAnswer(Schema):
    """The households that a helper looks after, by code."""

    households = fields.List(fields.Nested(Household), required=True)
