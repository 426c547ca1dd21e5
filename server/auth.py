"""Who calls: the device behind a bearer token or, on the console's pages, the person behind the cookie.

A page needs a session that a passkey opened, and the key of the browser that it is seen in.

Elsewhere a token in a header beats a cookie. Tokens are only ever compared by their hash.
Source: DESIGN §3 "Device session"; security.md §5.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request

from server.config import current_settings, now_ms
from server.errors import ServiceError
from server.services import console_sessions
from server.services.console_sessions import Shown
from server.services.sessions import caller_of, waits_in
from server.services.tokens import hash_token
from server.store.devices import Writer

TOKEN_CHARS_MAX = 100
CONSOLE_PATH = "/htx"
COOKIE_SECONDS = 12 * 3600  # the session ends on the server, at the latest then
_CALLER = "so_nha_nong.caller"


@dataclass(frozen=True)
class Caller:
    """A device with a live session. `scopes`: what it may read, and whether it may write there.

    `passkey`: the one that opened the console's session, on its pages.
    """

    device: str
    writer: Writer
    scopes: Mapping[str, bool]
    kind: str
    confirmed: bool
    session_id: str
    passkey: str | None = None

    def waits_in(self, scope: str) -> bool:
        """Return whether the device waits for a person who would let it into a scope."""
        return waits_in(self.writer, scope)


def require_device() -> Caller:
    """Return who calls; the same answer for the whole request.

    Raises: ServiceError: session (401), device_revoked (403); by the cookie also passkey_wanted and
            not_confirmed (403).
    """
    known = request.environ.get(_CALLER)
    if isinstance(known, Caller):
        return known
    token = _token()
    if token is None:
        raise ServiceError("session", headers={"WWW-Authenticate": "Bearer"})
    if _is_page() or not _bearer():
        return _keep(_by_cookie(token))
    writer, scopes = caller_of(token, now_ms())
    return _keep(_caller(writer, scopes, hash_token(token)))


def console_session() -> Shown:
    """Return the console's session of the cookie, whether or not a passkey opened it.

    Raises: ServiceError: session, device_revoked.
    """
    token = console_token()
    if token is None:
        raise ServiceError("session")
    return console_sessions.shown_by(token, now_ms())


def _by_cookie(token: str) -> Caller:
    shown = console_sessions.shown_by(token, now_ms())
    if shown.writer is None:
        raise ServiceError("session")
    if shown.writer.state != "confirmed":
        raise ServiceError("not_confirmed")
    if not shown.is_open:
        raise ServiceError("passkey_wanted")
    return _caller(shown.writer, shown.scopes, shown.id, shown.passkey)


def _caller(
    writer: Writer, scopes: Mapping[str, bool], session_id: str, passkey: str | None = None
) -> Caller:
    return Caller(
        device=writer.device,
        writer=writer,
        scopes=scopes,
        kind=writer.kind,
        confirmed=writer.state == "confirmed",
        session_id=session_id,
        passkey=passkey,
    )


def _keep(caller: Caller) -> Caller:
    request.environ[_CALLER] = caller  # not on `g`: that may outlive the request
    return caller


def cookie_name() -> str:
    """Return the cookie's name: `__Host-` binds it to this host, and needs TLS."""
    return "__Host-sid" if current_settings().is_https else "sid"


def set_console_cookie(answer: Response, token: str) -> None:
    """Give a browser its session of the console as a cookie, which no script reads."""
    answer.set_cookie(
        cookie_name(),
        token,
        max_age=COOKIE_SECONDS,
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


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _token() -> str | None:
    if _is_page():
        return console_token()  # a device's own session opens no page
    if token := _bearer():
        return _short(token)
    return console_token() if _is_photo_shown() else None


def _is_page() -> bool:
    return request.path == CONSOLE_PATH or request.path.startswith(f"{CONSOLE_PATH}/")


def _is_photo_shown() -> bool:
    """Return whether this is a picture of a console page: an image element sends no header."""
    return request.method in ("GET", "HEAD") and request.path.startswith("/api/v1/photos/")


def _short(token: str | None) -> str | None:
    return token if token and len(token) <= TOKEN_CHARS_MAX and token.isascii() else None
