"""A helper's households: how each is doing, with an ETag, asked after every sync."""

from __future__ import annotations

from flask import Response, request
from flask_smorest import Blueprint

from server.auth import require_device
from server.config import now_ms
from server.schemas.households import HouseholdsAnswer
from server.services.households import households

blueprint = Blueprint("households", __name__, url_prefix="/api/v1", description="A helper's households")


@blueprint.route("/households", methods=["GET"])
@blueprint.doc(
    responses={
        "200": {"description": "by code", "content": {"application/json": {"schema": HouseholdsAnswer}}},
        "304": {"description": "The caller has it"},
    }
)
def listed() -> Response:
    """Give the list, or 304 where the device holds it already."""
    caller = require_device()
    found = households(caller.writer, dict(caller.scopes), now_ms())
    if request.if_none_match.contains_weak(found.tag):
        answer = Response(status=304)
    else:
        answer = Response(found.text, content_type="application/json; charset=utf-8")
    answer.set_etag(found.tag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization"
    return answer
