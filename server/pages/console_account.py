"""The own account: passkeys, recovery codes, sessions, browsers.

What is signed (a passkey, its end, codes, the end of a browser) is signed in the browser; sessions are rows.
Source: DESIGN §3 "Who signs"; platform.md §5.4.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH, console_session, forget_cookie
from server.config import now_ms
from server.pages.console_frame import ENTER, make_pages, show, staff_page
from server.services import console, console_account, console_sessions

blueprint = make_pages("console_account")


@blueprint.get("/toi")
def account() -> Response:
    """Show the own ways in."""
    staff = staff_page("account")
    mine = console_session()
    found = console_account.account(mine.person, mine.id, staff.device, mine.passkey, now_ms())
    return show("account.html", staff, place="account", account=found)


@blueprint.post("/toi/phien")
def end_session() -> AnyResponse:
    """End one of the own sessions."""
    staff_page("account")
    console_sessions.end_one(console_session().person, console.check_uuid(request.form.get("id", "")))
    return redirect(f"{CONSOLE_PATH}/toi", 303)


@blueprint.post("/toi/ra-het")
def leave_all() -> AnyResponse:
    """End every session of the own person, this one too. No key and no passkey ends by it."""
    console_sessions.end_all(console_session().person)
    page = make_response(redirect(f"{ENTER}?ra=1", 303))
    forget_cookie(page)
    return page
