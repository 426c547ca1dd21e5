"""The page of what people propose to the commune: `/htx/hien-ke`."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, show, staff_page
from server.services import console_proposals
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone

blueprint = make_pages("console_proposals")
PLACE: Final = "proposals"


@blueprint.get("/hien-ke")
def proposals() -> Response:
    """Show what was proposed, and how far each came."""
    return _shown(staff_page(PLACE), None)


@blueprint.get("/hien-ke/<uuid>/loi-noi")
def proposal_voice(uuid: str) -> Response:
    """Give what was spoken, to be heard on the page."""
    data, kind = console_proposals.voice_of(staff_page(PLACE), check_uuid(uuid))
    shown = Response(data, content_type=kind)
    shown.headers["Content-Disposition"] = "attachment"  # heard on the page, opened as nothing
    return shown


@blueprint.post("/hien-ke/<uuid>")
def answer_proposal(uuid: str) -> AnyResponse:
    """Answer a proposal, or say how far it came."""
    staff = staff_page(PLACE)
    try:
        console_proposals.answer(
            staff, check_uuid(uuid), request.form.get("state", ""), request.form.get("answer", "")
        )
    except NotDone as wrong:
        return _shown(staff, wrong)
    return redirect(f"{CONSOLE_PATH}/hien-ke?xong=done_proposal", 303)


def _shown(staff: Staff, wrong: NotDone | None) -> Response:
    return show(
        "proposals.html",
        staff,
        place=PLACE,
        status=200 if wrong is None else 422,
        lines=console_proposals.listed(staff),
        states=console_proposals.STATES[1:],
        may=staff.may_act("answer_proposals"),
        wrong=wrong,
        done=None if wrong else done_said(),
    )
