"""The pages of the Community Digital Technology Teams: `/htx/to-cong-nghe`."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, show, staff_page
from server.pages.console_show import date_text, parse_day
from server.services import console_teams, console_trainings
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone

blueprint = make_pages("console_teams")
PLACE = "teams"
WHERE = f"{CONSOLE_PATH}/to-cong-nghe"
NO_DAY = "?"


@blueprint.get("/to-cong-nghe")
def teams() -> Response:
    """Show the teams by village, and the villages without one."""
    return _list(staff_page(PLACE))


@blueprint.post("/to-cong-nghe/them")
def add_team() -> AnyResponse:
    """Set a team up."""
    staff = staff_page(PLACE)
    try:
        made = console_teams.keep_team(staff, "", _said())
    except NotDone as wrong:
        return _list(staff, wrong)
    return redirect(f"{WHERE}/{made}?xong=done_team", 303)


@blueprint.get("/to-cong-nghe/<uuid>")
def team(uuid: str) -> Response:
    """Show one team: members, and what it does."""
    return _one(staff_page(PLACE), check_uuid(uuid))


@blueprint.post("/to-cong-nghe/<uuid>")
def edit_team(uuid: str) -> AnyResponse:
    """Change a team."""
    staff = staff_page(PLACE)
    try:
        console_teams.keep_team(staff, check_uuid(uuid), _said())
    except NotDone as wrong:
        return _one(staff, uuid, wrong)
    return redirect(f"{WHERE}/{uuid}?xong=done_team", 303)


@blueprint.post("/to-cong-nghe/<uuid>/nguoi")
def put_team_member(uuid: str) -> AnyResponse:
    """Take somebody into a team, change what they are in it, or let them go."""
    staff = staff_page(PLACE)
    try:
        of, role = check_uuid(request.form.get("vai", "")), request.form.get("la", "")
        console_teams.put_member(staff, check_uuid(uuid), of, role)
    except NotDone as wrong:
        return _one(staff, uuid, wrong)
    return redirect(f"{WHERE}/{uuid}?xong=done_team", 303)


def _said() -> Mapping[str, str]:
    """Return the fields of the form, the day civil; what is typed as a day and is none is said to be so."""
    typed = request.form.get("decided_on", "").strip()
    return dict(request.form) | {"decided_on": typed and (parse_day(typed) or NO_DAY)}


def _list(staff: Staff, wrong: NotDone | None = None) -> Response:
    _, villages = console_trainings.choices(staff)
    return show(
        "teams.html",
        staff,
        place=PLACE,
        status=422 if wrong else 200,
        found=console_teams.teams(staff),
        villages=villages,
        typed=request.form,
        done=done_said(),
        wrong=wrong,
    )


def _one(staff: Staff, uuid: str, wrong: NotDone | None = None) -> Response:
    line, free = console_teams.team(staff, uuid)
    _, villages = console_trainings.choices(staff)
    row = line.row
    given = {
        "name": row.name, "village": row.village, "decision_no": row.decision_no, "state": row.state,
        "decided_on": date_text(row.decided_on) if row.decided_on else "",
    }  # fmt: skip
    return show(
        "team.html",
        staff,
        place=PLACE,
        status=422 if wrong else 200,
        line=line,
        free=free,
        villages=villages,
        given=dict(request.form) if wrong and "name" in request.form else given,
        done=done_said(),
        wrong=wrong,
    )
