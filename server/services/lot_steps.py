"""What the diary says of a lot's harvests: their seasons' steps, inputs, waiting times and findings.

Reads the views, which the caller has made current. Only what `public_facts.json` names is told, and of an
entry only what no person stands in: no names, notes, positions or prices; photos only of public kinds, of
people who agree to photos today.
Source: PROTOCOL §36; reference traceability §7.2, §7.7.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.people import Membership
from server.models.views import EntryView, ReviewView
from server.services import findings
from server.services.console_lookups import photos_of
from server.services.findings import Noticed
from server.services.recorded import recorded
from server.store import consents, inbox, people, view_findings, views
from server.store.rule_book import record_of
from server.store.view_lots import some_of
from sync.civil import add_days, days_between, ms_to_date
from sync.forms import load_forms
from sync.lots.shape import measure_of
from sync.rules.form_rules import Wait, at, lines_of, rules_of, sorts
from sync.rules.record import LATE_DAYS
from sync.rules.shape import Record, days, texts
from sync.rules.waiting import PRODUCE, ground, waiting
from sync.values import Json

Facts = dict[str, Any]
REVIEWED: Final = frozenset({"approved", "amended"})
SEASONLESS_DAYS: Final = 180  # our choice: how far back the plots of a harvest without a season are told
_WORST: Final = ("not_needed", "kept", "unknown", "broken")
_KINDS: Final = {"days": "days", "not_defined_on_label": "not_defined"}


@dataclass
class Told:
    """What the entries behind a lot come to.

    Shape:  `steps`, `waiting`, `findings`: as in the facts; `harvested`: the days of the harvests; `began`:
            when their seasons did, where they said so; `stopping`: the findings that stop a lot.
    """

    steps: list[Facts] = field(default_factory=list)
    waiting: Facts = field(default_factory=dict)
    findings: list[Facts] = field(default_factory=list)
    harvested: list[str] = field(default_factory=list)
    began: list[str] = field(default_factory=list)
    not_proven: set[str] = field(default_factory=set)
    stopping: list[Noticed] = field(default_factory=list)


@cache
def allowed() -> Mapping[str, list[str]]:
    """Return what may be told: `steps` forms, `photos` kinds."""
    file = Path(__file__).parents[1] / "data" / "public_facts.json"
    found: Mapping[str, list[str]] = json.loads(file.read_text("utf-8"))
    return found


def told_of(session: Session, harvests: Iterable[tuple[str, str]], codes: Mapping[str, str]) -> Told:
    """Return what the diaries say of harvests.

    Shape:  `harvests`: (farm, entry) documents; `codes`: the farms' codes by document; others' diaries stay
            closed.
    """
    told = Told()
    by_farm: dict[str, list[str]] = {}
    for farm, entry in harvests:
        by_farm.setdefault(farm, []).append(entry)
    noticed: Counter[tuple[str, str]] = Counter()
    for farm in sorted(by_farm):
        if farm in codes:
            _tell_farm(session, told, farm, by_farm[farm], codes[farm], noticed)
        else:
            told.not_proven.add("farm_gone")
    told.steps.sort(key=lambda one: (one["on"], one["received_at"], one["entry"]))
    told.findings = [
        {"rule": rule, "severity": severity, "count": count}
        for (rule, severity), count in sorted(noticed.items())
    ]
    if told.waiting.get("state") == "unknown":
        told.not_proven.add("waiting_unknown")
    return told


def _tell_farm(
    session: Session, told: Told, farm: str, docs: Sequence[str], code: str, noticed: Counter[tuple[str, str]]
) -> None:
    harvests = [row for row in _entries(session, farm, docs) if not row.is_deleted and row.happened_on]
    if len(harvests) < len(set(docs)):
        told.not_proven.add("harvest_gone")
    told.harvested += [one.happened_on for one in harvests]
    seasons = {one.season for one in harvests if one.season}
    told.began += [
        one.started_on for one in views.seasons_of(session, [farm]) if one.doc in seasons and one.started_on
    ]
    rows = _season_rows(session, farm, harvests)
    names = [row.doc for row in rows]
    records = {doc: record_of(row) for doc, row in view_findings.documents(session, farm, set(names)).items()}
    mine = {one.doc for one in harvests}
    rows = [row for row in rows if row.doc in mine or rules_of(records[row.doc]).takes is None]
    names = [row.doc for row in rows]
    for some in findings.of_entries(session, farm, names).values():
        noticed.update((one.rule, one.severity) for one in some)
        told.stopping += [one for one in some if one.severity == "stop"]
    shown = [row for row in rows if row.state in REVIEWED or row.doc in mine]
    if len(shown) < len(rows) or any(row.state not in REVIEWED for row in shown):
        told.not_proven.add("not_reviewed")
    pictures = _pictures(session, farm, [row.doc for row in shown])
    roles = _roles(session, farm, [row.doc for row in shown])
    for row in shown:
        step = _step(row, records[row.doc], code, roles.get(row.doc, ""), pictures.get(row.doc, []))
        if (late := _late_days(session, row)) > LATE_DAYS:
            step["late_days"] = late
        told.not_proven |= {name for name in ("late", "amended") if f"{name}_days" in step or name in step}
        told.steps.append(step)
    for row in harvests:
        _wait(session, told, farm, row, records[row.doc])


def _entries(session: Session, farm: str, docs: Collection[str]) -> list[EntryView]:
    query = select(EntryView).where(EntryView.scope == farm)
    return [
        row for some in some_of(set(docs)) for row in session.scalars(query.where(EntryView.doc.in_(some)))
    ]


def _season_rows(session: Session, farm: str, harvests: Sequence[EntryView]) -> list[EntryView]:
    """Return what was done on the plots of each harvest in its season until then, the harvests too."""
    plots = views.plots_of_entries(session, farm, [one.doc for one in harvests])
    found: dict[str, EntryView] = {one.doc: one for one in harvests}
    for one in harvests:
        query = select(EntryView).where(
            EntryView.scope == farm,
            EntryView.is_deleted.is_(False),
            EntryView.form.in_(allowed()["steps"]),
            EntryView.happened_on != "",
            EntryView.happened_on <= one.happened_on,
        )
        since = add_days(one.happened_on, -SEASONLESS_DAYS)
        query = query.where(EntryView.season == one.season if one.season else EntryView.happened_on >= since)
        rows = list(session.scalars(query))
        theirs = views.plots_of_entries(session, farm, [row.doc for row in rows])
        here = set(plots.get(one.doc, ()))
        for row in rows:
            named = set(theirs.get(row.doc, ()))
            if not named or not here or named & here:
                found[row.doc] = row
    return list(found.values())


def _step(row: EntryView, record: Record, code: str, role: str, photos: Sequence[str]) -> Facts:
    form = load_forms().get(row.form)
    title = form.tile(record.values).short if form is not None else None
    step: Facts = {
        "kind": row.form,
        "name_vi": title.vi if title else row.form,
        "name_en": title.en if title else row.form,
        "on": row.happened_on,
        "recorded_at": row.recorded_at,
        "received_at": row.received_at,
        "reviewed_at": row.reviewed_at,
        "reviewed_role": role,
        "farm": code,
        "entry": row.doc,
    }
    if row.state == "amended":
        step["amended"] = True
    if inputs := _inputs(record):
        step["inputs"] = inputs
    if photos:
        step["photos"] = list(photos)
    return step


def _late_days(session: Session, row: EntryView) -> int:
    """Return how many days after its day an entry was written at the earliest that can be proven or was said.

    The anchor proves what a clock that was set back denies; nothing is later than its arrival.
    """
    if days_between(row.happened_on, ms_to_date(row.received_at)) <= LATE_DAYS:
        return 0
    told = recorded(session, row.scope, row.doc)
    if told is None:
        return 0
    written = max(0, told.not_before or 0, min(told.said_at, told.not_after))
    return days_between(row.happened_on, ms_to_date(written))


def _inputs(record: Record) -> list[Facts]:
    known, found = rules_of(record), []
    if known.uses is None and not known.waits:
        return []
    for line in lines_of(record):
        name = texts(record, at(line, "product"))
        if not name:
            continue
        one: Facts = {"name": name[0]}
        if active := texts(record, at(line, "active_ingredient")):
            one["active"] = active[0]
        said = record.values.get(at(line, known.uses.amount)) if known.uses else None
        if amount := _amount(said):
            one["amount"] = amount
        if known.waits and (wait := _wait_of(record, line, known.waits[0])):
            one["wait"] = wait
        found.append(one)
    return found


def _amount(said: Json) -> Facts | None:
    """Return an amount with nothing beside it: what else a phone wrote there stays inside."""
    is_known = (
        isinstance(said, dict) and isinstance(said.get("amount"), str) and isinstance(said.get("unit"), str)
    )
    if not is_known or not isinstance(said, dict):
        return None
    is_package = measure_of(said) is None and len(said["unit"]) <= 12 and len(said["amount"]) <= 20
    return {"amount": said["amount"], "unit": said["unit"]} if measure_of(said) or is_package else None


def _wait_of(record: Record, line: str, wait: Wait) -> Facts | None:
    said = texts(record, at(line, wait.kind))
    if not said and wait.missing != "unknown":
        return None
    kind = _KINDS.get(said[0] if said else "", "unknown")
    number = days(record.values.get(at(line, wait.days)))
    if kind == "days":
        return {"kind": "days", "days": number} if number is not None else {"kind": "unknown"}
    return {"kind": kind}


def _wait(session: Session, told: Told, farm: str, row: EntryView, record: Record) -> None:
    """Set the waiting time of one harvest beside the others: the worst of them is told."""
    takes = rules_of(record).takes
    plots = views.plots_of_entries(session, farm, [row.doc]).get(row.doc, [])
    groups = inbox.group_rows(session, farm, plots)
    mine = sorts(record, takes)
    for plot in plots:
        near = [record_of(one) for one in groups.get(plot, ())]
        for produce in PRODUCE:
            if produce not in mine:
                continue
            found = waiting(ground(plot, produce, near), row.season, row.happened_on)
            one: Facts = {"state": "not_needed", "harvested_on": row.happened_on}
            if found.longest is not None:
                one |= {
                    "last_use_on": found.longest.last_day,
                    "product": found.longest.product,
                    "days": found.longest.days,
                    "safe_from": found.until,
                    "state": "kept" if found.until <= row.happened_on else "broken",
                }
            is_unknown = found.longest is None or found.state == "unknown"
            if found.open and is_unknown and one["state"] != "broken":
                one |= {"state": "unknown", "product": found.open[0].product}
            if _rank(one) > _rank(told.waiting):
                told.waiting = one
    if not told.waiting:  # without a plot nobody knows what was used there
        told.waiting = {"state": "unknown", "harvested_on": row.happened_on}


def _rank(one: Facts) -> tuple[int, int]:
    if not one:
        return (-1, 0)
    spare = days_between(one["safe_from"], one["harvested_on"]) if one.get("safe_from") else 0
    return (_WORST.index(one["state"]), -spare)


def _roles(session: Session, farm: str, docs: Sequence[str]) -> dict[str, str]:
    """Return in which role each entry was approved last."""
    query = (
        select(ReviewView.of, Membership.role)
        .join(Membership, Membership.id == ReviewView.by)
        .where(ReviewView.scope == farm, ReviewView.decision == "approved", ReviewView.is_deleted.is_(False))
        .order_by(ReviewView.seq)
    )
    return {
        of: role
        for some in some_of(docs)
        for of, role in session.execute(query.where(ReviewView.of.in_(some)))
    }


def _pictures(session: Session, farm: str, docs: Sequence[str]) -> dict[str, list[str]]:
    """Return the photos of each entry that may be shown."""
    found: dict[str, list[str]] = {}
    agreed: dict[str, bool] = {}
    shown = photos_of(session, farm, docs)
    said = view_findings.documents(session, farm, {one.doc for some in shown.values() for one in some})
    for doc, some in shown.items():
        for one in some:
            by = str(said[one.doc]["by"])
            if by not in agreed:
                member = people.member(session, by)
                agreed[by] = member is not None and consents.is_given(session, member.person.id, "photo")
            if one.kind in allowed()["photos"] and one.is_here and not one.is_sound and agreed[by]:
                found.setdefault(doc, []).append(one.sha256)
    return found
