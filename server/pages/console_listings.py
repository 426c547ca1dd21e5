"""Where products are sold: `/htx/noi-ban`, each with its address, day, picture, and a look by date."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.api.photos import photo_store
from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, query_uuid, show, staff_page
from server.pages.console_products import sent_picture
from server.pages.console_show import date_text, parse_day
from server.services import console_listings
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone, allow
from server.services.markets import MARKETS
from sync.civil import ms_to_date

blueprint = make_pages("console_listings")
PLACE = "listings"
WHERE = f"{CONSOLE_PATH}/noi-ban"


@blueprint.get("/noi-ban")
def listings() -> Response:
    """Show where products are listed, those to look at first."""
    staff = staff_page(PLACE)
    page = console_listings.listings(staff, _today())
    return show(
        "listings.html", staff, place=PLACE, page=page, done=done_said(), days=console_listings.CHECK_DAYS
    )


@blueprint.get("/noi-ban/them")
def new_listing() -> Response:
    """Show an empty form."""
    return _form(_editor(), "", given={"product": query_uuid("sp"), "listed_on": date_text(_today())})


@blueprint.post("/noi-ban/them")
def add_listing() -> AnyResponse:
    """Add a listing."""
    staff = _editor()
    try:
        made = console_listings.keep_listing(staff, "", _said(), _today())
    except NotDone as wrong:
        return _form(staff, "", wrong, request.form)
    return redirect(f"{WHERE}/{made}?xong=done_listing", 303)


@blueprint.get("/noi-ban/<uuid>")
def listing(uuid: str) -> Response:
    """Show one listing."""
    return _form(staff_page(PLACE), check_uuid(uuid))


@blueprint.post("/noi-ban/<uuid>")
def edit_listing(uuid: str) -> AnyResponse:
    """Change a listing."""
    return _act(
        uuid, "done_listing", lambda staff: console_listings.keep_listing(staff, uuid, _said(), _today())
    )


@blueprint.post("/noi-ban/<uuid>/xem")
def check_listing(uuid: str) -> AnyResponse:
    """Keep that somebody looked today."""
    state = request.form.get("thay", "")
    return _act(
        uuid, "done_looked", lambda staff: console_listings.check_listing(staff, uuid, state, _today()), WHERE
    )


@blueprint.post("/noi-ban/<uuid>/anh")
def add_screenshot(uuid: str) -> AnyResponse:
    """Take a picture of the listing's page."""

    def work(staff: Staff) -> None:
        allow(staff, "edit_listings")
        console_listings.add_screenshot(staff, uuid, photo_store(), sent_picture())

    return _act(uuid, "done_picture", work)


def _editor() -> Staff:
    staff = staff_page(PLACE)
    allow(staff, "edit_listings")
    return staff


def _act(uuid: str, done: str, work: Callable[[Staff], object], to: str = "") -> AnyResponse:
    staff = staff_page(PLACE)
    check_uuid(uuid)
    try:
        work(staff)
    except NotDone as wrong:
        return _form(staff, uuid, wrong, request.form if "url" in request.form else None)
    return redirect(f"{to or f'{WHERE}/{uuid}'}?xong={done}", 303)


def _said() -> Mapping[str, str]:
    day = request.form.get("listed_on", "").strip()
    return dict(request.form) | {"listed_on": day and (parse_day(day) or "?")}


def _today() -> str:
    return ms_to_date(now_ms())


def _form(
    staff: Staff, uuid: str, wrong: NotDone | None = None, given: Mapping[str, str] | None = None
) -> Response:
    line = console_listings.listing(staff, uuid, _today()) if uuid else None
    if line is not None and not given:
        row = line.row
        given = {
            "product": row.product, "marketplace": row.marketplace, "url": row.url,
            "listed_on": date_text(row.listed_on),
        }  # fmt: skip
    return show(
        "listing.html", staff, place=PLACE, status=422 if wrong else 200, line=line, given=given or {},
        wares=console_listings.sold(staff), markets=MARKETS, done=done_said(), wrong=wrong,
    )  # fmt: skip
