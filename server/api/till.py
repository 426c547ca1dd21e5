"""What a phone keeps for buying and selling, with an ETag, asked after every sync."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from server.api.tagged import tagged
from server.auth import require_device
from server.services.till import till_of

blueprint = Blueprint("till", __name__, url_prefix="/api/v1", description="Purchase points and accounts")


@blueprint.route("/till", methods=["GET"])
@blueprint.doc(
    responses={
        "200": {"description": "points, accounts and banks, or the household's own sales"},
        "304": {"description": "The caller has it"},
    }
)
def till() -> Response:
    """Give what the caller may have, or 304 where the device holds it already."""
    caller = require_device()
    found = till_of(caller.writer, dict(caller.scopes))
    return tagged(found.text, found.tag)
