"""The seven indicators for the commune's officer: `/htx/chi-tieu`, each figure down to its records and rule.

Source: LOOK.md, 13; reference commune-plan.
"""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, page_language, query_text, query_uuid, show, staff_page
from server.pages.indicator_views import Shown, drawn_days, drawn_marks, rows_of, rule_text, shown_of
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone
from server.services.indicators import counting, definitions
from server.services.indicators.shape import NUMBERS, Part
from sync.civil import ms_to_date

blueprint = make_pages("console_indicators")
PLACE = "indicators"
WHERE = f"{CONSOLE_PATH}/chi-tieu"
LINES_SHOWN = 100
PAGES_MAX = 1000
KINDS = {"1": True, "0": False}


@blueprint.get("/chi-tieu")
def indicators() -> Response:
    """Show the seven figures of a year."""
    staff = staff_page(PLACE)
    page = counting.page_of(staff, _year())
    language = page_language()
    return show(
        "indicators.html", staff, place=PLACE, page=page,
        rows=[shown_of(language, one) for one in page.figures], years=counting.years(_today()),
        last=max(one.milestone for one in page.figures), done=done_said(),
    )  # fmt: skip


@blueprint.get("/chi-tieu/<int:number>")
def indicator(number: int) -> Response:
    """Show one figure with its records."""
    staff, language = staff_page(PLACE), page_language()
    kind = KINDS.get(query_text("phan", 1))
    start = _page() * LINES_SHOWN
    part = Part(kind, query_uuid("thon"), query_uuid("htx"), start, LINES_SHOWN)
    found = counting.open_figure(staff, number, _year(), part)
    shown = shown_of(language, found.figure)
    return show(
        "indicator.html", staff, place=PLACE, found=found, shown=shown, part=part,
        kind=query_text("phan", 1),
        lines=rows_of(language, found.lines), groups=_groups(shown, found), at=_page(),
        rule=rule_text(language, number, found.page.params[number]), days=drawn_days(found),
        marks=drawn_marks(found.figure), years=counting.years(_today()), today=_today(),
    )  # fmt: skip


@blueprint.get("/chi-tieu/7/htx/<organisation>")
def indicator_sums(organisation: str) -> Response:
    """Show what one cooperative's sales come to, by day and point: sums, and nobody's sale."""
    staff = staff_page(PLACE)
    page, sums = counting.open_sums(staff, check_uuid(organisation), _year())
    return show("indicator_sums.html", staff, place=PLACE, page=page, sums=sums, of=organisation)


@blueprint.get("/chi-tieu/5/thua/<farm>/<plot>")
def indicator_plot(farm: str, plot: str) -> Response:
    """Show why one plot counts, or not: its seasons, approved days and sensors; where it lies is not told."""
    staff = staff_page(PLACE)
    page, found = counting.open_plot(staff, check_uuid(farm), check_uuid(plot), _year())
    return show("indicator_plot.html", staff, place=PLACE, page=page, found=found)


@blueprint.get("/chi-tieu/cach-tinh")
def indicator_rules() -> Response:
    """Show by which rules the seven are counted."""
    staff, language = staff_page(PLACE), page_language()
    rules = {one: definitions.current_of(staff, one) for one in NUMBERS}
    texts = {one: rule_text(language, one, params) for one, params in rules.items()}
    return show("indicator_rules.html", staff, place=PLACE, texts=texts)


@blueprint.get("/chi-tieu/<int:number>/cach-tinh")
def indicator_rule(number: int) -> Response:
    """Show the rule of one, what it was before, and the form that changes it."""
    return _rule(staff_page(PLACE), number)


@blueprint.post("/chi-tieu/<int:number>/cach-tinh")
def change_indicator(number: int) -> AnyResponse:
    """Count one of the seven by another rule."""
    staff = staff_page(PLACE)
    try:
        definitions.change(staff, number, request.form, request.form.get("why", ""))
    except NotDone as wrong:
        return _rule(staff, number, wrong)
    return redirect(f"{WHERE}/{number}/cach-tinh?xong=done_rule", 303)


def _rule(staff: Staff, number: int, wrong: NotDone | None = None) -> Response:
    language = page_language()
    params = definitions.params_of(number)
    current = definitions.current_of(staff, number)
    changes = [
        (one, rule_text(language, number, one.params)) for one in definitions.changes_of(staff, number)
    ]
    return show(
        "indicator_rule.html", staff, place=PLACE, status=200 if wrong is None else 422, number=number,
        own=[one for one in params if not one.name.startswith("target_")],
        targets=[one for one in params if one.name.startswith("target_")],
        current=current, typed=request.form, text=rule_text(language, number, current), changes=changes,
        may=staff.may_act("edit_indicators"), wrong=wrong, done=done_said(),
    )  # fmt: skip


def _groups(shown: Shown, found: counting.Opened) -> list[tuple[str, str, list[tuple[str, str, str, str]]]]:
    """Return the figure by village and by cooperative, where it lies in more than one."""
    language = page_language()
    named = (
        ("figure_by_village", "thon", found.page.villages, "village", "figure_no_village"),
        ("figure_by_organisation", "htx", found.page.organisations, "organisation", "figure_no_organisation"),
    )
    groups = ((title, key, shown.by(language, names, of, none)) for title, key, names, of, none in named)
    return [one for one in groups if any(name for name, *_ in one[2])]


def _year() -> int:
    """Return the year that an address asks for; this year for any other."""
    years = counting.years(_today())
    asked = query_text("nam", 4)
    return int(asked) if asked.isdigit() and int(asked) in years else years[0]


def _page() -> int:
    asked = query_text("trang", 4)
    return min(int(asked), PAGES_MAX) if asked.isdigit() else 0


def _today() -> str:
    return ms_to_date(now_ms())
