"""What the city's system is told, `/htx/cong-thanh-pho`, and packages for whoever takes them there."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.api.photos import photo_store
from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, show, staff_page
from server.pages.console_show import date_text, parse_day
from server.services import console_city
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone
from sync.civil import ms_to_date
from sync.codes import show_code

blueprint = make_pages("console_city")
PLACE = "city"
WHERE = f"{CONSOLE_PATH}/cong-thanh-pho"


@blueprint.get("/cong-thanh-pho")
def city_outbox() -> Response:
    """Show what waits, what was refused and why, and what was delivered."""
    return _shown(staff_page(PLACE), None)


@blueprint.get("/cong-thanh-pho/<uuid>.zip")
def city_package(uuid: str) -> AnyResponse:
    """Give the package of a lot."""
    staff = staff_page(PLACE)
    try:
        code, file = console_city.package_of(staff, check_uuid(uuid), photo_store())
    except NotDone as wrong:
        return _shown(staff, wrong)
    answer = Response(file, mimetype="application/zip", direct_passthrough=True)
    answer.headers["Content-Disposition"] = f'attachment; filename="lo-{code}.zip"'
    return answer


@blueprint.post("/cong-thanh-pho/<uuid>/gui-lai")
def send_city_again(uuid: str) -> AnyResponse:
    """Let a delivery go again."""
    return _act("done_city_again", lambda staff: console_city.send_again(staff, check_uuid(uuid), now_ms()))


@blueprint.post("/cong-thanh-pho/<uuid>/bo-qua")
def leave_city_delivery(uuid: str) -> AnyResponse:
    """Send a delivery no more."""
    return _act("done_city_left", lambda staff: console_city.leave(staff, check_uuid(uuid), now_ms()))


@blueprint.post("/cong-thanh-pho/<uuid>/da-nop")
def hand_over_package(uuid: str) -> AnyResponse:
    """Note that a person took a package there."""
    said = request.form
    day = parse_day(said.get("ngay", "")[:10]) or ""
    digest, receipt = said.get("ma", ""), said.get("bien_nhan", "")

    def work(staff: Staff) -> None:
        console_city.hand_over(staff, check_uuid(uuid), digest, day, receipt, now_ms())

    return _act("done_city_handed", work)


def _act(done: str, work: Callable[[Staff], None]) -> AnyResponse:
    staff = staff_page(PLACE)
    try:
        work(staff)
    except NotDone as wrong:
        return _shown(staff, wrong)
    return redirect(f"{WHERE}?xong={done}", 303)


def _shown(staff: Staff, wrong: NotDone | None) -> Response:
    return show(
        "city.html",
        staff,
        place=PLACE,
        status=200 if wrong is None else 422,
        page=console_city.city_page(staff),
        may_send=staff.may_act(console_city.ACT),
        code=show_code,
        today=date_text(ms_to_date(now_ms())),
        receipt_max=console_city.RECEIPT_CHARS_MAX,
        done=done_said(),
        wrong=wrong,
    )
