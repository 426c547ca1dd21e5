"""Evidence of a fork: two checkpoints of this log that a phone could not bring together."""

from __future__ import annotations

import logging

from flask import Response
from flask_smorest import Blueprint

from server.api.bodies import read_json_body
from server.auth import require_device
from server.config import now_ms
from server.errors import Fault, ServiceError
from server.schemas import documented
from server.services import proving, rates
from sync.limits import NOTE_BYTES_MAX

blueprint = Blueprint("tree", __name__, url_prefix="/api/v1/tree", description="The transparency log")

EVIDENCE_PER_DAY = 20  # our choice: one is enough, and a phone sends the same again
logger = logging.getLogger("so_nha_nong")


@blueprint.route("/evidence", methods=["POST"])
@blueprint.doc(**documented.EVIDENCE)
def evidence() -> Response:
    """Keep two checkpoints that were both signed with the log's key. The same again changes nothing."""
    device = require_device().writer.device
    sent = read_json_body(4 * NOTE_BYTES_MAX)
    held, given = sent.get("held"), sent.get("given")
    if not isinstance(held, str) or not isinstance(given, str):
        raise ServiceError("bad_request", errors=(Fault("two checkpoints", "/held"),))
    rates.check("evidence", device, rates.DAY_MS, EVIDENCE_PER_DAY, now_ms())
    proving.keep_evidence(held, given, device, now_ms())
    logger.critical("a phone holds another tree than the one that it was given", extra={"device": device})
    return Response(status=204)
