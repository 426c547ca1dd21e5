"""One Web Push message without content, to the push service of a phone's browser.

Without a payload nothing is to be encrypted (RFC 8291 is for payloads) and there is nothing to leak: what is
needed of RFC 8030 is one POST, of RFC 8292 one signed token, which `cryptography` makes; so no library is
taken for it. Only hosts of the setting are addressed, over TLS at port 443, at public addresses, and no
redirect is followed (faults.md 99).
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit

from sync import ids
from sync.signing import SoftwareKey
from sync.values import Json, write_text

PORT: Final = 443
ENDPOINT_CHARS_MAX: Final = 1000
TIMEOUT_S: Final = 10
ANSWER_BYTES_MAX: Final = 4096
TOKEN_S: Final = 12 * 3600  # RFC 8292 §2: at most 24 hours
KEPT_S: Final = 2 * 86_400  # our choice: what is older the phone finds by itself
TOPIC: Final = "so-nha-nong"  # RFC 8030 §5.4: a newer one takes the place of one that was not delivered
RETRY_S_MAX: Final = 86_400


class BadHost(Exception):
    """An address of a push service that is none, or not one of those that may be addressed."""


@dataclass(frozen=True)
class Answer:
    """What a push service said: taken; gone (the subscription is over); or not now.

    Units:  `after_s`: seconds after which to try again, 0 where it did not say; `status` 0: no answer came.
    """

    kind: Literal["taken", "gone", "later"]
    status: int
    after_s: int = 0


def dial_public(host: str) -> socket.socket:
    """Return a connection to a public address of a host. Raises: OSError; BadHost where it has another."""
    found = [one[4][0] for one in socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)]
    for address in found:
        if not _is_public(str(address)):
            raise BadHost(host)
    failed: OSError = OSError("no address")
    for address in dict.fromkeys(found):
        try:
            return socket.create_connection((str(address), PORT), TIMEOUT_S)
        except OSError as error:
            failed = error
    raise failed


@dataclass(frozen=True)
class Line:
    """How push services are reached; tests put their own in its place."""

    dial: Callable[[str], socket.socket] = dial_public
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)


def check_endpoint(endpoint: str, hosts: Collection[str]) -> str:
    """Return the host of a subscription's address. Raises: BadHost."""
    is_text = endpoint.isascii() and endpoint.isprintable() and len(endpoint) <= ENDPOINT_CHARS_MAX
    try:
        parts = urlsplit(endpoint if is_text else "")
        port = parts.port
    except ValueError as error:
        raise BadHost(endpoint) from error
    host = parts.hostname or ""
    is_plain = parts.scheme == "https" and port in (None, PORT) and "@" not in parts.netloc
    if not is_plain or " " in endpoint or not any(_fits(host, one) for one in hosts):
        raise BadHost(host)
    return host


def push(line: Line, endpoint: str, hosts: Collection[str], key: SoftwareKey, who: str, now: int) -> Answer:
    """Ask a push service to wake one phone.

    Shape:  `who`: the server's public address, told to the service; `now` in ms.
    """
    try:
        host = check_endpoint(endpoint, hosts)
        connection = _Connection(host, line)
    except BadHost:
        return Answer("gone", 0)
    parts = urlsplit(endpoint)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, b"", _headers(host, key, who, now))
        answer = connection.getresponse()
        answer.read(ANSWER_BYTES_MAX)
        return _answer(answer.status, answer.headers.get("Retry-After", ""))
    except BadHost:
        return Answer("gone", 0)
    except (OSError, http.client.HTTPException):
        return Answer("later", 0)
    finally:
        connection.close()


def token(host: str, key: SoftwareKey, who: str, now: int) -> str:
    """Return the token by which a push service knows who sends (RFC 8292 §2; JWT with ES256)."""
    claims: dict[str, Json] = {"aud": f"https://{host}", "exp": now // 1000 + TOKEN_S}
    if who.startswith("https://"):
        claims["sub"] = who
    parts = [write_text({"typ": "JWT", "alg": "ES256"}), write_text(claims)]
    signed = ".".join(ids.b64_encode(one.encode("utf-8")) for one in parts)
    return f"{signed}.{ids.b64_encode(key.sign(signed.encode('ascii')))}"


class _Connection(http.client.HTTPSConnection):
    """TLS to a host by the line's own way of reaching it."""

    def __init__(self, host: str, line: Line) -> None:
        super().__init__(host, PORT, timeout=TIMEOUT_S)
        self._line = line

    def connect(self) -> None:
        """Reach the host; its certificate is asked for under its name."""
        raw = self._line.dial(self.host)
        raw.settimeout(TIMEOUT_S)
        self.sock = self._line.tls.wrap_socket(raw, server_hostname=self.host)


def _headers(host: str, key: SoftwareKey, who: str, now: int) -> dict[str, str]:
    return {
        "Authorization": f"vapid t={token(host, key, who, now)}, k={ids.b64_encode(key.public)}",
        "TTL": str(KEPT_S),
        "Topic": TOPIC,
        "Urgency": "normal",
        "Content-Length": "0",
    }


def _answer(status: int, after: str) -> Answer:
    if 200 <= status < 300:
        return Answer("taken", status)
    if status in (404, 410):
        return Answer("gone", status)
    is_number = after.isascii() and after.isdigit() and len(after) < 10
    return Answer("later", status, min(int(after), RETRY_S_MAX) if is_number else 0)


def _fits(host: str, allowed: str) -> bool:
    if allowed.startswith("*."):
        return host.endswith(allowed[1:]) and len(host) > len(allowed) - 1
    return host == allowed


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (mapped is None or mapped.is_global)
