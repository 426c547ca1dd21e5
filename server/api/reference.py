"""The reference snapshot of a device, with an ETag: asked often, sent seldom."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from server.api.tagged import tagged
from server.auth import require_device
from server.config import now_ms
from server.services.reference import snapshot

blueprint = Blueprint("reference", __name__, url_prefix="/api/v1", description="People, farms, lists")


@blueprint.route("/reference", methods=["GET"])
@blueprint.doc(responses={"200": {"description": "me, organisations, farms, persons, memberships, lists"}})
def reference() -> Response:
    """Give the snapshot, or 304 where the device holds it already."""
    caller = require_device()
    found = snapshot(caller.writer, dict(caller.scopes), now_ms())
    return tagged(found.text, found.tag)
