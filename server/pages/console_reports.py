"""Reports to the level above: `/htx/bao-cao`, made of a year's figures and frozen when they are issued."""

from __future__ import annotations

from flask import Response, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, page_language, query_text, show, staff_page
from server.pages.indicator_report import report_said, report_sheets
from server.pages.indicator_views import shown_of
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone
from server.services.indicators import counting, reports
from sync.civil import ms_to_date

blueprint = make_pages("console_reports")
PLACE = "reports"
WHERE = f"{CONSOLE_PATH}/bao-cao"
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.get("/bao-cao")
def reports_page() -> Response:
    """Show what was issued, and the form of the next one."""
    return _shown(staff_page(PLACE), _year(query_text("nam", 4)))


@blueprint.post("/bao-cao")
def issue_report() -> AnyResponse:
    """Freeze a report, or show it before it is issued."""
    staff, now = staff_page(PLACE), now_ms()
    year = _year(request.form.get("nam", ""))
    try:
        paper = reports.paper_of(request.form)
        page = counting.page_of(staff, year)
        said = report_said(
            page, paper, ms_to_date(now), staff.organisation_name, is_made_up=reports.is_made_up(staff)
        )
        if request.form.get("lam") == "xem":
            return _file(reports.draw(said, now), "xem-truoc.pdf", "pdf", is_shown=True)
        reports.issue(staff, year, page.ask.day, paper, said, report_sheets(page))
    except NotDone as wrong:
        return _shown(staff, year, wrong)
    return redirect(f"{WHERE}?xong=done_report", 303)


@blueprint.get("/bao-cao/<uuid>.<any(pdf, xlsx):kind>")
def report_file(uuid: str, kind: str) -> Response:
    """Give a report's file as it was issued."""
    data, name = reports.bytes_of(staff_page(PLACE), check_uuid(uuid), kind)
    return _file(data, name, kind)


def _file(data: bytes, name: str, kind: str, *, is_shown: bool = False) -> Response:
    answer = make_response(data)
    answer.mimetype = TYPES[kind]
    answer.headers["Content-Disposition"] = f'{"inline" if is_shown else "attachment"}; filename="{name}"'
    return answer


def _shown(staff: Staff, year: int, wrong: NotDone | None = None) -> Response:
    page = counting.page_of(staff, year)
    language = page_language()
    return show(
        "reports.html", staff, place=PLACE, status=200 if wrong is None else 422, year=year, page=page,
        rows=[shown_of(language, one) for one in page.figures], issued=reports.issued(staff),
        years=counting.years(ms_to_date(now_ms())), typed=request.form, may=staff.may_act("issue_reports"),
        wrong=wrong, done=done_said(),
    )  # fmt: skip


def _year(text: str) -> int:
    years = counting.years(ms_to_date(now_ms()))
    return int(text) if text.isdigit() and int(text) in years else years[0]
