"""Where other communes' logs ask us to sign their checkpoints: C2SP tlog-witness.

Source: PROTOCOL §34.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.api.bodies import read_body
from server.config import now_ms
from server.services import cosigning
from sync.limits import NOTE_BYTES_MAX

blueprint = Blueprint("witness", __name__, url_prefix="/witness")


@blueprint.post("/add-checkpoint")
def add_checkpoint() -> Response:
    """Sign a checkpoint that grew, or tell the size that we know. No session: the log's key is its proof."""
    cosigning.check_rate(request.remote_addr or "", now_ms())
    try:
        line = cosigning.add_checkpoint(read_body(2 * NOTE_BYTES_MAX), now_ms())
    except cosigning.OtherSize as other:
        return _text(f"{other.size}\n", 409, "text/x.tlog.size")
    return _text(line, 200, "text/plain; charset=utf-8")


def _text(text: str, status: int, kind: str) -> Response:
    answer = Response(text, status, content_type=kind)
    answer.headers["Cache-Control"] = "no-store"
    return answer
