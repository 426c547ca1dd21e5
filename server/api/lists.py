"""The reference lists of a device's organisation, packed once for each state of them."""

from __future__ import annotations

import gzip

from flask import Response, request
from flask_smorest import Blueprint

from server.auth import require_device
from server.services.lists import packed_for

blueprint = Blueprint("lists", __name__, url_prefix="/api/v1", description="Permitted, banned, labels")


@blueprint.route("/lists", methods=["GET"])
@blueprint.doc(
    responses={"200": {"description": "shape, version, loaded, banned, texts, doses, phis, products"}}
)
def lists() -> Response:
    """Give the lists that count for the caller's organisation, or 304 where the device holds them already."""
    found = packed_for(require_device().writer.organisation)
    if request.if_none_match.contains_weak(found.tag):
        answer = Response(status=304)
    elif request.accept_encodings["gzip"] > 0:
        answer = Response(found.packed, content_type="application/json; charset=utf-8")
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer = Response(gzip.decompress(found.packed), content_type="application/json; charset=utf-8")
    answer.set_etag(found.tag, weak=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization, Accept-Encoding"
    return answer
