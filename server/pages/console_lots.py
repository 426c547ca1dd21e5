"""The pages of lots: `/htx/lo`. What a person does there is signed by the browser's own key."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import Response, request

from server.config import now_ms
from server.pages.console_frame import make_pages, page_language, query_text, show, staff_page
from server.pages.console_inbox_views import chip_of
from server.pages.console_show import date_text, number_shown
from server.pages.console_words import Language
from server.services import console_lot, console_lot_bought, console_lots, console_publish
from server.services.console import Staff, check_uuid
from server.services.console_lots import Size, size_of
from server.services.console_reach import NotDone
from sync.civil import ms_to_date
from sync.codes import show_code
from sync.lots.states import STATES
from sync.units import find_unit

blueprint = make_pages("console_lots")
PLACE = "lots"
ICONS: Final = {
    "split": "fork", "merge": "plus", "grade": "fork", "handle": "water", "pack": "sack", "store": "store",
    "ship": "leave", "return": "undo", "loss": "waste", "destroy": "waste", "sale": "sell", "label": "qr",
}  # fmt: skip


@blueprint.get("/lo")
def lots() -> Response:
    """Show the lots in one state."""
    staff = staff_page(PLACE)
    page = console_lots.overview(staff, query_text("trang_thai", 20), query_text("sau", 100))
    return _shown("lots.html", staff, page=page, states=STATES)


@blueprint.get("/lo/moi")
def new_lot() -> Response:
    """Show what a new lot can be made of."""
    staff = staff_page(PLACE)
    page = console_lots.new_lot(staff, ms_to_date(now_ms()))
    return _shown(
        "lot_new.html", staff, page=page, names={scope: farm.name for scope, farm in staff.farms.items()}
    )


@blueprint.get("/lo/<uuid>")
def lot(uuid: str) -> Response:
    """Show one lot with its way."""
    staff = staff_page(PLACE)
    page, language = console_lot.lot_page(staff, check_uuid(uuid)), page_language()
    return _shown(
        "lot.html",
        staff,
        page=page,
        icons=ICONS,
        chips=lambda found: [chip_of(language, one) for one in found],
        delivered=page.delivered,
        bought=console_lot_bought.bought(staff, page.row),
    )


@blueprint.get("/lo/<uuid>/cong-bo")
def look_at_lot(uuid: str) -> Response:
    """Show what a publication would say; 409 while a finding stops it."""
    return _publishing(uuid, "")


@blueprint.post("/lo/<uuid>/cong-bo")
def override_lot(uuid: str) -> Response:
    """Show the same with a manager's reason for publishing although a finding stops it."""
    return _publishing(uuid, request.form.get("ly_do", ""))


def _publishing(uuid: str, reason: str) -> Response:
    staff = staff_page(PLACE)
    try:
        page = console_publish.publishing(staff, check_uuid(uuid), ms_to_date(now_ms()), reason)
    except NotDone as wrong:
        return _shown("lot_publish.html", staff, 409, page=None, uuid=uuid, wrong=wrong)
    return _shown("lot_publish.html", staff, 200 if page.set else 409, page=page, uuid=uuid)


def _shown(template: str, staff: Staff, status: int = 200, **context: Any) -> Response:
    language = page_language()
    return show(
        template,
        staff,
        place=PLACE,
        status=status,
        may_make=console_lots.may_make(staff),
        may_publish=console_lots.may_publish(staff),
        today=date_text(ms_to_date(now_ms())),
        code=lambda text: show_code(text) if text else "?",
        size=partial(size_shown, language),
        sized=size_of,
        unit=lambda code: find_unit(code).label[language],
        **context,
    )


def size_shown(language: Language, size: Size) -> str:
    """Return a size as people read it: "12,5 kg"."""
    return f"{number_shown(language, size.text)}\u00a0{find_unit(size.unit).label[language]}"
