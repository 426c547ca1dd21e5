"""The transparency log as files and proofs, for any monitor: C2SP tlog-tiles under `/log/`.

A tile never changes and may be kept for ever; the checkpoint must be asked for again. Another web server may
give the same files from `TREE_DIR`.
Source: C2SP tlog-tiles; PROTOCOL §34; faults.md 79, 83.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, jsonify, request, send_file

from server.errors import Fault, ServiceError
from server.services import proving
from server.services.published import checkpoint_text, file_of_tile, log_key_text

blueprint = Blueprint("tree_log", __name__, url_prefix="/log")

FOR_EVER = "public, max-age=31536000, immutable"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


@blueprint.get("/checkpoint")
def checkpoint() -> Response:
    """Give the newest checkpoint, also while nothing may be signed."""
    answer = Response(checkpoint_text(), content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/key")
def key() -> Response:
    """Give the log's public key."""
    answer = Response(f"{log_key_text()}\n", content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/tile/<path:name>")
def tile(name: str) -> Response:
    """Give a tile of hashes or a bundle of leaves."""
    path = file_of_tile(name)
    answer = send_file(path, mimetype="application/octet-stream", conditional=True, etag=True)
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


@blueprint.get("/inclusion")
def inclusion() -> Response:
    """Give the path of leaf `index` in the tree of `size` leaves (left out: the newest)."""
    return _fresh(jsonify(proving.path_of(_number("index") or 0, _number("size", is_needed=False))))


@blueprint.get("/consistency")
def consistency() -> Response:
    """Give the proof that the tree of `size` leaves (left out: the newest) begins with that of `old`."""
    return _fresh(jsonify(proving.growth(_number("old") or 0, _number("size", is_needed=False))))


def _fresh(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _number(name: str, *, is_needed: bool = True) -> int | None:
    text = request.args.get(name)
    if text is None and not is_needed:
        return None
    if text is None or _NUMBER.fullmatch(text) is None:
        raise ServiceError("bad_request", errors=(Fault("a whole number", f"/{name}"),))
    return int(text)
