"""The map of production areas: `/htx/ban-do`, figures by village beside it, and the same as files."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Response, request

from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.land_drawing import SIZE, draw
from server.pages.land_files import TYPES, as_geojson, as_table, ha, kind_text, standard_text
from server.services.console_land import USES, WAITS, WRITTEN, Wanted, farms_drawn, land_of
from server.services.land_sums import KINDS, sums_of
from sync import ids
from sync.civil import ms_to_date

blueprint = make_pages("console_land")
PLACE: Final = "map"
WHERE: Final = f"{CONSOLE_PATH}/ban-do"
ASKED: Final = {"cay": "product", "chuan": "standard", "vu": "use", "cach-ly": "wait", "ghi": "written"}


@blueprint.get("/ban-do")
def land_map() -> Response:
    """Show the map."""
    staff = staff_page(PLACE)
    wanted, language = _wanted(), page_language()
    land = land_of(staff, wanted, ms_to_date(now_ms()))
    sums, whole = sums_of(land.plots, land.villages)
    return show(
        "map.html",
        staff,
        place=PLACE,
        land=land,
        sums=sums,
        whole=whole,
        wanted=wanted,
        drawing=draw(farms_drawn(land.plots), sums),
        size=SIZE,
        kinds=KINDS,
        uses=USES,
        waits=WAITS,
        written=WRITTEN,
        ha=partial(ha, language=language),
        kind=lambda one: kind_text(one, language),
        standard=lambda one: standard_text(one, language),
        query=request.query_string.decode("ascii", "ignore"),
        endings=tuple(TYPES),
    )


@blueprint.get("/ban-do/tep.geojson")
@blueprint.get("/ban-do/tep.xlsx")
@blueprint.get("/ban-do/tep.csv")
def land_file() -> Response:
    """Give what the map shows as a file."""
    staff = staff_page(PLACE)
    ending = request.path.rpartition(".")[2]
    land = land_of(staff, _wanted(), ms_to_date(now_ms()))
    sums, whole = sums_of(land.plots, land.villages)
    if ending == "geojson":
        data = as_geojson(land, sums)
    else:
        data = as_table(land, sums, whole, page_language(), ending)
    answer = Response(data, mimetype=TYPES[ending])
    answer.headers["Content-Disposition"] = f'attachment; filename="ban-do.{ending}"'
    return answer


def _wanted() -> Wanted:
    """Return what the address asks for; what no page of ours writes counts as nothing asked."""
    said = {name: request.args.get(key, "")[:100] for key, name in ASKED.items()}
    for name, known in (("use", USES), ("wait", WAITS), ("written", WRITTEN)):
        said[name] = said[name] if said[name] in known else ""
    village = request.args.get("thon", "")
    return Wanted(**said, village=village if ids.is_uuid(village) else "")
