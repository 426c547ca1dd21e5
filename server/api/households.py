"""A helper's households: how each is doing, with an ETag, asked after every sync."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from server.api.tagged import tagged
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
    return tagged(found.text, found.tag)
