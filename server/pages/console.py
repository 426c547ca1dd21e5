"""The cooperative's pages: the diary of its farms, what waits for a person, the farms, the devices.

Server-rendered; who is no staff gets nothing of them. What a page writes is signed in the browser by
`pwa/src/console` and goes through `POST /api/v1/sync`: no route here changes an op, and none makes one.
Source: DESIGN §3 "Who signs", §4; LOOK.md, console.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH, console_token, forget_cookie
from server.config import command, current_settings, now_ms
from server.errors import ServiceError
from server.pages import console_held_views, console_inbox_views, console_views
from server.pages.console_frame import (
    ENTER,
    LANGUAGE_COOKIE,
    answer,
    first_place,
    make_pages,
    note,
    page_language,
    place_of,
    query_text,
    query_uuid,
    show,
    staff_page,
)
from server.pages.console_show import leaf, parse_day
from server.pages.console_words import pick_language
from server.services import (
    console,
    console_document,
    console_entries,
    console_farms,
    console_held,
    console_sessions,
    inbox,
    inbox_entry,
)
from server.services.console_entries import Wanted
from sync.forms import load_forms

blueprint = make_pages("console")

YEAR_SECONDS = 365 * 86_400
DOCUMENTS = {"dong": "entry", "vu": "season", "thua": "plot"}
NARROWED_BY = ("farm", "season", "plot", "form", "from", "to", "conflicts", "deleted")


@blueprint.get("/")
def entries() -> AnyResponse:
    """Show the merged entries of the cooperative's farms, newest first; who sees none begins elsewhere."""
    staff = staff_page("account")
    if not staff.may_see("entries"):
        return redirect(first_place(staff), 303)
    note(staff, "entries")
    wanted = Wanted(
        farm=query_uuid("farm"),
        season=query_uuid("season"),
        plot=query_uuid("plot"),
        form=query_text("form", 40),
        first_day=_day("from"),
        last_day=_day("to"),
        conflicts=request.args.get("conflicts") == "1",
        deleted=request.args.get("deleted") == "1",
    )
    found = console_entries.entry_list(staff, wanted, query_text("after", 300) or None)
    language = page_language()
    choices = console_entries.choices(staff, wanted)
    forms = [(code, _form_name(code)) for code in choices.forms]
    return show(
        "entries.html",
        staff,
        place="entries",
        wanted=wanted,
        choices=choices,
        forms=sorted(forms, key=lambda one: one[1]),
        days=console_views.days(language, found),
        next=found.next,
        after=query_text("after", 300),
        is_day_bad=any(request.args.get(name) and not _day(name) for name in ("from", "to")),
        query={name: value for name in NARROWED_BY if (value := request.args.get(name))},
    )


@blueprint.get("/<any(dong, vu, thua):kind>/<farm>/<uuid>")
def document(kind: str, farm: str, uuid: str) -> Response:
    """Show one entry, season or plot: what it says, its photos, its conflicts, its history."""
    staff = staff_page("document")
    found = console_document.document_page(
        staff, staff.farm(console.check_uuid(farm)), DOCUMENTS[kind], console.check_uuid(uuid)
    )
    language = page_language()
    review = None
    if kind == "dong":
        judged = inbox_entry.entry_page(staff, found.farm, console.check_uuid(uuid), inbox.Wanted())
        review = console_inbox_views.entry(language, judged)
    shower = console_views.shower_of(language, found.names, found.farm.scope)
    first = found.history[0] if not found.older_steps else None
    day = console_views.happened_on(found)
    return show(
        "document.html",
        staff,
        place="entries" if kind == "dong" else "farms",
        page=found,
        review=review,
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
    staff = staff_page("held")
    turned_down = request.args.get("turned_down") == "1"
    found = console_held.held_list(staff, query_text("after", 300) or None, turned_down=turned_down)
    rows = console_held_views.held_rows(page_language(), staff, found)
    return show("held.html", staff, place="held", found=found, rows=rows, turned_down=turned_down)


@blueprint.get("/may")
def devices() -> Response:
    """Show the devices of the cooperative's people, those that wait first."""
    staff = staff_page("devices")
    after = query_text("after", 100)
    found = console_farms.devices_of(staff, after)
    return show("devices.html", staff, place="devices", found=found, after=after, now=now_ms())


@blueprint.get("/may/<uuid>")
def device(uuid: str) -> Response:
    """Show the device of one invitation (and those that joined later by it), to confirm or revoke it."""
    staff = staff_page("devices")
    found = console_farms.devices_of_invite(staff, console.check_uuid(uuid))
    return show("device.html", staff, place="devices", devices=found, now=now_ms())


@blueprint.get("/vao")
def enter() -> Response:
    """Show the way in: an invitation, whose browser this is, or how to get a link. The script fills it."""
    return answer("enter.html", 200, place_to=place_of(request.args.get("toi", "")), command=command)


@blueprint.post("/ra")
def leave() -> AnyResponse:
    """End the browser's session. The key stays, so that the same person can enter again."""
    token = console_token()
    if token is not None:
        console_sessions.end(token)
    out = make_response(redirect(f"{ENTER}?ra=1", 303))
    forget_cookie(out)
    return out


@blueprint.post("/tieng")
def language() -> AnyResponse:
    """Keep the language that this browser reads."""
    back = make_response(redirect(place_of(request.form.get("toi", "")), 303))
    back.set_cookie(
        LANGUAGE_COOKIE,
        pick_language(request.form.get("language")),
        max_age=YEAR_SECONDS,
        path=CONSOLE_PATH,
        httponly=True,
        secure=current_settings().is_https,
        samesite="Strict",
    )
    return back


@blueprint.get("/<path:rest>")
def nothing(rest: str) -> Response:  # noqa: ARG001 (whatever it is, it is not here)
    """Say that there is no such page."""
    raise ServiceError("not_found")


def _form_name(code: str) -> str:
    form = load_forms().get(code)
    return code if form is None else str(getattr(form.title, page_language()))


def _day(name: str) -> str:
    """Return the civil date that an address asks for, as people write it or as YYYY-MM-DD; else nothing."""
    return parse_day(query_text(name, 10))


def _refs(value: object) -> list[object]:
    return value if isinstance(value, list) else []
