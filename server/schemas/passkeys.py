"""Shapes of the requests about passkeys; what an authenticator answered is read by its own wrapper."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class _Tolerant(Schema):
    """Members that this server does not know are ignored: a newer browser may send them."""

    class Meta:
        """Options."""

        unknown = EXCLUDE


class PasskeyChallengeQuery(_Tolerant):
    """What a challenge is wanted for."""

    purpose = fields.String(required=True, validate=validate.OneOf(("register", "sign_in")))


class ResponseQuery(_Tolerant):
    """What an authenticator answered: PublicKeyCredential.toJSON()."""

    response = fields.Raw(required=True, metadata={"type": "object"})


class ChallengeAnswer(Schema):
    """A challenge and the options for `navigator.credentials`, as JSON."""

    challenge = fields.String(required=True)
    options = fields.Dict(required=True)


class FieldsAnswer(Schema):
    """What the device must sign to make the passkey."""

    scope = fields.String(required=True)
    by = fields.String(required=True)
    credential = fields.String(required=True)
    public_key = fields.String(required=True)
    transports = fields.List(fields.String(), required=True)


class LookAnswer(Schema):
    """Who signed in, and what a join of a new key must name."""

    origin = fields.String(required=True)
    epoch = fields.Integer(required=True)
    scope = fields.String(required=True)
    by = fields.String(required=True)
    passkey = fields.String(required=True)
    kind = fields.String(required=True)
    pages = fields.Boolean(required=True)
    shown = fields.Dict(required=True)
