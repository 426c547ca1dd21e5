"""The dossier: a season's book, or that of all farms for a range of days, looked at, taken away, checked.

The address in a printed dossier's QR leads here: with the digest that was printed the page says whether the
book is still the same, and what changed since.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, current_app, make_response, redirect, send_file
from werkzeug.wrappers import Response as AnyResponse

from server.config import now_ms
from server.pages import dossier_files
from server.pages.console_frame import make_pages, page_language, query_text, query_uuid, show, staff_page
from server.pages.console_seasons import whole_shown
from server.pages.console_show import parse_day
from server.pages.dossier_files import Printed
from server.services import console, dossiers, seasons
from server.services.books import Book, book_for, load_books
from server.services.console import Staff
from server.services.console_exports import TYPES as TABLE_TYPES
from server.services.console_reach import NotDone
from server.services.dossiers import Asked
from server.services.photos import PhotoStore
from sync.civil import add_days, ms_to_date

blueprint = make_pages("console_dossiers")
PLACE: Final = "dossier"
TYPES: Final = {"pdf": "application/pdf", "xlsx": TABLE_TYPES["xlsx"], "zip": "application/zip"}
CHANGES_SHOWN: Final = 20
RANGE_DAYS: Final = 90  # our choice: what a range is before anybody chose one


@blueprint.get("/ho-so")
def dossier_choice() -> AnyResponse:
    """Show whose dossier can be made; one chosen in the form leads to its page."""
    staff = staff_page(PLACE)
    farm, season = query_uuid("farm"), query_text("vu", 40)
    if farm and season:
        return redirect(f"/htx/ho-so/vu/{farm}/{console.check_uuid(season)}", 303)
    today = ms_to_date(now_ms())
    return show(
        "dossiers.html",
        staff,
        place=PLACE,
        seasons=dossiers.seasons_of(staff),
        books=list(load_books().values()),
        days=(add_days(today, -RANGE_DAYS), today),
    )


@blueprint.get("/ho-so/vu/<farm>/<season>")
def season_dossier(farm: str, season: str) -> AnyResponse:
    """Show what the dossier of a season holds, or give it as a file."""
    staff = staff_page(PLACE)
    return _answer(staff, _of_season(staff, farm, season))


@blueprint.get("/ho-so/htx")
def range_dossier() -> AnyResponse:
    """Show what the dossier of the cooperative holds for a range of days, or give it as a file."""
    staff = staff_page(PLACE)
    return _answer(staff, _of_range())


def _answer(staff: Staff, asked: Asked) -> AnyResponse:
    kind = query_text("tep", 4)
    try:
        said = dossier_files.printed(dossiers.gather(staff, asked), staff.organisation_name)
        return _file(staff, said, kind) if kind in TYPES else _page(staff, said)
    except NotDone as wrong:
        return show(
            "dossier.html",
            staff,
            place=PLACE,
            status=422,
            asked=asked,
            said=None,
            wrong=wrong,
            **_links(asked),
        )


def _of_season(staff: Staff, farm: str, season: str) -> Asked:
    found = dossiers.season_of(staff, console.check_uuid(farm), console.check_uuid(season))
    book = _book() or book_for(found.sector, found.standard)
    return Asked(book, farm=farm, season=season, only_approved=_only_approved())


def _of_range() -> Asked:
    first, last = parse_day(query_text("tu", 10)), parse_day(query_text("den", 10))
    if not first or not last or first > last:
        today = ms_to_date(now_ms())
        first, last = add_days(today, -RANGE_DAYS), today
    book = _book() or next(iter(load_books().values()))
    return Asked(book, first_day=first, last_day=last, only_approved=_only_approved())


def _book() -> Book | None:
    return load_books().get(query_text("so", 40))


def _only_approved() -> bool:
    return query_text("loc", 10) == "duyet"


def _page(staff: Staff, said: Printed) -> Response:
    dossier, asked = said.dossier, said.dossier.asked
    digest, printed_at = query_text("ma", 43), query_text("luc", 16)
    since = int(printed_at) if printed_at.isdigit() else 0
    changed = [one for one in dossier.changes if since and one[0] > since]
    return show(
        "dossier.html",
        staff,
        place=PLACE,
        asked=asked,
        said=said,
        wrong=None,
        printed_at=since,
        is_checked=bool(digest),
        is_same=digest == dossier.digest,
        changed=changed[:CHANGES_SHOWN],
        more=max(0, len(changed) - CHANGES_SHOWN),
        **_whole(staff, asked),
        **_links(asked),
    )


def _whole(staff: Staff, asked: Asked) -> dict[str, Any]:
    """Return how whole the book of a season is; nothing of a range of days."""
    if not asked.season:
        return {}
    found = seasons.whole_of(staff, asked.farm, asked.season, ms_to_date(now_ms()))
    return whole_shown(page_language(), found)


def _links(asked: Asked) -> dict[str, Any]:
    path = dossier_files.path_of(asked)
    return {
        "path": path,
        "query": urlencode(dossier_files.query_of(asked)),
        "books": list(load_books().values()),
    }


def _file(staff: Staff, said: Printed, kind: str) -> AnyResponse:
    name = f"ho-so-{ms_to_date(said.dossier.made_at)}.{kind}"
    if kind == "zip":
        store: PhotoStore = current_app.extensions["photos"]
        packed = dossier_files.as_zip(said, staff, store)
        return send_file(packed, mimetype=TYPES[kind], as_attachment=True, download_name=name)
    answer = make_response(
        dossier_files.as_pdf(said, staff) if kind == "pdf" else dossier_files.as_xlsx(said)
    )
    answer.headers["Content-Type"] = TYPES[kind]
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
