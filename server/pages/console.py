"""The cooperative's pages: the diary of its farms, what waits for a person, the farms, the devices.

Server-rendered; who is no staff gets nothing of them. What a page writes is signed in the browser by
`pwa/src/console` and goes through `POST /api/v1/sync`: no route here changes an op, and none makes one.
Source: DESIGN §3 "Who signs", §4; LOOK.md, console.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH, console_token, forget_cookie, require_device
from server.config import current_settings, now_ms
from server.db import DatabaseTrouble
from server.errors import ServiceError
from server.pages import console_held_views, console_views
from server.pages.console_assets import console_assets
from server.pages.console_show import area_text, date_text, leaf, parse_day, time_text
from server.pages.console_words import Language, pick_language, say
from server.services import console, console_document, console_entries, console_farms, console_held, sessions
from server.services.console import Staff
from server.services.console_entries import Wanted
from sync.forms import load_forms

blueprint = Blueprint("console", __name__, url_prefix=CONSOLE_PATH)

ENTER = f"{CONSOLE_PATH}/vao"
LANGUAGE_COOKIE = "tieng"
YEAR_SECONDS = 365 * 86_400
DOCUMENTS = {"dong": "entry", "vu": "season", "thua": "plot"}
NARROWED_BY = ("farm", "season", "plot", "form", "from", "to", "conflicts", "deleted")
_SIGN_IN = frozenset({"session", "device_revoked"})
_PLACE = re.compile(r"/htx(?:/[A-Za-z0-9/_-]*)?(?:\?[A-Za-z0-9=&%.~:+_-]*)?", re.ASCII)


@blueprint.get("/")
def entries() -> Response:
    """Show the merged entries of the cooperative's farms, newest first."""
    staff = _staff()
    wanted = Wanted(
        farm=_uuid("farm"),
        season=_uuid("season"),
        plot=_uuid("plot"),
        form=_arg("form", 40),
        first_day=_day("from"),
        last_day=_day("to"),
        conflicts=request.args.get("conflicts") == "1",
        deleted=request.args.get("deleted") == "1",
    )
    found = console_entries.entry_list(staff, wanted, _arg("after", 300) or None)
    language = _language()
    choices = console_entries.choices(staff, wanted)
    forms = [(code, _form_name(code)) for code in choices.forms]
    return _page(
        "entries.html",
        staff,
        place="entries",
        wanted=wanted,
        choices=choices,
        forms=sorted(forms, key=lambda one: one[1]),
        days=console_views.days(language, found),
        next=found.next,
        after=_arg("after", 300),
        is_day_bad=any(request.args.get(name) and not _day(name) for name in ("from", "to")),
        query={name: value for name in NARROWED_BY if (value := request.args.get(name))},
    )


@blueprint.get("/<any(dong, vu, thua):kind>/<farm>/<uuid>")
def document(kind: str, farm: str, uuid: str) -> Response:
    """Show one entry, season or plot: what it says, its photos, its conflicts, its history."""
    staff = _staff()
    found = console_document.document_page(
        staff, staff.farm(console.check_uuid(farm)), DOCUMENTS[kind], console.check_uuid(uuid)
    )
    language = _language()
    shower = console_views.shower_of(language, found.names, found.farm.scope)
    first = found.history[0] if not found.older_steps else None
    day = console_views.happened_on(found)
    return _page(
        "document.html",
        staff,
        place="entries" if kind == "dong" else "farms",
        page=found,
        title=console_views.document_title(language, found),
        leaf=leaf(day, language),
        icon="more" if found.form is None else found.form.tile(found.values).icon,
        plots=[
            name
            for ref in _refs(found.values.get("plots"))
            if (name := found.names.of(found.farm.scope, ref))
        ],
        marks=console_views.marks_of(language, day, first.recorded_at, first.received_at) if first else [],
        blocks=console_views.blocks(found, shower),
        clashes=console_views.clashes(language, found, shower),
        events=console_views.events(language, found, shower),
        shots=console_views.shots(language, found.farm.scope, found.form, found.photos),
        findings=[one for one in found.findings if not one.is_hint],
        hints=[one for one in found.findings if one.is_hint],
    )


@blueprint.get("/cho")
def held() -> Response:
    """Show what is held, or what was turned down."""
    staff = _staff()
    turned_down = request.args.get("turned_down") == "1"
    found = console_held.held_list(staff, _arg("after", 300) or None, turned_down=turned_down)
    rows = console_held_views.held_rows(_language(), staff, found)
    return _page("held.html", staff, place="held", found=found, rows=rows, turned_down=turned_down)


@blueprint.get("/ho")
def farms() -> Response:
    """Show the farms of the cooperative at a glance."""
    staff = _staff()
    return _page("farms.html", staff, place="farms", lines=console_farms.farm_lines(staff))


@blueprint.get("/ho/<farm>")
def farm(farm: str) -> Response:
    """Show one farm: its people and devices, plots and seasons."""
    staff = _staff()
    found = console_farms.farm_page(staff, staff.farm(console.check_uuid(farm)))
    return _page("farm.html", staff, place="farms", page=found, now=now_ms())


