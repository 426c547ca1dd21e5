"""The page of what was asked from the field: settled or declined by whoever decides."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.pages.console_finding import done_said, page_number
from server.pages.console_frame import make_pages, show, staff_page
from server.pages.console_show import last_day
from server.services import console, console_requests
from server.services.console import Staff
from server.services.console_reach import NotDone

blueprint = make_pages("console_requests")

REQUESTS = f"{CONSOLE_PATH}/xin"


@blueprint.get("/xin")
def asked() -> Response:
    """Show what waits for a decision."""
    return _page(staff_page("requests"))


@blueprint.post("/xin/<asked_id>/nhan")
def settle_request(asked_id: str) -> AnyResponse:
    """Make the row that was asked for."""
    staff = staff_page("requests")
    console.check_uuid(asked_id)
    same_as = request.form.get("la", "")
    try:
        console_requests.settle(
            staff,
            asked_id,
            is_sure=request.form.get("chac") == "1",
            same_as=console.check_uuid(same_as) if same_as else "",
        )
    except NotDone as wrong:
        return _page(staff, wrong)
    return redirect(f"{REQUESTS}?xong=done_settled", 303)


@blueprint.post("/xin/<asked_id>/tu-choi")
def decline_request(asked_id: str) -> AnyResponse:
    """Say no, and why."""
    staff = staff_page("requests")
    try:
        console_requests.decline(staff, console.check_uuid(asked_id), request.form.get("loi", ""))
    except NotDone as wrong:
        return _page(staff, wrong)
    return redirect(f"{REQUESTS}?xong=done_declined", 303)


def _page(staff: Staff, wrong: NotDone | None = None) -> Response:
    return show(
        "requests.html",
        staff,
        place="requests",
        status=200 if wrong is None else 422,
        found=console_requests.asked_list(staff, page_number()),
        last_day=last_day,
        wrong=wrong,
        done=done_said(),
    )
