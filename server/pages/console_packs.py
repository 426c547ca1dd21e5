"""What a product is sold with: listing packs, and a page to read from in front of a camera.

`/htx/san-pham/<product>/goi`, its files, and `/htx/san-pham/<product>/noi`.
"""

from __future__ import annotations

import io
from typing import Final

import segno
from flask import Response, make_response
from markupsafe import Markup

from server.api.photos import photo_store
from server.config import current_settings, now_ms
from server.pages.console_frame import make_pages, show, staff_page
from server.services import console_packs
from server.services.console import Staff, check_uuid
from server.services.console_products import product
from server.services.console_reach import NotDone
from server.services.packs.shape import Ware
from sync.civil import ms_to_date

blueprint = make_pages("console_packs")
PLACE = "products"
QUIET: Final = 4  # modules around the code; ISO/IEC 18004


@blueprint.get("/san-pham/<uuid>/goi")
def packs(uuid: str) -> Response:
    """Show the packs of a product, and what each still lacks."""
    return _packs(staff_page(PLACE), check_uuid(uuid))


@blueprint.get("/san-pham/<uuid>/goi/<market>.<any(xlsx,csv,zip):ending>")
def pack_file(uuid: str, market: str, ending: str) -> Response:
    """Give a pack as a file."""
    staff, today = staff_page(PLACE), ms_to_date(now_ms())
    try:
        name, data = console_packs.pack_file(
            staff, check_uuid(uuid), market, ending, photo_store(), _base(), today
        )
    except NotDone as wrong:
        return _packs(staff, uuid, wrong)
    answer = make_response(data)
    answer.headers["Content-Type"] = console_packs.TYPES[ending]
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.get("/san-pham/<uuid>/noi")
def kit(uuid: str) -> Response:
    """Show what to say of a product in front of a camera: to read on a phone, or to print."""
    staff, today = staff_page(PLACE), ms_to_date(now_ms())
    found = console_packs.packs_of(staff, check_uuid(uuid), _base(), today)
    address = found.ware.trace or found.ware.page
    return show(
        "kit.html", staff, place=PLACE, uuid=uuid, ware=found.ware, page=product(staff, uuid, today),
        code=_code(address) if address else "", address=address, warned=_warned(found.ware),
    )  # fmt: skip


def _packs(staff: Staff, uuid: str, wrong: NotDone | None = None) -> Response:
    page = console_packs.packs_of(staff, uuid, _base(), ms_to_date(now_ms()))
    return show("packs.html", staff, place=PLACE, status=409 if wrong else 200, page=page, wrong=wrong)


def _base() -> str:
    return current_settings().public_url.rstrip("/")


def _code(address: str) -> Markup:
    """Return a QR of an address as a drawing in the page."""
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(
        out,
        kind="svg",
        border=QUIET,
        xmldecl=False,
        svgns=False,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
    )
    return Markup(out.getvalue().decode())  # noqa: S704 (drawn by us; the address is in its shape alone)


def _warned(ware: Ware) -> bool:
    """Return whether nothing but the seller's word stands behind the product."""
    return not ware.papers
