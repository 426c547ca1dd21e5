"""What every page of the console shares: who stands there, the head with its places, what a refusal shows.

A group of pages is a blueprint of its own, made by `make_pages`; its place stands in `console_places`, and
`staff_page` says who may see them.
Source: DESIGN §4 "The look"; LOOK.md, console.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH, console_token, require_device
from server.config import current_settings, now_ms
from server.db import DatabaseTrouble, ReadOnly
from server.errors import ServiceError
from server.pages.console_places import places_of
from server.pages.console_show import area_text, date_text, dong_text, money_text, number_shown, time_text
from server.pages.console_views import role_shown
from server.pages.console_words import Language, pick_language, say
from server.pages.entry_assets import entry_assets
from server.services import auditing, console, read_only
from server.services.console import Staff
from server.services.console_waiting import waiting_for
from sync import ids

ENTER: Final = f"{CONSOLE_PATH}/vao"
MAKE: Final = f"{CONSOLE_PATH}/khoa"
LANGUAGE_COOKIE: Final = "tieng"
_OWN: Final = frozenset({"account"})  # shows nobody but who looks
_LOOKS: Final = ("GET", "HEAD")
_SIGN_IN: Final = frozenset({"session", "device_revoked"})
_PLACE = re.compile(r"/htx(?:/[A-Za-z0-9/_-]*)?(?:\?[A-Za-z0-9=&%.~:+_-]*)?", re.ASCII)


def make_pages(name: str) -> Blueprint:
    """Return a blueprint for a group of pages below `/htx`, with the console's refusals and no caching."""
    pages = Blueprint(name, f"server.pages.{name}", url_prefix=CONSOLE_PATH)
    pages.register_error_handler(ServiceError, refuse)
    pages.register_error_handler(DatabaseTrouble, _wait)
    pages.after_request(_keep_private)
    return pages


def staff_page(page: str) -> Staff:
    """Return the staff member who asks for a page.

    Raises: ServiceError: session, device_revoked, no_right, not_confirmed.
    """
    caller = require_device()
    staff = console.staff_of(caller.writer, caller.scopes, page)
    if page not in _OWN or request.method not in _LOOKS:
        note(staff, page)
    return staff


def note(staff: Staff, page: str) -> None:
    """Keep that somebody asks for this page, or for this act on rows, before anything is shown or done."""
    act = f"see_{page}" if request.method in _LOOKS else (request.endpoint or "").rpartition(".")[2]
    named = [one for one in (request.view_args or {}).values() if ids.is_uuid(one)]
    auditing.note(staff.organisation, staff.membership, act, named, str(g.get("request_id", "")), now_ms())


def first_place(staff: Staff) -> str:
    """Return where a staff member begins. Raises: ServiceError(no_right) for whom no place is there yet."""
    head = places_of(staff)
    places = [*head.first, *(one for _, group in head.more for one in group), *head.own]
    if not places:
        raise ServiceError("no_right")
    return places[0].path


def show(template: str, staff: Staff, *, place: str, status: int = 200, **context: Any) -> Response:
    """Return a page of the console for a staff member; `place` names the place it belongs to."""
    return answer(
        template,
        status,
        staff=staff,
        place=place,
        head=places_of(staff),
        waiting=waiting_for(staff),
        touch=require_device().passkey is not None,
        **context,
    )


def answer(template: str, status: int, **context: Any) -> Response:
    """Return a page in the reader's language; before a build of the console, what to do about it."""
    language = page_language()
    given = {
        "language": language,
        "t": partial(say, language),
        "role": partial(role_shown, language),
        "day": date_text,
        "time": time_text,
        "area": partial(area_text, language=language),
        "number": partial(number_shown, language),
        "dong": partial(dong_text, language=language),
        "money": partial(money_text, language=language),
        "here": request.full_path.rstrip("?") if request.method in _LOOKS else f"{CONSOLE_PATH}/",
        "rp": current_settings().rp_id,
        "paused": read_only.standing(),
        **context,
    }
    try:
        return make_response(
            render_template(f"htx/{template}", assets=entry_assets("console"), **given), status
        )
    except ServiceError:
        not_built = make_response(render_template("not_built.html"), 503)
        not_built.headers["Retry-After"] = "60"
        return not_built


def page_language() -> Language:
    """Return the language that this browser reads."""
    return pick_language(request.cookies.get(LANGUAGE_COOKIE))


def query_text(name: str, most: int) -> str:
    """Return what an address asks for; what no page of ours writes counts as nothing asked."""
    text = request.args.get(name, "")
    return text if len(text) <= most and text.isascii() and text.isprintable() else ""


def query_uuid(name: str) -> str:
    """Return an id that an address asks for, or nothing. Raises: ServiceError(not_found) for what is none."""
    text = request.args.get(name, "")
    return console.check_uuid(text) if text else ""


def place_of(text: str) -> str:
    """Return where to go on: a page of the console, whatever an address says (no open redirect)."""
    return text if _PLACE.fullmatch(text) and not text.startswith((ENTER, MAKE)) else f"{CONSOLE_PATH}/"


def refuse(error: ServiceError) -> AnyResponse:
    """Lead to the way in, or say in plain words what is the matter."""
    if error.slug in _SIGN_IN:
        to = f"{ENTER}?toi={quote(request.full_path.rstrip('?'))}" if request.method == "GET" else ENTER
        return redirect(to, 303)
    if error.slug == "passkey_wanted":
        to = (
            f"{MAKE}?toi={quote(request.full_path.rstrip('?'), safe='')}" if request.method == "GET" else MAKE
        )
        return redirect(to, 303)
    if error.slug in ("not_found", "no_right"):
        return answer("no.html", 404, kind="no_place" if error.slug == "no_right" else "no_page")
    if error.slug == "not_confirmed":
        return answer("no.html", 403, kind="wait_page")
    if error.slug in ("bad_values", "too_many"):
        return answer("no.html", 422 if error.slug == "bad_values" else 429, kind=error.slug)
    if error.slug == "read_only":
        return _paused()
    if error.slug == "csrf":
        return answer("no.html", 403, kind="foreign")
    return _trouble()


def _wait(error: DatabaseTrouble) -> AnyResponse:
    """Say that the server can't answer now, or takes nothing now."""
    return _paused() if isinstance(error, ReadOnly) else _trouble()


def _keep_private(page: Response) -> Response:
    """Keep personal pages out of every cache: after signing out nothing comes back."""
    page.headers["Cache-Control"] = "no-store"
    page.vary.add("Cookie")
    return page


def _paused() -> Response:
    page = answer("no.html", 503, kind="paused", again=_typed())
    page.headers["Retry-After"] = str(read_only.RETRY_SECONDS)
    return page


def _typed() -> list[tuple[str, str]]:
    """Return what a form brought that was not taken, to be sent again; nothing of one with files.

    Nor of one without the cookie, which another site's form does not bring: what it typed is not offered here
    as if somebody of ours had. With the cookie `server.rim` let it through, so it came from our own page.
    """
    if request.mimetype != "application/x-www-form-urlencoded" or console_token() is None:
        return []
    try:
        return list(request.form.items(multi=True))
    except HTTPException:  # longer than any form of ours
        return []


def _trouble() -> Response:
    page = answer("no.html", 503, kind="trouble", again=_typed())
    page.headers["Retry-After"] = "30"
    return page
