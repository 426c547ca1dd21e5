"""The cooperative's page: who records, who has gone silent, whose phone has trouble, what is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Response

from server.config import now_ms
from server.pages.console_finding import page_number
from server.pages.console_frame import make_pages, page_language, query_text, show, staff_page
from server.pages.console_inspections import DueLine, due_line
from server.pages.console_words import Language, say
from server.services import console_products, cooperative
from server.services.console import Staff
from server.services.standing import Standing, Trouble
from sync.civil import ms_to_date

blueprint = make_pages("console_cooperative")
PLACE: Final = "cooperative"
_ICONS: Final = {
    "copied": ("stop", "s"),
    "held": ("held", "n"),
    "unsent": ("waiting", "n"),
    "photos": ("camera", "n"),
    "clock": ("clock", "n"),
    "full": ("warn", "n"),
}


@dataclass(frozen=True)
class Row:
    """One farm: how it stands, and what somebody should do about it, each leading to where one does it."""

    farm: Standing
    needs: tuple[DueLine, ...]


@blueprint.get("/hop-tac-xa")
def cooperative_page() -> Response:
    """Show how the farms of the cooperative stand today."""
    staff, language, now = staff_page(PLACE), page_language(), now_ms()
    view = query_text("xem", 10)
    found = cooperative.cooperative_page(staff, view, page_number(), now, ms_to_date(now))
    return show(
        "cooperative.html",
        staff,
        place=PLACE,
        found=found,
        rows=[Row(one, tuple(_needs(staff, language, one))) for one in found.farms],
        days=cooperative.LATELY_DAYS,
        ocop=console_products.ocop_due(staff, ms_to_date(now)),
    )


def _needs(staff: Staff, language: Language, one: Standing) -> list[DueLine]:
    """Return what presses: the silence, the phones, what is due."""
    farm, found = one.facts.farm.id, []
    if one.silence is not None:
        name = one.silence.season.name or say(language, "unread")
        text = say(language, "coop_silence", name=name, n=one.silence.days)
        found.append(DueLine("nosignal", "s", text, f"/htx/ho/{farm}"))
    found += [_trouble(staff, language, farm, each) for each in one.troubles]
    return found + [due_line(language, farm, each) for each in one.dues]


def _trouble(staff: Staff, language: Language, farm: str, one: Trouble) -> DueLine:
    icon, kind = _ICONS[one.kind]
    text = say(language, f"phone_{one.kind}", n=one.n, days=one.days)
    href = "/htx/cho" if one.kind == "held" and staff.may_see("held") else f"/htx/ho/{farm}"
    if one.kind != "held" and staff.may_see("devices"):
        href = f"/htx/may/{one.phone.invite}"
    return DueLine(icon, kind, f"{one.phone.who}: {text}", href)
