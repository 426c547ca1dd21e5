"""The reviewers' inbox: what waits, the entry that is looked at beside it, and what may be signed.

Nothing is written here: a review is signed in the browser and goes through `POST /api/v1/sync`.
Source: PROTOCOL §28; LOOK.md, console; server/data/ask_templates.json.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, jsonify, request

from server.errors import ServiceError
from server.pages import console_inbox_views as shown
from server.pages.console_frame import make_pages, page_language, query_text, query_uuid, show, staff_page
from server.services import console, inbox, inbox_entry
from server.services.console import Staff
from server.services.inbox import Wanted

blueprint = make_pages("console_inbox")
PLACE = "inbox"
NARROWED_BY = ("queue", "severity", "photo", "farm", "season", "form", "conflicts", "answered")


@blueprint.get("/duyet")
def entries_to_review() -> Response:
    """Show what waits, and the entry that the address names, or the first one."""
    staff, wanted, language = staff_page(PLACE), _wanted(), page_language()
    found = inbox.inbox_page(staff, wanted, query_text("after", 300) or None)
    rows = shown.rows(language, found)
    query = {name: value for name in NARROWED_BY if (value := request.args.get(name))}
    chosen = (query_uuid("ho"), query_uuid("dong"))
    if not all(chosen) and rows:
        chosen = (rows[0].farm, rows[0].uuid)
    entry = _entry(staff, wanted, *chosen) if all(chosen) else None
    return show(
        "inbox.html",
        staff,
        place=PLACE,
        wanted=wanted,
        found=found,
        groups=shown.groups(rows),
        entry=None if entry is None else shown.entry(language, entry),
        chosen=chosen,
        query=query,
        here_with=lambda **more: f"/htx/duyet?{urlencode({**query, **more})}",
        quiet={"inbox_plain": found.counts.plain, "inbox_notes": found.counts.noted},
    )


@blueprint.get("/duyet/khong-co-gi-la")
def entries_without_findings() -> Response:
    """Return, as JSON, what the browser signs to approve everything with nothing, or notes alone, to it."""
    staff = staff_page(PLACE)
    found = inbox.bulk(staff, _wanted(), query_text("after", 300) or None)
    signs = [
        {"scope": one.scope, "of": one.of, "heads": list(one.heads), "needs": one.needs}
        for one in found.signs
    ]
    return jsonify({"signs": signs, "next": found.next, "left_out": found.left_out})


def _wanted() -> Wanted:
    return Wanted(
        queue=query_text("queue", 20) or "review",
        severity=query_text("severity", 20),
        photo=query_text("photo", 5),
        farm=query_uuid("farm"),
        season=query_uuid("season"),
        form=query_text("form", 40),
        conflicts=request.args.get("conflicts") == "1",
        answered=request.args.get("answered") == "1",
    )


def _entry(staff: Staff, wanted: Wanted, farm: str, entry: str) -> inbox_entry.EntryPage | None:
    """Return the entry, or nothing where the first of the list has gone meanwhile."""
    try:
        return inbox_entry.entry_page(staff, staff.farm(console.check_uuid(farm)), entry, wanted)
    except ServiceError:
        if request.args.get("dong"):
            raise
        return None
