"""The commune's page: its cooperatives in figures; the administrator adds and renames them."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, show, staff_page
from server.services import console, console_commune, console_villages
from server.services.console import Staff
from server.services.console_reach import NotDone

blueprint = make_pages("console_commune")

COMMUNE = f"{CONSOLE_PATH}/xa"


@blueprint.get("/xa")
def commune() -> Response:
    """Show the commune's cooperatives in figures."""
    return _page(staff_page("commune"))


@blueprint.post("/xa/them")
def add_organisation() -> AnyResponse:
    """Add a cooperative."""
    staff = staff_page("commune")
    try:
        console_commune.add_organisation(staff, request.form.get("ten", ""))
    except NotDone as wrong:
        return _page(staff, wrong)
    return redirect(f"{COMMUNE}?xong=done_organisation", 303)


@blueprint.post("/xa/<organisation>/ten")
def rename_organisation(organisation: str) -> AnyResponse:
    """Call an organisation otherwise."""
    staff = staff_page("commune")
    try:
        named = request.form.get("ten", "")
        console_commune.rename_organisation(staff, console.check_uuid(organisation), named)
    except NotDone as wrong:
        return _page(staff, wrong)
    return redirect(f"{COMMUNE}?xong=done_edited", 303)


def _page(staff: Staff, wrong: NotDone | None = None) -> Response:
    return show(
        "commune.html",
        staff,
        place="commune",
        status=200 if wrong is None else 422,
        figures=console_commune.figures(staff),
        villages=console_villages.villages_of(staff),
        days=console_commune.LATELY_DAYS,
        typed=request.form,
        wrong=wrong,
        done=done_said(),
    )
