"""A published lot's bundle as a file: `/t/<code>/bundle.json`, for whoever wants to check it without us.

Source: PROTOCOL §37.
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, request

from server.config import now_ms
from server.errors import ServiceError
from server.services import bundling, tracing
from sync.codes import read_code

blueprint = Blueprint("bundles", __name__)

SECONDS = 60  # a new publication is seen as soon as on the lot's page


@blueprint.get("/t/<code>/bundle.json")
def bundle(code: str) -> Response:
    """Give the bundle; 404 for a code that is none, and while it waits for the public log."""
    read = read_code(code)
    traced = None if read is None else tracing.find(read)
    if traced is None:
        tracing.check_miss(request.remote_addr or "", now_ms())
        raise ServiceError("not_found")
    text = bundling.text_of(traced.scope, traced.doc)
    if text is None:
        raise ServiceError("not_found", "Lô này đang chờ ghi vào nhật ký công khai.")
    answer = Response(text, mimetype="application/json")
    answer.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    answer.set_etag(hashlib.sha256(text.encode()).hexdigest()[:27])
    answer.make_conditional(request)
    return answer
