"""What holds for every request and answer: its id, its log line, who may send it, headers, compression."""

from __future__ import annotations

import gzip
import json
import logging
import re
import secrets
import sys
import time
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import BadRequest

from server.config import Settings
from server.errors import ServiceError
from server.services import metering

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; font-src 'self'; media-src 'self' blob:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
GZIP_BYTES_MIN = 600  # our choice: below, the frame costs more than it saves
GZIP_LEVEL = 6
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_COMPRESSED = ("application/json", "application/problem+json", "text/html", "text/plain", "text/css")

log = logging.getLogger("so_nha_nong")


def register(app: Flask, settings: Settings) -> None:
    """Put the rules of this module around every request of `app`."""
    _set_up_log(settings.log_level)

    @app.before_request
    def begin() -> None:
        sent = request.headers.get("X-Request-Id", "")
        g.request_id = sent if _REQUEST_ID.fullmatch(sent) else secrets.token_hex(8)
        g.began_at = time.perf_counter_ns()
        refuse_broken_query()
        refuse_foreign_page(settings.public_url)

    @app.after_request
    def finish(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        if settings.is_https:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.path.startswith("/api/"):
            answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers["X-Request-Id"] = g.get("request_id", "")
        compress(answer)
        _log_request(answer)
        return answer


def refuse_broken_query() -> None:
    """Refuse a query that is no UTF-8, before anything reads it: `request.args` would raise anywhere.

    Raises: BadRequest, not a ServiceError, for which a page would read the query to lead on.
    """
    try:
        request.query_string.decode()
    except UnicodeDecodeError as error:
        raise BadRequest from error


def refuse_foreign_page(public_url: str) -> None:
    """Refuse an unsafe request that carries a cookie unless it comes from one of our own pages.

    Raises: ServiceError(csrf).
    Source: OWASP CSRF cheat sheet, "Fetch Metadata" with the Origin fallback.
    """
    if request.method in _SAFE_METHODS or "Cookie" not in request.headers:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise ServiceError("csrf")
        return
    if request.headers.get("Origin") not in (_origin_of(public_url), _origin_of(request.host_url)):
        raise ServiceError("csrf")


def compress(answer: Response) -> None:
    """Compress the answer with gzip where the caller takes it and it pays."""
    if (
        answer.direct_passthrough
        or answer.status_code in (204, 206, 304)
        or "Content-Encoding" in answer.headers
        or answer.mimetype not in _COMPRESSED
    ):
        return
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0:
        return
    data = answer.get_data()
    if len(data) < GZIP_BYTES_MIN:
        return
    answer.set_data(gzip.compress(data, GZIP_LEVEL, mtime=0))
    answer.headers["Content-Encoding"] = "gzip"
    if answer.headers.get("ETag"):
        answer.set_etag(answer.get_etag()[0] or "", weak=True)


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, event, and the fields given as `extra`."""

    _usual = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; line breaks inside values are escaped by JSON."""
        line: dict[str, object] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in self._usual}
        return json.dumps(line, ensure_ascii=False, default=str)


def _set_up_log(level: str) -> None:
    log.setLevel(level)
    log.propagate = False
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)


def _log_request(answer: Response) -> None:
    """Write one line: the route's pattern, never the path, for paths hold invites, scopes and hashes."""
    rule = request.url_rule.rule if request.url_rule is not None else "-"
    began = g.get("began_at")
    took = 0 if began is None else time.perf_counter_ns() - began
    metering.count_request(request.method, rule, answer.status_code, took / 1e9)
    log.info(
        "request",
        extra={
            "request": g.get("request_id", ""),
            "method": request.method,
            "route": rule,
            "status": answer.status_code,
            "ms": None if began is None else took // 1_000_000,
            "bytes_in": request.content_length,
            "bytes_out": answer.content_length,
        },
    )


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
