"""What a doctor can't read in the database: this machine's clock, certificate, units and files."""

from __future__ import annotations

import ctypes
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

DAY_SECONDS: Final = 86_400
TIMEOUT_SECONDS: Final = 5
_TIMEX_BYTES: Final = 512  # more than any kernel's struct; its first member 0 means: only tell
_NOT_SET: Final = 5  # TIME_ERROR
_NOT_TAKEN: Final = (10, 62)  # X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_HOSTNAME_MISMATCH


class Unreachable(Exception):
    """The address does not answer, or not with a certificate that counts; the message says how."""


class NotTaken(Exception):
    """The address shows a certificate that no phone takes: it ran out, or is for another name."""


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
    Raises: Unreachable, NotTaken.
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
    except ssl.SSLCertVerificationError as error:
        refused = NotTaken if error.verify_code in _NOT_TAKEN else Unreachable
        raise refused(error.verify_message) from error
    except (OSError, ValueError) as error:  # an ssl.SSLError is an OSError
        raise Unreachable(f"{type(error).__name__}: {error}") from error


def is_under_systemd() -> bool:
    """Return whether systemd runs this machine. Source: sd_booted(3)."""
    return Path("/run/systemd/system").is_dir()


def failed_units() -> list[str] | None:
    """Return our units whose last run failed, None where systemd does not answer."""
    asked = ("list-units", "--failed", "--plain", "--no-legend", "so-nha-nong*")
    try:
        done = subprocess.run(  # noqa: S603
            ("/usr/bin/systemctl", *asked), capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else [line.split()[0] for line in done.stdout.splitlines() if line.strip()]


def unwritable(folder: Path) -> Iterator[Path]:
    """Give the folder and what lies in it, keys and a disk's own apart, where the server can't write it.

    Shape:  asked by root, who can write everything: what is not of the folder's owner.
    """
    there = [folder, *sorted(folder.iterdir())] if folder.is_dir() else []
    owner = there[0].stat().st_uid if there else 0
    for path in there:
        can = os.access(path, os.W_OK) if os.geteuid() else path.stat().st_uid == owner
        if not can and path.suffix not in (".pem", ".pub") and path.name != "lost+found":
            yield path
