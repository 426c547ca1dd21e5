"""One Web Push message without content, to the push service of a phone's browser.

Without a payload nothing is to be encrypted (RFC 8291 is for payloads) and there is nothing to leak: what is
needed of RFC 8030 is one POST, of RFC 8292 one signed token, which `cryptography` makes; so no library is
taken for it. Only hosts of the setting are addressed, over TLS at port 443, at public addresses, and no
redirect is followed (faults.md 99).
"""

from __future__ import annotations

import http.client
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from server.store.outward import TLS_PORT, BadHost, Connection, Line, read_within, retry_after
from sync import ids
from sync.signing import SoftwareKey
from sync.values import Json, write_text

PORT: Final = TLS_PORT
ENDPOINT_CHARS_MAX: Final = 1000
ANSWER_BYTES_MAX: Final = 4096
TOKEN_S: Final = 12 * 3600  # RFC 8292 §2: at most 24 hours
KEPT_S: Final = 2 * 86_400  # our choice: what is older the phone finds by itself
TOPIC: Final = "so-nha-nong"  # RFC 8030 §5.4: a newer one takes the place of one that was not delivered


@dataclass(frozen=True)
class Answer:
    """What a push service said: taken; gone (the subscription is over); or not now.

    Units:  `after_s`: seconds after which to try again, 0 where it did not say; `status` 0: no answer came.
    """

    kind: Literal["taken", "gone", "later"]
    status: int
    after_s: int = 0


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
        connection = Connection(host, PORT, line)
    except BadHost:
        return Answer("gone", 0)
    parts = urlsplit(endpoint)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, b"", _headers(host, key, who, now))
        answer = connection.getresponse()
        read_within(answer, ANSWER_BYTES_MAX, line.timeout_s)
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
    return Answer("later", status, retry_after(after))


def _fits(host: str, allowed: str) -> bool:
    if allowed.startswith("*."):
        return host.endswith(allowed[1:]) and len(host) > len(allowed) - 1
    return host == allowed
