"""The shape of a problem document (RFC 9457)."""

from marshmallow import Schema, fields


class FaultSchema(Schema):
    """One fault of shape."""

    detail = fields.String(required=True)
    pointer = fields.String(required=True)


class ProblemSchema(Schema):
    """What every failing answer holds."""

    type = fields.String(required=True, metadata={"description": "/problems/<slug>"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    instance = fields.String(required=True)
    next_step = fields.String(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))
