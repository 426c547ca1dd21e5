"""Who calls: the device behind a bearer token or, on the console's pages, behind the cookie.

A token in a header beats a cookie. Tokens are only ever compared by their hash.
Source: DESIGN §3 "Device session"; security.md §5.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request

from server.config import current_settings, now_ms
from server.errors import ServiceError
from server.services.sessions import caller_of, hash_token
from server.store.devices import Writer

TOKEN_CHARS_MAX = 100
CONSOLE_PATH = "/htx"
_CALLER = "so_nha_nong.caller"


@dataclass(frozen=True)
class Caller:
    """A device with a live session. `scopes`: what it may read, and whether it may write there."""

    device: str
    writer: Writer
    scopes: Mapping[str, bool]
    kind: str
    confirmed: bool
    session_id: str


def require_device() -> Caller:
    """Return who calls; the same answer for the whole request.

    Raises: ServiceError: session (401), device_revoked (403).
    """
    known = request.environ.get(_CALLER)
    if isinstance(known, Caller):
        return known
    token = _token()
    if token is None:
        raise ServiceError("session", headers={"WWW-Authenticate": "Bearer"})
    writer, scopes = caller_of(token, now_ms())
    caller = Caller(
        device=writer.device,
        writer=writer,
        scopes=scopes,
        kind=writer.kind,
        confirmed=writer.state == "confirmed",
        session_id=hash_token(token),
    )
    request.environ[_CALLER] = caller  # not on `g`: that may outlive the request
    return caller


def cookie_name() -> str:
    """Return the cookie's name: `__Host-` binds it to this host, and needs TLS."""
    return "__Host-sid" if current_settings().is_https else "sid"


def set_cookie(answer: Response, token: str, seconds: int) -> None:
    """Give a browser of the console its session also as a cookie, which no script reads."""
    answer.set_cookie(
        cookie_name(),
        token,
        max_age=seconds,
        path="/",
        httponly=True,
        secure=current_settings().is_https,
        samesite="Strict",
    )


def forget_cookie(answer: Response) -> None:
    """Take the cookie back."""
    answer.delete_cookie(cookie_name(), path="/", secure=current_settings().is_https, samesite="Strict")


def console_token() -> str | None:
    """Return the token of the cookie, for signing out."""
    return _short(request.cookies.get(cookie_name()))


def _token() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return _short(token.strip())
    is_page = request.path.startswith(CONSOLE_PATH) or _is_photo_shown()
    return console_token() if is_page else None


def _is_photo_shown() -> bool:
    """Return whether this is a picture of a console page: an image element sends no header."""
    return request.method in ("GET", "HEAD") and request.path.startswith("/api/v1/photos/")


def _short(token: str | None) -> str | None:
    return token if token and len(token) <= TOKEN_CHARS_MAX and token.isascii() else None
