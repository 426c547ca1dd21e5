"""Internal inspections: those of a farm, and one as it is carried out, read, and put right.

Nothing is written here: what the form says is signed in the browser and goes through `POST /api/v1/sync`.
Source: TCVN 11892-1:2017, Annex D; PROTOCOL §30.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from server.config import now_ms
from server.pages import console_views
from server.pages.console_frame import make_pages, page_language, query_uuid, show, staff_page
from server.pages.console_show import date_text, leaf
from server.pages.console_words import Language, say
from server.services import console, inspections
from server.services.console import Staff
from server.services.inspections import FARM, Inspection
from sync.checklists import INSPECTION, RESULTS, Item, checklist_for
from sync.civil import ms_to_date
from sync.rights import may_write
from sync.rules import Due

blueprint = make_pages("console_inspections")
PLACE = "inspections"


@dataclass(frozen=True)
class Line:
    """One item of the checklist as the form asks it; days are civil dates, "" where none was written."""

    item: Item
    result: str
    cause: str
    action: str
    due_on: str
    closed_on: str
    is_open: bool
    is_late: bool


@dataclass(frozen=True)
class DueLine:
    """One thing to do in words, and the page where one does it."""

    icon: str
    kind: str
    text: str
    href: str


@blueprint.get("/kiem-tra/<farm>")
def farm_inspections(farm: str) -> Response:
    """Show a farm's inspections, what is due, and a way to begin one."""
    staff = staff_page(PLACE)
    today = ms_to_date(now_ms())
    found = inspections.farm_inspections(staff, console.check_uuid(farm), today)
    language = page_language()
    return show(
        "inspections.html",
        staff,
        place="farms",
        found=found,
        wanted=query_uuid("vu"),
        names={one.doc: one.name for one in found.seasons},
        dues=[due_line(language, found.farm.id, one) for one in found.dues],
        today=today,
        checklist=checklist_for("").code,
        may_begin=may_begin(staff),
    )


@blueprint.get("/kiem-tra/<farm>/<inspection>")
def inspection_page(farm: str, inspection: str) -> Response:
    """Show an inspection, to be gone on with by who may."""
    staff = staff_page(PLACE)
    found = inspections.inspection_page(staff, console.check_uuid(farm), console.check_uuid(inspection))
    language, page, today = page_language(), found.page, ms_to_date(now_ms())
    shower = console_views.shower_of(language, page.names, page.farm.scope)
    lines = [line_of(found.inspection, item, today) for item in found.inspection.checklist.items]
    return show(
        "inspection.html",
        staff,
        place="farms",
        page=page,
        found=found.inspection,
        about=about_text(language, found.inspection.of, "" if found.season is None else found.season.name),
        season=found.season,
        leaf=leaf(found.inspection.happened_on, language),
        whom="" if page.first.who is None else page.first.who.name,
        lines=lines,
        results=RESULTS,
        today=today,
        may_write=not page.is_deleted and may_write(staff.role, "farm", INSPECTION, is_first=False),
        clashes=console_views.clashes(language, page, shower),
        events=console_views.events(language, page, shower),
        shots=console_views.shots(language, page.farm.scope, page.form, page.photos),
    )


def may_begin(staff: Staff) -> bool:
    """Return whether this person may begin an inspection."""
    return may_write(staff.role, "farm", INSPECTION, is_first=True)


def about_text(language: Language, of: str, season: str) -> str:
    """Return what an inspection is about: the whole farm, or a season by its name."""
    return say(language, "inspection_farm") if of == FARM else season or say(language, "unread")


def line_of(found: Inspection, item: Item, today: str) -> Line:
    """Return one item of an inspection."""
    due_on, is_open = found.said(item, "due_on"), item in found.stand.open
    return Line(
        item=item,
        result=found.said(item, "result"),
        cause=found.said(item, "cause"),
        action=found.said(item, "action"),
        due_on=due_on,
        closed_on=found.said(item, "closed_on"),
        is_open=is_open,
        is_late=is_open and "" < due_on < today,
    )


def due_line(language: Language, farm: str, one: Due) -> DueLine:
    """Return one thing that a farm has to do, in words: what, and until when or since when."""
    items = {item.code: item for item in checklist_for("").items}
    what = one.what
    if one.kind == "fault" and what in items:
        what = f"{items[what].clause} {items[what].criterion[language]}"
    name = say(language, f"due_{one.kind}", what=what).rstrip(": ")
    when = say(language, f"due_{one.when}", day=date_text(one.day) if one.day else "")
    icon, kind = ("stop", "s") if one.when == "late" else ("warn", "n" if one.when != "later" else "p")
    return DueLine(icon, kind, f"{name}: {when}", due_href(farm, one))


def due_href(farm: str, one: Due) -> str:
    """Return the page where one does what is due."""
    kind, _, uuid = one.about.partition(":")
    if kind == INSPECTION:
        return f"/htx/kiem-tra/{farm}/{uuid}"
    if one.kind == "inspection":
        return f"/htx/kiem-tra/{farm}"
    where = {"season": f"/htx/ho/{farm}/vu/{uuid}", "entry": f"/htx/dong/{farm}/{uuid}"}
    return where.get(kind, f"/htx/ho/{farm}")