@blueprint.get("/may")
def devices() -> Response:
    """Show the devices of the cooperative's people, those that wait first."""
    staff = _staff()
    return _page(
        "devices.html", staff, place="devices", devices=console_farms.devices_of(staff), now=now_ms()
    )


@blueprint.get("/may/<uuid>")
def device(uuid: str) -> Response:
    """Show the device of one invitation (and those that joined later by it), to confirm or revoke it."""
    staff = _staff()
    found = console_farms.devices_of_invite(staff, console.check_uuid(uuid))
    return _page("device.html", staff, place="devices", devices=found, now=now_ms())


@blueprint.get("/vao")
def enter() -> Response:
    """Show the way in: an invitation, whose browser this is, or how to get a link. The script fills it."""
    return _answer("enter.html", 200, place_to=_place(request.args.get("toi", "")))


@blueprint.post("/ra")
def leave() -> AnyResponse:
    """End the browser's session. The key stays, so that the same person can enter again."""
    token = console_token()
    if token is not None:
        sessions.end(token)
    answer = make_response(redirect(f"{ENTER}?ra=1", 303))
    forget_cookie(answer)
    return answer


@blueprint.post("/tieng")
def language() -> AnyResponse:
    """Keep the language that this browser reads."""
    answer = make_response(redirect(_place(request.form.get("toi", "")), 303))
    answer.set_cookie(
        LANGUAGE_COOKIE,
        pick_language(request.form.get("language")),
        max_age=YEAR_SECONDS,
        path=CONSOLE_PATH,
        httponly=True,
        secure=current_settings().is_https,
        samesite="Strict",
    )
    return answer


@blueprint.get("/<path:rest>")
def nothing(rest: str) -> Response:  # noqa: ARG001 (whatever it is, it is not here)
    """Say that there is no such page."""
    raise ServiceError("not_found")


@blueprint.errorhandler(ServiceError)
def refuse(error: ServiceError) -> AnyResponse:
    """Lead to the way in, or say in plain words what is the matter."""
    if error.slug in _SIGN_IN:
        return redirect(
            f"{ENTER}?toi={quote(request.full_path.rstrip('?'))}" if request.method == "GET" else ENTER, 303
        )
    if error.slug in ("not_found", "no_right"):
        return _answer("no.html", 404, kind="no_place" if error.slug == "no_right" else "no_page")
    if error.slug == "not_confirmed":
        return _answer("no.html", 403, kind="wait_page")
    if error.slug == "csrf":
        return _answer("no.html", 403, kind="foreign")
    return _trouble()


@blueprint.errorhandler(DatabaseTrouble)
def wait(_error: DatabaseTrouble) -> AnyResponse:
    """Say that the server can't answer now."""
    return _trouble()


@blueprint.after_request
def keep_private(answer: Response) -> Response:
    """Keep personal pages out of every cache: after signing out nothing comes back."""
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.add("Cookie")
    return answer


def _staff() -> Staff:
    caller = require_device()
    return console.staff_of(caller.writer, caller.scopes)


def _trouble() -> Response:
    answer = _answer("no.html", 503, kind="trouble")
    answer.headers["Retry-After"] = "30"
    return answer


def _page(template: str, staff: Staff, **context: Any) -> Response:
    return _answer(template, 200, staff=staff, waiting=console.waiting_for(staff), **context)


def _answer(template: str, status: int, **context: Any) -> Response:
    language = _language()
    given = {
        "language": language,
        "t": partial(say, language),
        "role": partial(console_views.role_shown, language),
        "day": date_text,
        "time": time_text,
        "area": partial(area_text, language=language),
        "here": request.full_path.rstrip("?"),
        **context,
    }
    try:
        return make_response(render_template(f"htx/{template}", assets=console_assets(), **given), status)
    except ServiceError:
        answer = make_response(render_template("not_built.html"), 503)
        answer.headers["Retry-After"] = "60"
        return answer


def _language() -> Language:
    return pick_language(request.cookies.get(LANGUAGE_COOKIE))


def _form_name(code: str) -> str:
    form = load_forms().get(code)
    return code if form is None else str(getattr(form.title, _language()))


def _uuid(name: str) -> str:
    text = request.args.get(name, "")
    return console.check_uuid(text) if text else ""


def _day(name: str) -> str:
    """Return the civil date that an address asks for, as people write it or as YYYY-MM-DD; else nothing."""
    return parse_day(_arg(name, 10))


def _arg(name: str, most: int) -> str:
    """Return what an address asks for; what no page of ours writes counts as nothing asked."""
    text = request.args.get(name, "")
    return text if len(text) <= most and text.isascii() and text.isprintable() else ""


def _refs(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _place(text: str) -> str:
    """Return where to go on: a page of the console, whatever an address says (no open redirect)."""
    return text if _PLACE.fullmatch(text) and not text.startswith(ENTER) else f"{CONSOLE_PATH}/"
