"""Counting what this process does, for `GET /metrics`; a full disk or a foreign folder stops nothing."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from flask import Flask, current_app

from server.config import current_settings
from server.store.meters import Meters

FOLDER: Final = "metrics"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

logger = logging.getLogger("so_nha_nong")


def register(app: Flask) -> None:
    """Give `app` its counts."""
    app.extensions["meters"] = Meters(app.extensions["settings"].data_dir / FOLDER)


def folder() -> Path:
    """Return where the processes of this server count."""
    return current_settings().data_dir / FOLDER


def count(name: str, by: float = 1, **labels: str) -> None:
    """Count `by` more of a name and its labels, which never hold an id, a path or a name of anybody."""
    meters: Meters | None = current_app.extensions.get("meters")
    if meters is None:
        return
    try:
        meters.add(series(name, **labels), by)
    except (OSError, ValueError) as error:
        logger.warning("not counted", extra={"trouble": type(error).__name__})


def count_request(method: str, rule: str, status: int, seconds: float) -> None:
    """Count a request by its rule, and how long it took; whatever else calls itself a method is `other`."""
    method = method if method in METHODS else "other"
    count("so_nha_nong_requests_total", method=method, rule=rule, status=str(status))
    least = next((str(one) for one in BUCKETS if seconds <= one), "+Inf")
    count("so_nha_nong_request_seconds_bucket", method=method, rule=rule, le=least)
    count("so_nha_nong_request_seconds_sum", seconds, method=method, rule=rule)


def series(name: str, **labels: str) -> str:
    """Return a name with its labels as the text format of Prometheus writes them."""
    if not labels:
        return name
    inner = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items())
    return f"{name}{{{inner}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
