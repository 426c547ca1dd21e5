"""Whether the server lives, and whether it can work: for the operator's watch and the load balancer."""

from __future__ import annotations

from flask import Response, jsonify
from flask_smorest import Blueprint

from server.schemas import documented
from server.services.health import look_around

blueprint = Blueprint("health", __name__, description="Health and readiness")


@blueprint.route("/health", methods=["GET"])
@blueprint.doc(**documented.LIVES)
def health() -> Response:
    """Say that the process answers; looks at nothing else."""
    return jsonify({"status": "ok"})


@blueprint.route("/ready", methods=["GET"])
@blueprint.doc(**documented.READY)
def ready() -> Response:
    """Say whether the database answers, its schema is the code's, and the disk has room; 503 if not."""
    found = look_around()
    answer = jsonify({"status": "ok" if all(found.values()) else "unavailable", "checks": found})
    answer.status_code = 200 if all(found.values()) else 503
    if answer.status_code == 503:
        answer.headers["Retry-After"] = "30"
    answer.headers["Cache-Control"] = "no-store"
    return answer
