"""What is held, put into words for the page that lists it. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.pages.console_show import time_text
from server.pages.console_views import form_title, shower_of, who_shown
from server.pages.console_words import Language, say, words
from server.services.console import Staff
from server.services.console_held import Held, HeldList
from sync.values import DELETED, Json

FACTS_MAX = 8  # our choice: enough to decide by; the whole entry is read once it is in the book


@dataclass(frozen=True)
class HeldRow:
    """One held op as the page lists it."""

    id: str
    scope: str
    icon: str
    title: str
    where: str
    said: tuple[tuple[str, str], ...]
    day: str
    what: str
    reason: str
    who: str
    label: str
    device: str
    at: str
    received: str


def held_rows(language: Language, staff: Staff, found: HeldList) -> list[HeldRow]:
    """Return the held ops in words."""
    return [_held_row(language, staff, found, one) for one in found.items]


def _held_row(language: Language, staff: Staff, found: HeldList, one: Held) -> HeldRow:
    shower = shower_of(language, found.names, one.scope)
    values: Mapping[str, Json] = {**one.base, **one.fields}
    type_key = f"type_{one.type}" if f"type_{one.type}" in words() else "type_other"
    title = say(language, type_key) if type_key != "type_other" else say(language, type_key, type=one.type)
    icon = {"photo": "camera", "device": "phone", "plot": "map", "season": "season"}.get(one.type, "document")
    if one.type == "entry":
        season = values.get("season")
        title = form_title(language, one.form, values, found.names.of(one.scope, season))
        icon = "more" if one.form is None else one.form.tile(values).icon
    reason, said = f"reason_{one.reason}", one.fields.get("label")
    is_stop = one.type == "device" and one.fields.get("revoked") is True
    what = "new_one" if one.is_new else "asks_stop" if is_stop else "a_change"
    what = "a_deletion" if one.fields.get(DELETED) is True else what
    facts = [fact for block in shower.blocks(one.form, one.fields, ()) for fact in block.facts]
    form = one.form
    known = [
        (fact.label, fact.text)
        for fact in facts
        if fact.name != "happened_on" and form is not None and form.field(fact.name)
    ]
    why = one.fields.get("reason")
    if is_stop and isinstance(why, str):
        known = [(say(language, "asks_stop_why"), why)]
    place = staff.organisation_name if one.farm is None else f"{one.farm.code} {one.farm.name}"
    return HeldRow(
        id=one.id,
        scope=one.scope,
        icon=icon,
        title=title,
        where=place,
        said=tuple(known[:FACTS_MAX]),
        day=str(values.get("happened_on") or ""),
        what=say(language, what),
        reason=say(language, reason)
        if reason in words()
        else say(language, "reason_other", reason=one.reason),
        who=who_shown(language, one.who),
        label=one.label or (said if isinstance(said, str) else "") or say(language, "no_label"),
        device=one.doc.partition(":")[2] if one.type == "device" else one.device_doc,
        at=time_text(one.recorded_at),
        received=time_text(one.received_at),
    )
