"""Passkeys: a challenge, the making of one by a device's person, and signing in by one."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from server.api.bodies import read_json_body
from server.auth import console_token, require_device, set_console_cookie
from server.config import now_ms
from server.schemas.device import body_of, load
from server.schemas.passkeys import (
    ChallengeAnswer,
    FieldsAnswer,
    LookAnswer,
    PasskeyChallengeQuery,
    ResponseQuery,
)
from server.services import passkeys

BODY_BYTES_MAX = 64 * 1024

blueprint = Blueprint("passkeys", __name__, url_prefix="/api/v1/passkeys", description="Passkeys of people")


@blueprint.route("/challenge", methods=["POST"])
@blueprint.doc(requestBody=body_of(PasskeyChallengeQuery))
@blueprint.response(200, ChallengeAnswer)
def challenge() -> dict[str, Any]:
    """Give a challenge for one answer within 5 minutes; `register` needs a device's session."""
    purpose = load(PasskeyChallengeQuery(), read_json_body(BODY_BYTES_MAX))["purpose"]
    who = require_device().writer if purpose == "register" else None
    text, options = passkeys.challenge(purpose, who, request.remote_addr or "", now_ms())
    return {"challenge": text, "options": options}


@blueprint.route("/register", methods=["POST"])
@blueprint.doc(requestBody=body_of(ResponseQuery))
@blueprint.response(200, FieldsAnswer)
def register() -> passkeys.Fields:
    """Verify a new passkey and say what the device must sign; nothing counts before that op is in the log."""
    who = require_device().writer
    response = load(ResponseQuery(), read_json_body(BODY_BYTES_MAX))["response"]
    return passkeys.register(response, who, console_token(), now_ms())


@blueprint.route("/session", methods=["POST"])
@blueprint.doc(requestBody=body_of(ResponseQuery))
@blueprint.response(200, LookAnswer)
def session() -> Response:
    """Sign in by a passkey; a staff member's browser gets the console's session as a cookie."""
    response = load(ResponseQuery(), read_json_body(BODY_BYTES_MAX))["response"]
    look = passkeys.sign_in(response, now_ms())
    answer = jsonify(LookAnswer().dump(look))
    if look.token is not None:
        set_console_cookie(answer, look.token)
    return answer
