"""Who saw and did what on the cooperative's pages: `/htx/so-xem`.

Source: security.md §7.1 (16.1.1); our choice: who may see the log is seen in it.
"""

from __future__ import annotations

from flask import Response

from server.config import current_settings
from server.pages.console_frame import make_pages, page_language, query_text, query_uuid, show, staff_page
from server.pages.console_show import parse_day
from server.pages.console_words import Language, say, words
from server.services import auditing
from server.services.auditing import DAY_MS, AuditFilter
from sync.civil import date_to_day

blueprint = make_pages("console_audit")
PLACE = "audit"
_DAY_OF_1970 = date_to_day("1970-01-01")
_VIETNAM_MS = 7 * 3_600_000


@blueprint.get("/so-xem")
def audit_log() -> Response:
    """Show the newest events, narrowed by who, what, about whom and when."""
    staff = staff_page(PLACE)
    wanted = AuditFilter(
        membership=query_uuid("ai"),
        act=query_text("viec", 60),
        object=query_uuid("ve"),
        first=_ms(query_text("from", 10)),
        last=_ms(query_text("to", 10), days=1),
    )
    found = auditing.page(staff, wanted, query_text("after", 60) or None)
    language = page_language()
    return show(
        "audit.html",
        staff,
        place=PLACE,
        page=found,
        wanted=wanted,
        act_of=lambda act: act_shown(language, act),
        acts=sorted(((act, act_shown(language, act)) for act in found.acts), key=lambda one: one[1]),
        days=(query_text("from", 10), query_text("to", 10)),
        months=current_settings().audit_months,
        query={name: value for name in ("ai", "viec", "ve", "from", "to") if (value := query_text(name, 60))},
    )


def act_shown(language: Language, act: str) -> str:
    """Return how an act is called; one that has no words of its own by its name."""
    kind, _, page = act.partition("_")
    if kind == "see":
        key = f"saw_{page}" if f"saw_{page}" in words() else page
        return say(language, "audit_saw", page=say(language, key) if key in words() else page)
    key = f"did_{act}"
    return say(language, "audit_did", act=say(language, key) if key in words() else act.replace("_", " "))


def _ms(text: str, days: int = 0) -> int | None:
    day = parse_day(text)
    return (date_to_day(day) + days - _DAY_OF_1970) * DAY_MS - _VIETNAM_MS if day else None
