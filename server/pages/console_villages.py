"""Where a village lies: `/htx/xa/thon/<village>`. A tap on the drawing is enough, without a script."""

from __future__ import annotations

import re

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.pages.console_frame import make_pages, show, staff_page
from server.pages.season_drawing import MAP, commune_map, map_spot
from server.services import console_villages
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone

blueprint = make_pages("console_villages")
PLACE = "commune"
_DEGREES = re.compile(r"([0-9]{1,3})[.,]([0-9]{2})[0-9]*")


@blueprint.get("/xa/thon/<village>")
def village(village: str) -> Response:
    """Show where a village lies, and the drawing to say it on."""
    return _shown(staff_page(PLACE), village, None)


@blueprint.post("/xa/thon/<village>")
def place_village(village: str) -> AnyResponse:
    """Take a tap on the drawing, or degrees that were typed."""
    staff = staff_page(PLACE)
    try:
        console_villages.place_village(staff, check_uuid(village), _said())
    except NotDone as wrong:
        return _shown(staff, village, wrong)
    return redirect(f"{CONSOLE_PATH}/xa?xong=done_edited", 303)


@blueprint.get("/xa/ban-do.svg")
def commune_drawing() -> Response:
    """Give the commune's outline as a picture to tap on."""
    staff_page(PLACE)
    drawn = commune_map([])
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {MAP[0]} {MAP[1]}" width="{MAP[0] * 2}" '
        f'height="{MAP[1] * 2}"><rect width="{MAP[0]}" height="{MAP[1]}" fill="#F0E6CC"/>'
        f'<polygon points="{drawn.outline}" fill="#EDF3D6" stroke="#7D6E48" stroke-width="1.5"/></svg>'
    )
    return Response(picture, mimetype="image/svg+xml")


def _said() -> tuple[int, int] | None:
    """Return (lat, lng) in hundredths of a degree: of a tap, else of what was typed."""
    x, y = (_number(request.form.get(f"cho.{axis}", "")) for axis in "xy")
    if x and y:
        return map_spot(x / 2, y / 2)  # the picture is drawn twice as large
    typed = [_DEGREES.fullmatch(request.form.get(name, "").strip()) for name in ("vi_do", "kinh_do")]
    lat, lng = (None if one is None else int(one[1] + one[2]) for one in typed)
    return None if lat is None or lng is None else (lat, lng)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _shown(staff: Staff, village: str, wrong: NotDone | None) -> Response:
    found = console_villages.village_of(staff, check_uuid(village))
    spots = [] if found.near is None else [found.near]
    return show(
        "village.html",
        staff,
        place=PLACE,
        status=200 if wrong is None else 422,
        village=found,
        map=commune_map(spots),
        wrong=wrong,
        typed=request.form,
        may_place=staff.may_act("place_villages"),
    )
