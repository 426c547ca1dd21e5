"""How often something may happen: counted in the database, for app processes keep no state.

Addresses get high limits and identities low ones: carriers put thousands of phones behind one address.
An address is counted under its hash and forgotten with the window.
Source: security.md §7.4.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import run_write
from server.errors import ServiceError
from server.store import rate_counts

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
OPS = "ops"
REQUESTS_PER_DAY = 500  # our choice: a team member enrols some tens of households of some rows each

logger = logging.getLogger("so_nha_nong")


def check(bucket: str, subject: str, window: int, most: int, now: int) -> None:
    """Count one more. Raises: ServiceError(too_many) above `most` in the running window of `window` ms."""
    refusal = over(bucket, subject, window, most, now)
    if refusal is not None:
        raise refusal


def over(bucket: str, subject: str, window: int, most: int, now: int) -> ServiceError | None:
    """Count one more, and return the refusal where that is above `most` in the running window."""
    name = hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()
    count = run_write(
        lambda session: rate_counts.count_rate(session, bucket, name, window, now), is_note=True
    )
    if count <= most:
        return None
    return ServiceError("too_many", retry_after=max(1, (window - now % window) // 1000))


def room_for_ops(session: Session, of: Iterable[str], now: int, scope: str) -> dict[str, int]:
    """Return how many more ops of each device are taken in a scope today (UTC); those before them stand.

    Source: faults.md 93. An op above it is told to come `later`; nothing is lost, and nobody is locked out.
    """
    settings = current_settings()
    most = settings.sensor_ops_per_day if scope.startswith("sensor:") else settings.ops_per_day
    counts = rate_counts.rates_of(session, OPS, of, DAY_MS, now)
    return {device: most - count for device, count in counts.items()}


def count_ops(session: Session, stored: Mapping[str, int], now: int) -> None:
    """Count the ops taken of each device, in the transaction that takes them."""
    most = current_settings().ops_per_day
    for device, count in rate_counts.count_rates(session, OPS, stored, DAY_MS, now).items():
        if count >= most:
            logger.warning("quota of a device used up", extra={"device": device, "ops": count})


def may_speak(session: Session, device: str, most: int, now: int) -> bool:
    """Count a spoken proposal of a device; False above a day's (UTC) number of them."""
    return rate_counts.count_rate(session, "spoken", device, DAY_MS, now) <= most


def count_request(session: Session, device: str, now: int) -> None:
    """Count a new request of a device. Raises: ServiceError(too_many) above a day's (UTC) number of them."""
    if rate_counts.count_rate(session, "requests", device, DAY_MS, now) > REQUESTS_PER_DAY:
        raise ServiceError("too_many", retry_after=max(1, (DAY_MS - now % DAY_MS) // 1000))
