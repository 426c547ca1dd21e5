"""The pages of a cooperative's products: `/htx/san-pham`. Rows, edited by a manager; pictures re-encoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from server.api.photos import photo_store
from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.errors import ServiceError
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_show import date_text, dong_text, parse_day
from server.services import console_products
from server.services.console import Staff, check_uuid
from server.services.console_product_values import DAYS, OCOP_GROUPS, OCOP_STARS, STANDARDS
from server.services.console_reach import NotDone, allow
from sync import ids
from sync.civil import ms_to_date
from sync.limits import PHOTO_BYTES_MAX

blueprint = make_pages("console_products")
PLACE = "products"
WHERE = f"{CONSOLE_PATH}/san-pham"
REQUEST_BYTES_MAX = PHOTO_BYTES_MAX + 10_000
NO_DAY = "?"


@blueprint.get("/san-pham")
def products() -> Response:
    """Show the products, and how trace pages say where the cooperative is."""
    return _list(staff_page(PLACE))


@blueprint.post("/san-pham/dia-chi")
def set_address() -> AnyResponse:
    """Keep the address that trace pages show."""
    staff = staff_page(PLACE)
    try:
        console_products.set_address(staff, request.form.get("dia_chi", ""))
    except NotDone as wrong:
        return _list(staff, wrong)
    return redirect(f"{WHERE}?xong=done_address", 303)


@blueprint.get("/san-pham/them")
def new_product() -> Response:
    """Show an empty form."""
    return _form(_editor(), "")


@blueprint.post("/san-pham/them")
def add_product() -> AnyResponse:
    """Make a product."""
    staff = _editor()
    try:
        made = console_products.keep_product(staff, "", _said())
    except NotDone as wrong:
        return _form(staff, "", wrong, request.form)
    return redirect(f"{WHERE}/{made}?xong=done_product", 303)


@blueprint.get("/san-pham/<uuid>")
def product(uuid: str) -> Response:
    """Show one product with its pictures."""
    return _form(staff_page(PLACE), check_uuid(uuid))


@blueprint.post("/san-pham/<uuid>")
def edit_product(uuid: str) -> AnyResponse:
    """Change a product."""
    return _act(uuid, "done_product", lambda staff: console_products.keep_product(staff, uuid, _said()))


@blueprint.post("/san-pham/<uuid>/thoi")
def retire_product(uuid: str) -> AnyResponse:
    """Take a product off the list for new lots, or put it back."""
    is_current = request.form.get("ban") == "1"
    return _act(
        uuid,
        "done_product",
        lambda staff: console_products.retire_product(staff, uuid, is_current=is_current),
    )


@blueprint.post("/san-pham/<uuid>/trang")
def show_product(uuid: str) -> AnyResponse:
    """Give a product a public page, or take it down."""
    is_shown = request.form.get("hien") == "1"
    return _act(
        uuid,
        "done_shown" if is_shown else "done_hidden",
        lambda staff: console_products.show_product(staff, uuid, is_shown=is_shown),
    )


@blueprint.post("/san-pham/<uuid>/anh")
def add_picture(uuid: str) -> AnyResponse:
    """Take a picture of a product."""

    def work(staff: Staff) -> None:
        allow(staff, "edit_products")
        console_products.add_picture(staff, uuid, photo_store(), sent_picture())

    return _act(uuid, "done_picture", work)


@blueprint.post("/san-pham/<uuid>/anh/<sha256>")
def move_picture(uuid: str, sha256: str) -> AnyResponse:
    """Make a picture the main one, or take it off."""

    def work(staff: Staff) -> None:
        if not ids.is_b64(sha256, 32):
            raise ServiceError("not_found")
        console_products.move_picture(staff, uuid, sha256, is_off=request.form.get("lam") == "bo")

    return _act(uuid, "done_product", work)


def sent_picture() -> bytes:
    """Return the bytes of the picture that a form sends. Raises: NotDone for none, or one too large."""
    request.max_content_length = REQUEST_BYTES_MAX
    try:
        file = request.files.get("anh")
    except RequestEntityTooLarge as error:
        raise NotDone("not_picture_too_large") from error
    if file is None or not file.filename:
        raise NotDone("not_picture")
    return bytes(file.read())


def _editor() -> Staff:
    staff = staff_page(PLACE)
    allow(staff, "edit_products")
    return staff


def _act(uuid: str, done: str, work: Callable[[Staff], object]) -> AnyResponse:
    staff = staff_page(PLACE)
    check_uuid(uuid)
    try:
        work(staff)
    except NotDone as wrong:
        return _form(staff, uuid, wrong, request.form if "name_vi" in request.form else None)
    return redirect(f"{WHERE}/{uuid}?xong={done}", 303)


def _said() -> Mapping[str, str]:
    """Return the fields of the form, its days civil; what is typed as a day and is none is said to be so."""
    form = request.form
    typed = {name: form.get(name, "").strip() for name in DAYS}
    return dict(form) | {name: text and (parse_day(text) or NO_DAY) for name, text in typed.items()}


def _list(staff: Staff, wrong: NotDone | None = None) -> Response:
    return show(
        "products.html",
        staff,
        place=PLACE,
        status=422 if wrong else 200,
        page=console_products.products(staff, ms_to_date(now_ms())),
        done=done_said(),
        wrong=wrong,
    )


def _form(
    staff: Staff, uuid: str, wrong: NotDone | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    page = console_products.product(staff, uuid, ms_to_date(now_ms())) if uuid else None
    given = dict(typed or {})
    if page is not None and not given:
        row = page.row
        given = {
            column.name: "" if (value := getattr(row, column.name)) is None else str(value)
            for column in row.__table__.columns
        }
        given |= {name: date_text(given[name]) for name in DAYS}
        given |= {
            name: dong_text(getattr(row, name), page_language()) for name in ("price_dong", "package_g")
        }
    return show(
        "product.html",
        staff,
        place=PLACE,
        status=422 if wrong else 200,
        page=page,
        given=given,
        kinds=console_products.kinds(page_language()),
        keys=console_products.key_products(staff, ms_to_date(now_ms())),
        standards=STANDARDS,
        groups=OCOP_GROUPS,
        stars=OCOP_STARS,
        done=done_said(),
        wrong=wrong,
    )
