"""A scope by document: what is open first, the rest when somebody opens it."""

from __future__ import annotations

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from server.auth import require_device
from server.errors import Fault, ServiceError
from server.schemas.scopes import DocumentAnswer, StartAnswer
from server.services import opening
from sync import ids
from sync.errors import Refusal
from sync.log import Cursor, parse_cursor

blueprint = Blueprint("scopes", __name__, url_prefix="/api/v1", description="A scope by document")


@blueprint.route("/scopes/<scope>/start", methods=["GET"])
@blueprint.doc(
    responses={"200": {"description": "A page of open documents", "schema": StartAnswer}},
    parameters=[
        {
            "in": "query",
            "name": "from",
            "schema": {"type": "string"},
            "description": "`next` of the page before",
        },
        {"in": "query", "name": "at", "schema": {"type": "string"}, "description": "`at` of the first page"},
    ],
)
def start(scope: str) -> Response:
    """Give the open documents whole, as of one point of the log; then sync goes on from `at`."""
    caller = require_device()
    page = opening.start(caller.scopes, scope, _from(), _at())
    answer = {"at": page.at} | _whole(page.ops, page.assertions)
    return jsonify(answer if page.next is None else answer | {"next": page.next})


@blueprint.route("/scopes/<scope>/documents/<doc>", methods=["GET"])
@blueprint.doc(responses={"200": {"description": "All ops of the document", "schema": DocumentAnswer}})
def document(scope: str, doc: str) -> Response:
    """Give all ops of one document."""
    return jsonify(_whole(*opening.document(require_device().scopes, scope, doc)))


def _whole(ops: list[opening.Wire], assertions: list[opening.Wire]) -> dict[str, object]:
    """Return whole documents as an answer carries them: the touches of passkeys only where there are some."""
    return {"ops": ops, "assertions": assertions} if assertions else {"ops": ops}


def _from() -> str:
    text = request.args.get("from", "")
    if text and not ids.is_doc(text):
        raise ServiceError("bad_request", errors=(Fault("no name of a document", "/from"),))
    return text


def _at() -> Cursor | None:
    try:
        return parse_cursor(request.args.get("at", "0"))
    except Refusal:
        raise ServiceError("bad_request", errors=(Fault("no cursor", "/at"),)) from None
