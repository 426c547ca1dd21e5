"""A device's way in: a look at its invitation, the join, the challenge, the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from server.api.bodies import read_json_body
from server.auth import console_token, set_console_cookie
from server.config import now_ms
from server.errors import ServiceError
from server.schemas.device import (
    ChallengeQuery,
    InviteAnswer,
    InviteQuery,
    JoinAnswer,
    JoinQuery,
    Nonce,
    SessionAnswer,
    SessionQuery,
    body_of,
    load,
)
from server.services import console_sessions, joining, joining_alone, sessions
from sync.errors import Refusal
from sync.wire import SentAssertion, SentOp, parse_assertions

BODY_BYTES_MAX = 64 * 1024
SESSION_BYTES_MAX = 1024 * 1024

blueprint = Blueprint("device", __name__, url_prefix="/api/v1/device", description="Joining, device sessions")


@blueprint.route("/invite", methods=["POST"])
@blueprint.doc(requestBody=body_of(InviteQuery))
@blueprint.response(200, InviteAnswer)
def invite() -> joining.Look:
    """Show what an invitation is for. Changes nothing; a wrong secret or code is one of five tries."""
    sent = load(InviteQuery(), read_json_body(BODY_BYTES_MAX))
    return joining.look(sent["invite"], sent.get("secret"), sent.get("code"), _address(), now_ms())


@blueprint.route("/join", methods=["POST"])
@blueprint.doc(requestBody=body_of(JoinQuery))
@blueprint.response(200, JoinAnswer)
def join() -> Response:
    """Take the join op of a new key, by an invitation or a passkey; the same again ends the same way."""
    sent = load(JoinQuery(), read_json_body(BODY_BYTES_MAX))
    parts = (sent["body"], sent["signature"], sent["key"])
    joined = (
        joining_alone.join(*parts, sent["assertion"], _address(), now_ms())
        if "assertion" in sent
        else joining.join(*parts, sent.get("code"), _address(), now_ms())
    )
    answer: dict[str, Any] = {"result": joined.result, "ops": joined.ops}
    if joined.assertions:
        answer["assertions"] = joined.assertions
    if joined.opened is None:
        return jsonify(answer)
    answer |= {"token": joined.opened.token, "expires_at": joined.opened.expires_at}
    return _with_cookie(answer, joined.device, joined.kind)


@blueprint.route("/challenge", methods=["POST"])
@blueprint.doc(requestBody=body_of(ChallengeQuery))
@blueprint.response(200, Nonce)
def challenge() -> dict[str, str]:
    """Give a nonce of 32 bytes, good for one answer within 5 minutes; unknown devices get one too."""
    sent = load(ChallengeQuery(), read_json_body(BODY_BYTES_MAX))
    return {"nonce": sessions.challenge(sent["device"], _address(), now_ms())}


@blueprint.route("/session", methods=["POST"])
@blueprint.doc(requestBody=body_of(SessionQuery))
@blueprint.response(200, SessionAnswer)
def session() -> Response:
    """Open a session of 24 hours for the device that signed the nonce."""
    sent = load(SessionQuery(), read_json_body(SESSION_BYTES_MAX))
    own = [SentOp(op["body"], op.get("private"), op["signature"]) for op in sent.get("ops", [])]
    touches = _touches(sent.get("assertions", []))
    opened = sessions.open_session(sent["device"], sent["nonce"], sent["signature"], own, touches, now_ms())
    answer: dict[str, Any] = {"token": opened.opened.token, "expires_at": opened.opened.expires_at}
    answer["ops"] = opened.ops
    if opened.assertions:
        answer["assertions"] = opened.assertions
    return _with_cookie(answer, sent["device"], opened.kind)


@blueprint.route("/leave", methods=["POST"])
@blueprint.doc(responses={"200": {"description": "the browser keeps nothing of this site"}})
def leave() -> Response:
    """Let the browser drop all that it keeps of this site, after its last person left (fault case 21).

    Ours alone may ask: the answer to a foreign page's request would wipe a diary. A browser that says nothing
    of where a request comes from gets no.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        raise ServiceError("csrf")
    answer = jsonify({})
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _touches(listed: list[Any]) -> tuple[SentAssertion, ...]:
    try:
        return parse_assertions(listed)
    except Refusal as error:
        raise ServiceError(error.slug) from error


def _with_cookie(answer: Mapping[str, object], device: str, kind: str) -> Response:
    """Join a browser's key to the console's session of its cookie, or begin one to make a passkey in."""
    if kind != "browser":
        return jsonify(answer)
    bound = console_sessions.bind(console_token(), device, now_ms())
    page = jsonify({**answer, "pages": bound.shows_pages})
    if bound.token is not None:
        set_console_cookie(page, bound.token)
    return page


def _address() -> str:
    return request.remote_addr or ""
