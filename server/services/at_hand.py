"""What a reviewer wants at hand beside an entry: the store of its inputs, the first safe day of its season.

Read for the one entry that is shown, in a few statements; the rules are those of `sync.rules`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.findings import RecordKey
from server.models.views import DocumentView
from server.services.waits import PlotWait
from server.store import inbox
from server.store.rule_book import record_of, stored_key
from sync.rules import Record
from sync.rules.amounts import amount_of
from sync.rules.form_rules import Produce
from sync.rules.stock import keys, moves, stock_line
from sync.values import Json


@dataclass(frozen=True)
class InStore:
    """One input that an entry buys, uses or counts, as the farm's store stood at the end of its day.

    Shape:  amounts as facts, in the unit in which the entry says its own; `left` is None where the input
            never came in by that unit, and `bought` then what came in by another; `is_short`: `left` is below
            nothing, by that much; `is_never`: nothing ever came in; `is_open`: some amount can't be added.
    """

    name: str
    day: str
    bought: Json
    used: Json
    left: Json
    is_short: bool
    is_never: bool
    is_open: bool


def store_at(session: Session, scope: str, doc: str) -> tuple[InStore, ...]:
    """Return the store of each input that an entry names, by their plain names; the views are current."""
    wanted = select(RecordKey.key).where(
        RecordKey.scope == scope, RecordKey.doc == doc, RecordKey.key.startswith("input:")
    )
    groups = inbox.group_rows(session, scope, sorted(session.scalars(wanted)))
    found = {}
    for key, rows in groups.items():
        records = [record_of(row) for row in rows]
        entry = next(one for one in records if one.doc == doc)
        for name in (one.partition(":")[2] for one in keys(entry) if stored_key(one) == key):
            line = _in_store(name, entry, records)
            if line is not None:
                found[name] = line
    return tuple(found[name] for name in sorted(found))


def plots_of_season(session: Session, scope: str, season: str) -> list[str]:
    """Return the plots that a season names."""
    said = session.scalar(
        select(DocumentView.values).where(DocumentView.scope == scope, DocumentView.doc == season)
    )
    named = {} if said is None else json.loads(said)
    plots = named.get("plots") if isinstance(named, dict) else None
    return [one for one in plots if isinstance(one, str)] if isinstance(plots, list) else []


def gravest(waits: Iterable[PlotWait]) -> tuple[PlotWait, ...]:
    """Return for each produce the wait that decides: what nobody knows before the latest day."""
    found: dict[Produce, PlotWait] = {}
    for one in waits:
        known = found.get(one.produce)
        if known is None or _weight(one) > _weight(known):
            found[one.produce] = one
    return tuple(found.values())


def _weight(wait: PlotWait) -> tuple[bool, str]:
    return wait.state == "unknown", wait.until


def _in_store(name: str, entry: Record, records: Sequence[Record]) -> InStore | None:
    every = moves(name, records)
    own = [one for one in every if one.record.doc == entry.doc]
    if not own:
        return None  # it names the input only in a version that gave way
    day = max(one.day for one in own)
    some = [one for one in every if one.day <= day] if day else every
    line = stock_line(name, some)
    came = {unit: size for one in some if one.what != "use" for unit, size in one.sizes.items()}
    said = [unit for one in own for unit in one.sizes]
    unit = next((one for one in said if one in came), next(iter([*said, *came]), ""))
    bought = unit if unit in came else next(iter(line.bought), "")
    left = line.left.get(unit, 0)
    is_never = all(one.what == "use" for one in some)
    return InStore(
        name=own[0].name,
        day=day,
        bought=_fact(line.bought.get(bought, 0 if bought in came else None), bought),
        used=_fact(line.used.get(unit, 0), unit),
        left=_fact(abs(left) if unit in came else None, unit),
        is_short=unit in came and left < 0,
        is_never=is_never,
        is_open=bool(line.open) and not is_never,
    )


def _fact(size: int | None, unit: str) -> Json:
    return None if size is None or not unit else amount_of(size, unit)
