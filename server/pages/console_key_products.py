"""The commune's key products and OCOP products: `/htx/xa/san-pham-chu-luc`, kept by its officer."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.api.photos import photo_store
from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_show import date_text, parse_day
from server.services import console_key_products
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone
from sync.civil import ms_to_date

blueprint = make_pages("console_key_products")
PLACE = "key_products"
WHERE = f"{CONSOLE_PATH}/xa/san-pham-chu-luc"


@blueprint.get("/xa/san-pham-chu-luc")
def key_products() -> Response:
    """Show the commune's key products and its OCOP products."""
    return _shown(staff_page(PLACE))


@blueprint.post("/xa/san-pham-chu-luc")
def add_key_product() -> AnyResponse:
    """Add a key product."""
    return _keep("")


@blueprint.post("/xa/san-pham-chu-luc/<uuid>")
def edit_key_product(uuid: str) -> AnyResponse:
    """Change a key product, or say until when it counts."""
    return _keep(check_uuid(uuid))


@blueprint.post("/xa/ocop/<uuid>/doi-chieu")
def check_ocop(uuid: str) -> AnyResponse:
    """Keep that the officer compared an OCOP product with its paper."""
    console_key_products.check_ocop(staff_page(PLACE), check_uuid(uuid), ms_to_date(now_ms()))
    return redirect(f"{WHERE}?xong=done_checked#ocop", 303)


@blueprint.get("/xa/noi-ban/<uuid>/anh")
def listing_picture(uuid: str) -> Response:
    """Give the picture of a listing's page."""
    staff = staff_page(PLACE)
    data = console_key_products.screenshot(staff, photo_store(), check_uuid(uuid))
    answer = Response(data, mimetype="image/jpeg")
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _keep(uuid: str) -> AnyResponse:
    staff, form = staff_page(PLACE), request.form
    typed = {name: form.get(name, "").strip() for name in ("since", "until")}
    said = dict(form) | {name: text and (parse_day(text) or "?") for name, text in typed.items()}
    try:
        console_key_products.keep_key_product(staff, uuid, said, form.getlist("codes"))
    except NotDone as wrong:
        return _shown(staff, wrong, uuid)
    return redirect(f"{WHERE}?xong=done_key", 303)


def _shown(staff: Staff, wrong: NotDone | None = None, uuid: str = "") -> Response:
    today, language = ms_to_date(now_ms()), page_language()
    return show(
        "key_products.html", staff, place=PLACE, status=422 if wrong else 200,
        page=console_key_products.key_page(staff, today, language), marks=console_key_products.MARKS,
        given=request.form if wrong else {}, editing=uuid, today=date_text(today), done=done_said(),
        wrong=wrong,
    )  # fmt: skip
