"""The pages of recalls: `/htx/thu-hoi`. One search, the lots to recall, whom to call, and the report."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Response, request

from server.config import now_ms
from server.pages.console_frame import make_pages, page_language, query_text, show, staff_page
from server.pages.console_lots import size_shown
from server.pages.console_recall_report import as_pdf
from server.pages.console_show import date_text
from server.services import console_lots, console_recall
from sync.civil import ms_to_date
from sync.codes import show_code
from sync.forms import load_forms
from sync.lots.states import TREATMENTS

blueprint = make_pages("console_recall")
PLACE = "recall"
_ASKED: Final = {"dong": "entry", "thua": "plot", "lo": "lot"}


@blueprint.get("/thu-hoi")
def recall() -> Response:
    """Show the search, or what an address names: an entry, a plot, a lot."""
    way, typed = next(
        ((way, text) for name, way in _ASKED.items() if (text := query_text(name, 40))), ("", "")
    )
    return _shown(way, typed)


@blueprint.post("/thu-hoi")
def look_for_lots() -> Response:
    """Show what a batch, a household, an entry, a plot or a lot touched; no address carries it."""
    return _shown(*_asked())


@blueprint.post("/thu-hoi/bao-cao")
def recall_report() -> Response:
    """Give the report of what a search touched as PDF."""
    staff = staff_page(PLACE)
    way, typed = _asked()
    now = now_ms()
    found = console_recall.search(staff, way, typed) if way and typed else None
    if found is None or not found.lots:
        return _shown(way, typed)
    answer = Response(as_pdf(found, staff, way, typed, now), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="thu-hoi-{ms_to_date(now)}.pdf"'
    return answer


def _asked() -> tuple[str, str]:
    way = request.form.get("theo", "")
    typed = request.form.get("loi", "").strip()[: console_recall.TYPED_MAX]
    return way if way in console_recall.WAYS else "", typed


def _shown(way: str, typed: str) -> Response:
    staff = staff_page(PLACE)
    language = page_language()
    return show(
        "recall.html",
        staff,
        place="lots",
        found=console_recall.search(staff, way, typed) if way and typed else None,
        way=way,
        typed=typed,
        ways=console_recall.WAYS,
        treatments=TREATMENTS,
        may_recall=console_lots.may_publish(staff),
        today=date_text(ms_to_date(now_ms())),
        now=now_ms(),
        code=lambda text: show_code(text) if text else "?",
        size=partial(size_shown, language),
        form_name=lambda form: getattr(load_forms()[form].short, language) if form in load_forms() else form,
    )
