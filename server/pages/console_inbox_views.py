"""What the inbox's template is given: services' facts in words. Decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from server.pages import console_views
from server.pages.console_hand_views import Safe, Stored, safe, stored
from server.pages.console_show import Leaf, leaf, time_text
from server.pages.console_views import Mark, Row, Shot
from server.pages.console_words import Language, say
from server.services.at_hand import gravest
from server.services.findings import Noticed
from server.services.inbox import Inbox, InboxLine, Sign
from server.services.inbox_entry import EntryPage, Said
from sync import ids, rules

KINDS: Final = {"stop": ("stop", "s"), "doubt": ("warn", "n"), "note": ("warn", "p")}
STATES: Final = {
    "sent": ("sent", "sent", "state_waits"),
    "asked": ("asked", "asked", "state_asked"),
    "amended": ("amended", "amended", "state_amended"),
    "approved": ("approved", "approved", "state_approved"),
}


@dataclass(frozen=True)
class InboxRow:
    """One line of the list, and what an approval of it signs."""

    row: Row
    farm: str
    uuid: str
    day: str
    marks: tuple[Mark, ...]
    is_grave: bool
    is_noted: bool
    sign: Sign


@dataclass(frozen=True)
class Point:
    """One finding as a reviewer reads it. `behind`: the page of another entry that led to it, or ""."""

    icon: str
    kind: str
    text: str
    todo: str
    source: str
    is_verified: bool
    behind: str


@dataclass(frozen=True)
class Ask:
    """A question that may be asked with one press."""

    code: str
    short: str
    text: str
    field: str
    is_ticked: bool


@dataclass(frozen=True)
class Spoken:
    """One thing of the thread."""

    icon: str
    title: str
    at: str
    text: str


@dataclass(frozen=True)
class Shown:
    """The entry on the right."""

    entry: EntryPage
    title: str
    leaf: Leaf | None
    icon: str
    plots: list[str]
    marks: list[Mark]
    state: tuple[str, str, str]
    whom: str
    points: list[Point]
    asks: list[Ask]
    thread: list[Spoken]
    blocks: Any
    clashes: Any
    events: Any
    shots: tuple[Shot, ...]
    season: str
    store: list[Stored]
    safe: list[Safe]


def rows(language: Language, found: Inbox) -> list[InboxRow]:
    """Return the lines of the inbox."""
    return [_row(language, found, one) for one in found.lines]


def groups(lines: Sequence[InboxRow]) -> list[tuple[str, list[InboxRow]]]:
    """Return what is to be looked at first, what has notes, and the rest; no group without lines."""
    names = ("inbox_first", "inbox_notes", "inbox_plain")
    found: dict[str, list[InboxRow]] = {name: [] for name in names}
    for one in lines:
        found["inbox_first" if one.is_grave else "inbox_notes" if one.is_noted else "inbox_plain"].append(one)
    return [(name, some) for name, some in found.items() if some]


def _row(language: Language, found: Inbox, one: InboxLine) -> InboxRow:
    row = console_views.row(language, found.names, one.line)
    marks = [chip_of(language, noticed) for noticed in one.findings]
    if one.state != "sent" and not (one.is_answered and one.state == "asked"):
        icon, _, words = STATES[one.state]
        marks.insert(0, Mark(icon, say(language, words), "p"))
    if one.is_answered:
        marks.insert(0, _answered(language, one.state))
    if one.approvals:
        marks.append(Mark("approved", say(language, "approved_once"), "p"))
    return InboxRow(
        row,
        one.line.farm.id,
        one.line.uuid,
        one.line.happened_on,
        _once((*marks, *row.marks)),
        one.severity in ("doubt", "stop") or bool(one.line.conflicts) or one.is_answered,
        one.severity == "note",
        one.sign,
    )


def _once(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return the marks without those that say the same again: one doubt about two products, for example."""
    return tuple({one.text: one for one in reversed(tuple(marks))}.values())[::-1]


def _answered(language: Language, state: str) -> Mark:
    """Return the mark of an entry whose household spoke last: it answered, or said something by itself."""
    return Mark("message", say(language, "state_answered" if state == "asked" else "state_spoke"), "c")


