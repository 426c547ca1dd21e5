"""A person's own devices: the list behind "Máy của nhà"."""

from __future__ import annotations

from flask_smorest import Blueprint

from server.auth import require_device
from server.config import now_ms
from server.schemas.own_devices import OwnDevices
from server.services import own_devices
from sync.values import Json

blueprint = Blueprint("own_devices", __name__, url_prefix="/api/v1/me", description="A person's own devices")


@blueprint.route("/devices", methods=["GET"])
@blueprint.response(200, OwnDevices)
def devices() -> dict[str, list[dict[str, Json]]]:
    """List the devices of the caller's household, or of the caller."""
    return {"people": own_devices.own_devices(require_device().writer, now_ms())}
