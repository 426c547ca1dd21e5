"""The one route that phones live by: `POST /api/v1/sync`."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from server.api.bodies import read_json_body
from server.api.photos import photo_store
from server.auth import require_device
from server.config import now_ms
from server.schemas import documented
from server.services import photo_sweep, read_only, syncing
from sync.limits import REQUEST_BYTES_MAX
from sync.wire import parse_request

blueprint = Blueprint("sync", __name__, url_prefix="/api/v1", description="Push and pull in one round trip")


@blueprint.route("/sync", methods=["POST"])
@blueprint.doc(**documented.SYNC)
def sync() -> Response:
    """Take ops in, one result each, and give back what the device has not seen. WIRE says the rest."""
    caller = require_device()
    request = parse_request(read_json_body(REQUEST_BYTES_MAX))
    answer = syncing.sync(request, caller.writer, now_ms())
    if not read_only.is_on() and any(
        one is not None and '"doc":"erasure:' in one.body for one in request.ops
    ):
        photo_sweep.drop_erased(photo_store())  # at once; what an admission erased goes with the next sweep
    return Response(answer, content_type="application/json")
