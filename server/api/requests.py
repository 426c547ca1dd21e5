"""Requests for rows made in the field."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from server.api.bodies import read_json_body
from server.auth import require_device
from server.config import now_ms
from server.schemas.device import body_of
from server.schemas.requests import RequestsAnswer, RequestsQuery
from server.services.requesting import parse_requests, take
from sync.limits import REQUEST_BYTES_MAX

blueprint = Blueprint("requests", __name__, url_prefix="/api/v1", description="Rows made in the field")


@blueprint.route("/requests", methods=["POST"])
@blueprint.doc(requestBody=body_of(RequestsQuery))
@blueprint.response(200, RequestsAnswer)
def requests() -> dict[str, Any]:
    """Take requests; one result each, in order."""
    caller = require_device()
    sent = parse_requests(read_json_body(REQUEST_BYTES_MAX))
    results = []
    for answer in take(caller.writer, sent, now_ms()):
        shown: dict[str, Any] = {"result": answer.result}
        if answer.row is not None:
            shown["row"] = answer.row
        if answer.reason is not None:
            shown["reason"] = answer.reason
        results.append(shown)
    return {"results": results}
