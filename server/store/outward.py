"""Reaching out to another machine: over TLS, at a public address, without following where it points.

Only what a setting names is addressed; a name that leads to a machine of the inner network is refused, and
no redirect is followed (faults.md 99). Tests put their own line in its place.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

TLS_PORT: Final = 443
TIMEOUT_S: Final = 10
RETRY_S_MAX: Final = 86_400


class BadHost(Exception):
    """An address that is none, or not one of those that may be addressed."""


def dial_public(host: str, port: int) -> socket.socket:
    """Return a connection to a public address of a host. Raises: OSError; BadHost where it has another."""
    found = [one[4][0] for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not is_public(str(address)):
            raise BadHost(host)
    failed: OSError = OSError("no address")
    for address in dict.fromkeys(found):
        try:
            return socket.create_connection((str(address), port), TIMEOUT_S)
        except OSError as error:
            failed = error
    raise failed


@dataclass(frozen=True)
class Line:
    """How other machines are reached. Units: `timeout_s` seconds, for every step of a talk."""

    dial: Callable[[str, int], socket.socket] = dial_public
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    timeout_s: float = TIMEOUT_S


class Connection(http.client.HTTPSConnection):
    """TLS to a host by the line's own way of reaching it."""

    def __init__(self, host: str, port: int, line: Line) -> None:
        super().__init__(host, port, timeout=line.timeout_s)
        self._line = line

    def connect(self) -> None:
        """Reach the host; its certificate is asked for under its name. Raises: OSError, BadHost."""
        raw = self._line.dial(self.host, self.port)
        raw.settimeout(self._line.timeout_s)
        self.sock = self._line.tls.wrap_socket(raw, server_hostname=self.host)


def read_within(
    answer: http.client.HTTPResponse, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
) -> bytes:
    """Return at most so many bytes of an answer. Raises: TimeoutError where they trickle in for longer."""
    until, found = clock() + seconds, b""
    while len(found) < most and (some := answer.read1(most - len(found))):
        found += some
        if clock() > until:
            raise TimeoutError
    return found


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public network."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (mapped is None or mapped.is_global)


def retry_after(text: str) -> int:
    """Return the seconds that a `Retry-After` asks for, 0 where it gives no number."""
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return min(int(text), RETRY_S_MAX) if is_number else 0
