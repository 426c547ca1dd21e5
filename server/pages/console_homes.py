"""The pages of the farms: the list, one household with its people and devices, its move elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import current_settings, now_ms
from server.errors import ServiceError
from server.pages.console_finding import done_said, keep_words, kept_words, page_number
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_inspections import due_line
from server.pages.console_show import last_day, measured_text
from server.services import (
    console,
    console_farms,
    console_four_eyes,
    console_homes,
    console_moving,
    console_people,
    console_roles,
    console_sensors,
)
from server.services.console import Staff
from server.services.console_homes import Told
from server.services.console_reach import NotDone
from server.services.console_roles import Named, Similar
from sync.civil import ms_to_date
from sync.readings import measures
from sync.rights import HOUSEHOLD, ROLES

blueprint = make_pages("console_homes")

FARMS = f"{CONSOLE_PATH}/ho"


@blueprint.get("/ho")
def farms() -> Response:
    """Show the farms of the cooperative at a glance."""
    return _farms_page(staff_page("farms"))


@blueprint.post("/ho/hai-nguoi")
def set_four_eyes() -> AnyResponse:
    """Let two people approve what is doubted, or one again."""
    staff = staff_page("farms")
    try:
        console_four_eyes.set_wanted(staff, is_on=request.form.get("hai") == "1")
    except NotDone as wrong:
        return _farms_page(staff, wrong)
    return redirect(f"{FARMS}?xong=done_four_eyes", 303)


@blueprint.post("/ho/tim")
def look_for() -> AnyResponse:
    """Keep the words that farms are looked for by, and lead to the list."""
    staff_page("farms")
    answer = redirect(FARMS, 303)
    keep_words(answer, FARMS)
    return answer


@blueprint.get("/ho/them")
def new_farm() -> Response:
    """Show the form for a new farm."""
    staff = staff_page("farms")
    if not staff.may_act("add_farm"):
        raise ServiceError("no_right")
    return _new_page(staff)


@blueprint.post("/ho/them")
def add_farm() -> AnyResponse:
    """Add a farm."""
    staff = staff_page("farms")
    try:
        made = console_homes.add_farm(staff, "", _told(request.form))
    except NotDone as wrong:
        return _new_page(staff, wrong)
    return redirect(f"{FARMS}/{made}?xong=done_farm", 303)


@blueprint.get("/ho/<farm>")
def farm(farm: str) -> Response:
    """Show one farm: its people and devices, plots and seasons."""
    return _farm_page(staff_page("farms"), console.check_uuid(farm))


@blueprint.post("/ho/<farm>/sua")
def edit_farm(farm: str) -> AnyResponse:
    """Change name, village, address, code."""
    return _act(farm, "done_edited", lambda staff, form: console_homes.edit_farm(staff, farm, _told(form)))


@blueprint.post("/ho/<farm>/nguoi")
def add_to_farm(farm: str) -> AnyResponse:
    """Add a person to the household, or one who is known already."""

    def work(staff: Staff, form: MultiDict[str, str]) -> None:
        known = form.get("la", "")
        if known:
            console_roles.join_farm(staff, console.check_uuid(known), farm, form.get("vai", ""))
            return
        told = Named(form.get("ten", ""), form.get("so", ""), form.get("thon", ""))
        console_roles.add_to_farm(staff, farm, told, form.get("vai", ""), is_sure=form.get("chac") == "1")

    return _act(farm, "done_joined", work)


@blueprint.post("/ho/<farm>/ket-thuc")
def end_membership(farm: str) -> AnyResponse:
    """End a membership of the household."""
    return _act(
        farm, "done_ended", lambda staff, form: console_roles.end_membership(staff, form.get("vai", ""))
    )


@blueprint.post("/ho/<farm>/chuyen")
def offer_farm(farm: str) -> AnyResponse:
    """Offer the farm to another cooperative; the script has closed its book before."""
    return _act(
        farm, "done_offered", lambda staff, form: console_moving.offer(staff, farm, form.get("htx", ""))
    )


@blueprint.post("/chuyen/<move>/<any(nhan, thoi, rut):what>")
def decide_move(move: str, what: str) -> AnyResponse:
    """Take a farm over, turn it down, or take the offer back."""
    staff = staff_page("farms")
    if what == "nhan":
        return redirect(f"{FARMS}/{console_moving.accept(staff, move)}?xong=done_taken", 303)
    (console_moving.decline if what == "thoi" else console_moving.withdraw)(staff, move)
    return redirect(f"{FARMS}?xong=done_moved", 303)


def _act(farm: str, said: str, work: Callable[[Staff, MultiDict[str, str]], None]) -> AnyResponse:
    staff = staff_page("farms")
    console.check_uuid(farm)
    try:
        work(staff, request.form)
    except NotDone as wrong:
        return _farm_page(staff, farm, wrong)
    return redirect(f"{FARMS}/{farm}?xong={said}", 303)


def _farms_page(staff: Staff, wrong: NotDone | None = None) -> Response:
    found = console_homes.choose(staff, kept_words(), page_number())
    return show(
        "farms.html",
        staff,
        place="farms",
        status=200 if wrong is None else 422,
        found=found,
        words=kept_words(),
        lines=console_farms.farm_lines(found.farms),
        moves=console_moving.open_moves(staff),
        four_eyes=console_four_eyes.is_set(staff),
        done=done_said(),
        wrong=wrong,
    )


def _farm_page(staff: Staff, farm: str, wrong: NotDone | None = None) -> Response:
    named, today = staff.farm(farm), ms_to_date(now_ms())
    page = console_farms.farm_page(named, today)
    home = console_homes.home(staff, farm)
    return show(
        "farm.html",
        staff,
        place="farms",
        status=200 if wrong is None else 422,
        probes=console_sensors.of_farm(staff, farm) if staff.may_see("sensors") else (),
        measures=measures(),
        number=partial(measured_text, language=page_language()),
        page=page,
        dues=[due_line(page_language(), farm, one) for one in page.dues],
        home=home,
        moves=console_moving.open_moves(staff, farm),
        targets=console_moving.targets(staff) if staff.may_act("move_farm") else [],
        book_tips=console_farms.tips_of(named.scope, home.open_book or home.before),
        villages=console_people.villages(),
        public_url=current_settings().public_url,
        last_day=last_day,
        now=now_ms(),
        home_roles=[one for one in ROLES if one in HOUSEHOLD],
        typed=request.form,
        like=wrong.found if isinstance(wrong, Similar) else (),
        wrong=wrong,
        done=done_said(),
    )


def _new_page(staff: Staff, wrong: NotDone | None = None) -> Response:
    return show(
        "farm_new.html",
        staff,
        place="farms",
        status=200 if wrong is None else 422,
        villages=console_people.villages(),
        typed=request.form,
        wrong=wrong,
    )


def _told(form: MultiDict[str, str]) -> Told:
    return Told(form.get("ten", ""), form.get("thon", ""), form.get("dia_chi", ""), form.get("ma", ""))
