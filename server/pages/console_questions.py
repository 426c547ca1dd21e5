"""The pages of what farmers ask: `/htx/hoi`. The browser signs answers; good ones become bulletins."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_views import shots
from server.services import console_bulletins, console_questions
from server.services.bulletins import KINDS
from server.services.console import check_uuid
from server.services.console_bulletins import Form
from server.services.console_reach import allow
from sync.civil import add_days, ms_to_date

blueprint = make_pages("console_questions")
PLACE: Final = "questions"
TOLD_DAYS: Final = 90  # our choice: a season


@blueprint.get("/hoi")
def questions() -> Response:
    """Show what was asked, what waits for an answer first."""
    staff = staff_page(PLACE)
    found = console_questions.listed(staff)
    language = page_language()
    pictures = {one.place: shots(language, one.farm.scope, None, one.photos[:1]) for one in found}
    return show("questions.html", staff, place=PLACE, found=found, pictures=pictures)


@blueprint.get("/hoi/<farm>/<uuid>")
def question(farm: str, uuid: str) -> Response:
    """Show one question with its photos, what was said, and the way to answer."""
    staff = staff_page(PLACE)
    found, told = console_questions.question(staff, staff.farm(check_uuid(farm)), check_uuid(uuid))
    return show(
        "question.html",
        staff,
        place=PLACE,
        page=found,
        told=told,
        shots=shots(page_language(), found.farm.scope, None, found.photos),
        may_tell=staff.may_act("write_bulletins"),
    )


@blueprint.post("/hoi/<farm>/<uuid>/ban-tin")
def tell_answer(farm: str, uuid: str) -> AnyResponse:
    """Make a draft of a bulletin from an answer, without names; somebody reads it over before it is told."""
    staff = staff_page(PLACE)
    allow(staff, "write_bulletins")
    found, told = console_questions.question(staff, staff.farm(check_uuid(farm)), check_uuid(uuid))
    if told is not None:
        return redirect(f"{CONSOLE_PATH}/ban-tin/{told.id}", 303)
    title, text = console_questions.draft_of(found)
    today = ms_to_date(now_ms())
    draft = Form(KINDS[-1], title, text, today, add_days(today, TOLD_DAYS))
    made = console_bulletins.keep(staff, "", draft, found.place)
    return redirect(f"{CONSOLE_PATH}/ban-tin/{made}?xong=done_answer_draft", 303)
