"""The page on which a staff member makes the first passkey, and goes on from there.

Source: DESIGN §3 "Who signs"; LOOK.md, console.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import console_session, console_token, set_console_cookie
from server.config import now_ms
from server.errors import ServiceError
from server.pages.console_frame import answer, make_pages, place_of
from server.services import console_account, console_sessions

blueprint = make_pages("console_passkeys")


@blueprint.get("/khoa")
def make() -> AnyResponse:
    """Show why a passkey is needed, and make it; the script does so."""
    session = console_session()
    place = place_of(request.args.get("toi", ""))
    if session.is_open:
        return redirect(place, 303)
    if session.writer is None:
        raise ServiceError("session")
    if session.writer.state != "confirmed":
        raise ServiceError("not_confirmed")
    return answer(
        "passkey.html",
        200,
        place_to=place,
        signer=session.writer.device,
        name=console_account.name_of(session.membership),
        has_passkey=console_account.has_passkey(session.person),
        may_skip=console_sessions.may_skip(session.writer.organisation),
    )


@blueprint.post("/khoa")
def go_on() -> Response:
    """Go on by the passkey that was made a moment ago: with a new session, as at every sign-in."""
    return _with_session(console_sessions.go_on(console_token(), now_ms()))


@blueprint.post("/khoa/de-sau")
def skip() -> Response:
    """Go on without a passkey: in the demo alone."""
    return _with_session(console_sessions.skip(console_token(), now_ms()))


def _with_session(token: str) -> Response:
    page = make_response(redirect(place_of(request.form.get("toi", "")), 303))
    set_console_cookie(page, token)
    return page
