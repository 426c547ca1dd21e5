"""What a doctor can't read in the database: who sets this machine's clock, and the certificate."""

from __future__ import annotations

import ctypes
import socket
import ssl
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

DAY_SECONDS: Final = 86_400
TIMEOUT_SECONDS: Final = 5
_TIMEX_BYTES: Final = 512  # more than any kernel's struct; its first member 0 means: only tell
_NOT_SET: Final = 5  # TIME_ERROR


class Unreachable(Exception):
    """The address does not answer, or not with a certificate that counts; the message says how."""


def is_clock_set() -> bool | None:
    """Return whether the kernel knows of somebody who sets its clock (NTP); None where it does not tell.

    Source: adjtimex(2), "TIME_ERROR: the system clock is not synchronized to a reliable server".
    """
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _NOT_SET


def certificate_days(url: str, now: int) -> int | None:
    """Return the days that the certificate behind an address is good for; None where it has none (http).

    Units:  now in ms.
    Raises: Unreachable.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        return None
    try:
        with (
            closing(
                socket.create_connection((parts.hostname or "", parts.port or 443), TIMEOUT_SECONDS)
            ) as line,
            ssl.create_default_context().wrap_socket(line, server_hostname=parts.hostname) as shown,
        ):
            ends = str((shown.getpeercert() or {}).get("notAfter", ""))
        return int((ssl.cert_time_to_seconds(ends) - now // 1000) // DAY_SECONDS)
    except (OSError, ValueError) as error:  # an ssl.SSLError is an OSError
        raise Unreachable(f"{type(error).__name__}: {error}") from error