def _finding(one: Noticed) -> rules.Finding:
    severity = one.severity if one.severity in rules.SEVERITIES else "note"
    return rules.Finding(one.rule, severity, one.about, one.field, one.behind, one.facts)


def chip_of(language: Language, one: Noticed) -> Mark:
    """Return a finding as a small flag."""
    icon, kind = KINDS[one.severity]
    return Mark(icon, rules.sentence(_finding(one), "chip", language) or one.rule, kind)


def entry(language: Language, found: EntryPage) -> Shown:
    """Return the entry on the right."""
    page = found.page
    shower = console_views.shower_of(language, page.names, page.farm.scope)
    first = page.history[0] if not page.older_steps else None
    day = console_views.happened_on(page)
    named = page.values.get("plots")
    plots = [page.names.of(page.farm.scope, ref) for ref in named] if isinstance(named, list) else []
    icon, kind, words = STATES[found.state]
    marks = console_views.marks_of(language, day, first.recorded_at, first.received_at) if first else []
    if found.is_answered and found.state == "asked":
        icon, kind, words = "message", "asked", "state_answered"
    elif found.is_answered:
        marks.insert(0, _answered(language, found.state))
    return Shown(
        entry=found,
        title=console_views.document_title(language, page),
        leaf=leaf(day, language),
        icon="more" if page.form is None else page.form.tile(page.values).icon,
        plots=[one for one in plots if one],
        marks=marks,
        state=(kind, icon, say(language, words)),
        whom="" if first is None or first.who is None else first.who.name,
        points=[point_of(language, one) for one in found.findings],
        asks=_asks(language, "" if page.form is None else page.form.sector, found.findings),
        thread=[_spoken(language, one) for one in found.thread],
        blocks=console_views.blocks(page, shower),
        clashes=console_views.clashes(language, page, shower),
        events=console_views.events(language, page, shower),
        shots=console_views.shots(language, page.farm.scope, page.form, page.photos),
        season="" if found.season is None else found.season.name,
        store=[stored(language, one) for one in found.store],
        safe=[safe(language, page.farm.id, one) for one in gravest(found.waits)],
    )


def point_of(language: Language, one: Noticed) -> Point:
    finding, rule = _finding(one), rules.catalogue().get(one.rule)
    other = next((doc for doc in one.behind if doc != one.about and doc.startswith("entry:")), "")
    farm = ids.split_ref(one.scope)[1]
    return Point(
        KINDS[one.severity][0],
        "halt" if one.severity == "stop" else "",
        rules.sentence(finding, "reviewer", language) or one.rule,
        rules.sentence(finding, "todo", language),
        "" if rule is None else ", ".join(part for part in (rule.standard, rule.clause) if part),
        rule is not None and rule.mark == "V",
        f"/htx/dong/{farm}/{ids.split_ref(other)[1]}" if other else "",
    )


@cache
def _templates() -> list[dict[str, Any]]:
    file = Path(__file__).parents[1] / "data" / "ask_templates.json"
    return list(json.loads(file.read_text("utf-8"))["templates"])


def _asks(language: Language, sector: str, findings: Sequence[Noticed]) -> list[Ask]:
    """Return the questions, those that fit a finding first and ticked; the phone gets them in Vietnamese."""
    asks = []
    for one in _templates():
        fitting = [noticed for noticed in findings if noticed.rule in one["rules"]]
        if not fitting and sector not in one.get("sectors", [sector]):
            continue
        field = next((noticed.field for noticed in fitting if noticed.field), one["field"])
        asks.append(Ask(one["code"], one["short"][language], one["text"]["vi"], field, bool(fitting)))
    return sorted(asks, key=lambda ask: not ask.is_ticked)


def _spoken(language: Language, one: Said) -> Spoken:
    who = console_views.who_shown(language, one.who)
    said = "seen" if one.is_seen else "message" if one.is_message else "said"
    kind = said if one.kind == "comment" else one.decision
    icon = {"seen": "check", "approved": "approved", "asked": "asked"}.get(kind, "message")
    return Spoken(icon, say(language, f"thread_{kind}", who=who), time_text(one.received_at), one.text)
