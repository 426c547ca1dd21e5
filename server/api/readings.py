"""Where sensors send what they measured, without a session, and where people's devices ask for it."""

from __future__ import annotations

import hashlib

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from server.api.bodies import read_json_body
from server.api.tagged import tagged
from server.auth import Caller, require_device
from server.config import now_ms
from server.schemas import documented
from server.services import sensing, sensor_shown
from sync import ids
from sync.limits import REQUEST_BYTES_MAX
from sync.values import Json, write_text

blueprint = Blueprint("readings", __name__, url_prefix="/api/v1", description="What sensors measured")


@blueprint.route("/readings", methods=["POST"])
@blueprint.doc(**documented.READINGS)
def take() -> Response:
    """Take signed readings, one result each. No session: the signature of each op is its proof."""
    sensing.check_rate(request.remote_addr or "", now_ms())
    results = sensing.take_readings(read_json_body(REQUEST_BYTES_MAX), now_ms())
    return jsonify({"results": results, "now": now_ms()})


@blueprint.route("/sensors", methods=["GET"])
@blueprint.doc(**documented.SHOWN)
def sensors() -> Response:
    """Give the sensors of the farms that the device reads, or 304 where it holds them already."""
    now = now_ms()
    return _tagged(
        {"sensors": sensor_shown.told(sensor_shown.sensors_of(_farms(require_device()), now), now)}
    )


@blueprint.route("/sensors/<sensor>/<measure>/<span>", methods=["GET"])
@blueprint.doc(**documented.SHOWN)
def series(sensor: str, measure: str, span: str) -> Response:
    """Give a measure of one sensor over a day, week, month or year, in steps."""
    shown = sensor_shown.sensor_of(_farms(require_device()), sensor, now_ms())
    return _tagged(sensor_shown.series(shown, measure, span, now_ms()))


def _farms(caller: Caller) -> list[str]:
    return [ids.split_ref(scope)[1] for scope in caller.scopes if scope.startswith("farm:")]


def _tagged(told: Json) -> Response:
    text = write_text(told)
    return tagged(text, ids.b64_encode(hashlib.sha256(text.encode("utf-8")).digest()[:16]))
