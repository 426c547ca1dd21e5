"""How often something may happen: counted in the database, for app processes keep no state.

Addresses get high limits and identities low ones: carriers put thousands of phones behind one address.
An address is counted under its hash and forgotten with the window.
Source: security.md §7.4.
"""

from __future__ import annotations

import hashlib

from server.db import run_write
from server.errors import ServiceError
from server.store import devices

MINUTE_MS = 60_000
HOUR_MS = 3_600_000


def check(bucket: str, subject: str, window: int, most: int, now: int) -> None:
    """Count one more. Raises: ServiceError(too_many) above `most` in the running window of `window` ms."""
    name = hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()
    count = run_write(lambda session: devices.count_rate(session, bucket, name, window, now))
    if count > most:
        raise ServiceError("too_many", retry_after=max(1, (window - now % window) // 1000))
