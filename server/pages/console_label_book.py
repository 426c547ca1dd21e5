"""The label book's pages: `/htx/danh-muc/nhan`. What a reviewer confirms is signed by the browser."""

from __future__ import annotations

from flask import Response, request

from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_lists_views import phi_text, stage_name
from server.pages.console_views import shots
from server.services import console_label_book
from server.services.console import Staff, check_uuid
from server.services.console_label_book import Guess, LabelPage
from sync.lists import PHI_KINDS, USE_PRODUCE
from sync.lists_read import STAGES
from sync.units import UNITS

blueprint = make_pages("console_label_book")
PLACE = "lists"
_DOSED = frozenset({"rate", "measure"})
_NO_DOSE = frozenset({"ph", "c", "mg_l", "cay/m2", "con/m2"})


@blueprint.get("/danh-muc/nhan")
def label_book() -> Response:
    """Show the label book, and the photos of labels that nobody has read."""
    staff = staff_page(PLACE)
    language = page_language()
    return show(
        "label_book.html",
        staff,
        place=PLACE,
        page=console_label_book.book(staff),
        phi=lambda *said: phi_text(language, *said),
    )


@blueprint.get("/danh-muc/nhan/<farm>/<entry>")
def new_label(farm: str, entry: str) -> Response:
    """Show a label's photo beside the fields that a reviewer fills from it."""
    staff = staff_page(PLACE)
    return _label(staff, console_label_book.new_label(staff, check_uuid(farm), check_uuid(entry)))


@blueprint.get("/danh-muc/nhan/sua/<uuid>")
def known_label(uuid: str) -> Response:
    """Show a line of the book, to read its label anew."""
    staff = staff_page(PLACE)
    return _label(staff, console_label_book.known_label(staff, check_uuid(uuid)))


def _label(staff: Staff, page: LabelPage) -> Response:
    language = page_language()
    text = request.args.get("mon", "0")
    at = int(text) if text.isascii() and text.isdigit() and int(text[:4]) < len(page.guesses) else 0
    guess = page.guesses[at] if page.guesses else Guess("")
    units = [
        (one.code, one.label[language])
        for one in UNITS.values()
        if one.dimension in _DOSED and one.code not in _NO_DOSE
    ]
    return show(
        "label_use.html",
        staff,
        place=PLACE,
        page=page,
        guess=guess,
        at=at,
        shots=shots(language, page.photo_scope, None, page.photos),
        units=units,
        kinds=PHI_KINDS,
        produce=USE_PRODUCE[1:],
        stages=[(code, stage_name(language, code)) for code in STAGES[1:]],
    )
