"""What a phone is told: bulletins, prices, answers to proposals, with an ETag, asked after every sync."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from server.api.tagged import tagged
from server.auth import require_device
from server.config import now_ms
from server.schemas.bulletins import BulletinsAnswer
from server.services.bulletins import told_to

blueprint = Blueprint("bulletins", __name__, url_prefix="/api/v1", description="Bulletins and prices")


@blueprint.route("/bulletins", methods=["GET"])
@blueprint.doc(
    responses={
        "200": {"description": "aimed", "content": {"application/json": {"schema": BulletinsAnswer}}},
        "304": {"description": "The caller has it"},
    }
)
def told() -> Response:
    """Give what the caller is told, or 304 where the device holds it already."""
    found = told_to(require_device().writer, now_ms())
    return tagged(found.text, found.tag)
