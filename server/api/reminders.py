"""Where a phone is reminded: asked, switched on, switched off. Nothing is sent here."""

from __future__ import annotations

from flask_smorest import Blueprint

from server.api.bodies import read_json_body
from server.auth import require_device
from server.config import now_ms
from server.schemas.device import body_of, load
from server.schemas.reminders import Reminders, WakeMe
from server.services import reminding

BODY_BYTES_MAX = 8 * 1024

blueprint = Blueprint("reminders", __name__, url_prefix="/api/v1/me", description="Reminders of this phone")


@blueprint.route("/reminders", methods=["GET"])
@blueprint.response(200, Reminders)
def reminders() -> dict[str, object]:
    """Tell the server's key for reminders and whether they are on at the calling device."""
    return reminding.state_of(require_device().writer)


@blueprint.route("/reminders", methods=["POST"])
@blueprint.doc(requestBody=body_of(WakeMe))
@blueprint.response(200, Reminders)
def switch() -> dict[str, object]:
    """Keep where the calling device is woken and on which days, or, with null, nowhere any more."""
    caller = require_device()
    sent = load(WakeMe(), read_json_body(BODY_BYTES_MAX))
    return reminding.switch(caller.writer, sent["endpoint"], sent["days"], now_ms())
