"""The pages of training: `/htx/tap-huan`. Sessions, who came, who still needs it, certificates and sheets."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.errors import ServiceError
from server.pages import console_training_files
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, query_uuid, show, staff_page
from server.pages.console_show import date_text, parse_day
from server.services import console_trainings, training_list, training_people
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone, allow
from server.services.console_trainings import KINDS, SKILLS
from server.services.training_people import SessionPage
from sync import ids
from sync.civil import ms_to_date

blueprint = make_pages("console_trainings")
PLACE = "trainings"
WHERE = f"{CONSOLE_PATH}/tap-huan"
NO_DAY = "?"


@blueprint.get("/tap-huan")
def trainings() -> Response:
    """Show all sessions, and how far training has come."""
    staff = staff_page(PLACE)
    found, today = console_trainings.overview(staff), ms_to_date(now_ms())
    return show(
        "trainings.html",
        staff,
        place=PLACE,
        found=found,
        coming=[
            one for one in reversed(found.lines) if _is_coming(one.row.happened_on, one.row.state, today)
        ],
        past=[one for one in found.lines if not _is_coming(one.row.happened_on, one.row.state, today)],
        done=done_said(),
    )


@blueprint.get("/tap-huan/con-thieu")
def missing() -> Response:
    """Show the households that still need training, by village."""
    staff = staff_page(PLACE)
    asked = request.args.get("loai", "")
    kinds = (asked,) if asked in KINDS else SKILLS
    villages = console_trainings.missing(staff, kinds)
    return show("training_missing.html", staff, place=PLACE, villages=villages, kinds=KINDS, asked=asked)


@blueprint.get("/tap-huan/them")
def new_training() -> Response:
    """Show an empty form."""
    staff = staff_page(PLACE)
    allow(staff, "plan_trainings")
    return _form(staff)


@blueprint.post("/tap-huan/them")
def add_training() -> AnyResponse:
    """Plan a session."""
    staff = staff_page(PLACE)
    try:
        made = console_trainings.keep_training(staff, "", _said())
    except NotDone as wrong:
        return _form(staff, wrong)
    return redirect(f"{WHERE}/{made}?xong=done_training", 303)


@blueprint.get("/tap-huan/<uuid>")
def training(uuid: str) -> Response:
    """Show one session with who came."""
    staff = staff_page(PLACE)
    return _one(staff, training_people.session_page(staff, check_uuid(uuid)))


@blueprint.get("/tap-huan/<uuid>/diem-danh")
def roll_call(uuid: str) -> Response:
    """Show the list of one village, to tick who came; the browser signs it."""
    staff = staff_page(PLACE)
    village = request.args.get("thon", "")
    if village != training_list.NO_VILLAGE:
        village = query_uuid("thon")
    page = training_list.roll_call(staff, check_uuid(uuid), village)
    return show("training_list.html", staff, place=PLACE, page=page)


@blueprint.post("/tap-huan/<uuid>")
def edit_training(uuid: str) -> AnyResponse:
    """Change a session."""
    staff = staff_page(PLACE)
    try:
        console_trainings.keep_training(staff, check_uuid(uuid), _said())
    except NotDone as wrong:
        return _one(staff, training_people.session_page(staff, uuid), wrong, request.form)
    return redirect(f"{WHERE}/{uuid}?xong=done_training", 303)


@blueprint.post("/tap-huan/<uuid>/trang-thai")
def set_training(uuid: str) -> AnyResponse:
    """Say that a session was held, called off, or is planned again."""
    staff = staff_page(PLACE)
    try:
        console_trainings.set_state(staff, check_uuid(uuid), request.form.get("la", ""))
    except NotDone as wrong:
        return _one(staff, training_people.session_page(staff, uuid), wrong)
    return redirect(f"{WHERE}/{uuid}?xong=done_training", 303)


@blueprint.get("/tap-huan/<uuid>/danh-sach.pdf")
def training_sheet(uuid: str) -> Response:
    """Give the sheet of who came."""
    page = training_people.session_page(staff_page(PLACE), check_uuid(uuid))
    return _pdf(
        console_training_files.sheet(page, now_ms()), f"danh-sach-tap-huan-{page.line.row.happened_on}"
    )


@blueprint.get("/tap-huan/<uuid>/chung-nhan.pdf")
def training_certificates(uuid: str) -> Response:
    """Give certificates: of one household or cooperative, or of all who came."""
    page = training_people.session_page(staff_page(PLACE), check_uuid(uuid))
    of = request.args.get("cua", "")
    if of and not ids.is_scope(of):
        raise ServiceError("not_found")
    pdf = console_training_files.certificates(page, training_people.guest_of(page, of), now_ms())
    return _pdf(pdf, f"chung-nhan-tap-huan-{page.line.row.happened_on}")


def _is_coming(day: str, state: str, today: str) -> bool:
    return state == "planned" and day >= today


def _said() -> Mapping[str, str]:
    """Return the fields of the form, the day civil; what is typed as a day and is none is said to be so."""
    typed = request.form.get("happened_on", "").strip()
    return dict(request.form) | {"happened_on": typed and (parse_day(typed) or NO_DAY)}


def _form(staff: Staff, wrong: NotDone | None = None) -> Response:
    teams, villages = console_trainings.choices(staff)
    return show(
        "training_new.html",
        staff,
        place=PLACE,
        status=422 if wrong else 200,
        given=dict(request.form),
        teams=teams,
        villages=villages,
        kinds=KINDS,
        holders=console_trainings.may_hold(staff),
        wrong=wrong,
    )


def _one(
    staff: Staff, page: SessionPage, wrong: NotDone | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    row = page.line.row
    given = dict(typed or {})
    if not given:
        given = {
            column.name: "" if (value := getattr(row, column.name)) is None else str(value)
            for column in row.__table__.columns
        }
        given["happened_on"] = date_text(row.happened_on)
    teams, villages = console_trainings.choices(staff)
    return show(
        "training.html",
        staff,
        place=PLACE,
        status=422 if wrong else 200,
        page=page,
        given=given,
        teams=teams,
        villages=villages,
        kinds=KINDS,
        holders=console_trainings.may_hold(staff),
        may_record=training_list.may_record(staff),
        done=done_said(),
        wrong=wrong,
    )


def _pdf(data: bytes, name: str) -> Response:
    answer = Response(data, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
