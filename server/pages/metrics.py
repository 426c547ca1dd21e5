"""`GET /metrics`: for the operator's Prometheus, from this machine or with the token; missing for others."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, current_app, request

from server.config import current_settings, now_ms
from server.errors import ServiceError
from server.services import metrics

blueprint = Blueprint("metrics", __name__)

TYPE = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def init(app: Flask) -> None:
    """Keep what the database said between two questions."""
    app.extensions["metrics"] = metrics.Kept()


@blueprint.get("/metrics")
def show() -> Response:
    """Tell how the server does."""
    if not _may():
        raise ServiceError("not_found")
    answer = Response(metrics.text(current_app.extensions["metrics"], now_ms()), content_type=TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _may() -> bool:
    """Return whether who asks has the token, or sits at this machine without a proxy between."""
    token = current_settings().metrics_token
    if token:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(sent.encode(), token.encode())
    # HTTPS ends in a proxy; where nobody named it, whoever comes through it looks like this machine.
    if current_settings().is_https and not current_settings().trusted_proxies:
        return False
    try:
        is_here = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return is_here and not any(name in request.headers for name in FORWARDED)
