"""One lot on the console: what it is made of, what is left, one step back and forward, all that happened."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.lots import LotView
from server.models.people import Farm
from server.models.views import DocumentView, EntryView
from server.services import console_lots, findings
from server.services.console import Staff, Who, names_of
from server.services.console_lookups import members
from server.services.console_lots import LotLine, Size, line_of, product_names, size_of
from server.services.findings import Noticed
from server.services.viewing import make_current
from server.store import lots, views
from sync import ids
from sync.lots import states
from sync.lots.balance import standing, standing_sales
from sync.lots.shape import Event, Part, Sale
from sync.values import Json

MERGED_MAX: Final = 30  # our choice: lots that are offered to be merged
CODES: Final = 5  # fresh codes of a page: of the most lots that one act makes, and one more


@dataclass(frozen=True)
class SourceLine:
    """A harvest that a lot is made of. `state`: of its entry today, "" where it is gone; `name`: the farm's.

    Shape:  `farm`, `entry`: uuids; `is_changed`: it is no longer what the lot's op named; `may_read`: the
            staff member reads that farm's diary.
    """

    farm: str
    code: str
    name: str
    entry: str
    day: str
    size: Size | None
    state: str
    is_changed: bool
    may_read: bool
    findings: tuple[Noticed, ...]


@dataclass(frozen=True)
class Beside:
    """A lot one step back or forward, with how much went that way."""

    lot: LotLine
    size: Size | None


@dataclass(frozen=True)
class Step:
    """One thing that happened. `what`: the document's values, private ones too; `stands`: not taken back.

    Shape:  `kind`: of an event, or sale or label; `sizes`: (side, lot's code, lot's uuid, how much).
    """

    doc: str
    kind: str
    day: str
    received_at: int
    who: Who | None
    what: Mapping[str, Json]
    sizes: tuple[tuple[str, str, str, Size | None], ...]
    stands: bool
    corrects: str


@dataclass(frozen=True)
class LotPage:
    """A lot with its way. `tips`: what a new op of it names; `moves`: states that may follow.

    Shape:  `recall`: what stands of a recall; `facts`: those that were published, or None; `others`: lots of
            the same unit that it can be merged with; `problems`: (code, document).
    """

    line: LotLine
    note: str
    scope: str
    tips: tuple[str, ...]
    moves: tuple[str, ...]
    may_work: bool
    sources: tuple[SourceLine, ...]
    back: tuple[Beside, ...]
    ahead: tuple[Beside, ...]
    steps: tuple[Step, ...]
    others: tuple[LotLine, ...]
    products: tuple[tuple[str, str], ...]
    codes: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]
    recall: Mapping[str, Json] | None
    facts: Mapping[str, Json] | None

    @property
    def row(self) -> LotView:
        """Return the lot's row."""
        return self.line.row

    @property
    def delivered(self) -> int:
        """Return how much was shipped and sold and has not come back: what may come back."""
        found = 0
        for one in self.steps:
            if one.stands and one.kind in ("ship", "sale", "return") and not one.what.get("sale"):
                sizes = sum(
                    amount.size for _, _, lot, amount in one.sizes if amount and lot == self.line.uuid
                )
                found += -sizes if one.kind == "return" else sizes
        return max(found, 0)


def lot_page(staff: Staff, uuid: str) -> LotPage:
    """Return one lot of the organisation. Raises: ServiceError(not_found)."""
    doc, scope = f"lot:{uuid}", staff.org_scope
    make_current([scope])
    with reading() as session:
        farms = sorted({one.farm for one in lots.sources_of(session, scope, doc)})
    make_current(farms)
    with reading() as session:
        row = lots.find(session, scope, doc)
        if row is None or row.is_deleted:
            raise ServiceError("not_found")
        document = console_lots.document_of(session, scope, doc)
        names = product_names(session, staff)
        near = lots.near(session, scope, doc)
        by_doc = {one.doc: one for one in near.lots}
        rows = {one.doc: one for one in lots.rows_of(session, scope, list(by_doc))}
        values = members(document.values)
        told, facts = values.get("recall"), values.get("facts")
        state = row.state
        return LotPage(
            line=line_of(row, names),
            note=str(values.get("note") or ""),
            scope=scope,
            tips=tuple(sorted(json.loads(document.tips))),
            moves=states.moves(state),
            may_work=console_lots.may_make(staff) and states.takes_events(state),
            sources=tuple(_sources(session, staff, row)),
            back=_beside(near, doc, rows, names, row.unit, is_ahead=False),
            ahead=_beside(near, doc, rows, names, row.unit, is_ahead=True),
            steps=_steps(session, staff, doc, rows, near),
            others=_others(session, scope, row, names),
            products=console_lots.current_products(session, staff),
            codes=console_lots.fresh_codes(session, CODES),
            problems=tuple((str(code), str(of)) for code, of in json.loads(row.problems)),
            recall=told if isinstance(told, dict) else None,
            facts=facts if isinstance(facts, dict) else None,
        )


def _sources(session: Session, staff: Staff, row: LotView) -> list[SourceLine]:
    found = []
    for one in lots.sources_of(session, row.scope, row.doc):
        farm_id = ids.split_ref(one.farm)[1]
        farm = session.scalar(select(Farm).where(Farm.id == farm_id, Farm.organisation == staff.organisation))
        entry = session.get(EntryView, (one.farm, one.entry)) if farm is not None else None
        document = session.get(DocumentView, (one.farm, one.entry)) if farm is not None else None
        heads = set() if document is None else set(json.loads(document.heads))
        is_gone = entry is None or entry.is_deleted
        found.append(
            SourceLine(
                farm=farm_id,
                code="" if farm is None else farm.code,
                name=farm.name if farm is not None and one.farm in staff.farms else "",
                entry=ids.split_ref(one.entry)[1],
                day="" if entry is None else entry.happened_on,
                size=None if one.size is None else size_of(one.unit, one.size),
                state="" if entry is None or is_gone else entry.state,
                is_changed=is_gone or not heads <= set(json.loads(one.heads)),
                may_read=one.farm in staff.farms,
                findings=findings.of_entry(session, one.farm, one.entry) if farm is not None else (),
            )
        )
    return found


def _beside(
    near: lots.Family,
    doc: str,
    rows: Mapping[str, LotView],
    names: Mapping[str, str],
    unit: str,
    *,
    is_ahead: bool,
) -> tuple[Beside, ...]:
    """Return the lots that this one came of, or that came of it, by the events that count."""
    found: dict[str, int] = {}
    for event in standing(near.events):
        here, there = (event.ins, event.outs) if is_ahead else (event.outs, event.ins)
        if event.outs and any(part.lot == doc for part in here):
            for part in there:
                size = part.measure.size if part.measure is not None else 0
                found[part.lot] = found.get(part.lot, 0) + size
    return tuple(
        Beside(line_of(rows[lot], names), size_of(rows[lot].unit or unit, size))
        for lot, size in sorted(found.items())
        if lot != doc and lot in rows
    )


def _steps(
    session: Session,
    staff: Staff,
    doc: str,
    rows: Mapping[str, LotView],
    near: lots.Family,
) -> tuple[Step, ...]:
    stand = {one.doc for one in standing(near.events)} | {one.doc for one in standing_sales(near.sales)}
    parsed: dict[str, Event | Sale] = {one.doc: one for one in near.events}
    parsed |= {one.doc: one for one in near.sales}
    names = [*lots.naming(session, staff.org_scope, doc), *lots.correcting(session, staff.org_scope, doc)]
    documents = [one for name in names if (one := views.document(session, staff.org_scope, name))]
    who = names_of(session, staff, {one.by for one in documents})
    found = []
    for one in documents:
        told = parsed.get(one.doc)
        what = console_lots.shown_values(one)
        parts = _parts(told)
        found.append(
            Step(
                doc=one.doc,
                kind=str(what.get("kind") or "") if one.type == "lot_event" else one.type,
                day=str(what.get("happened_on") or ""),
                received_at=one.received_at,
                who=who.get(one.by),
                what=what,
                sizes=tuple(_size(side, part, rows) for side, part in parts),
                stands=one.doc in stand or one.type == "label",
                corrects="" if told is None else told.corrects,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.received_at, one.doc)))


def _parts(told: Event | Sale | None) -> Sequence[tuple[str, Part]]:
    if told is None:
        return ()
    if isinstance(told, Sale):
        return (("in", told.part),)
    return (*(("in", one) for one in told.ins), *(("out", one) for one in told.outs))


def _size(side: str, part: Part, rows: Mapping[str, LotView]) -> tuple[str, str, str, Size | None]:
    row = rows.get(part.lot)
    size = None if part.measure is None else size_of(part.measure.base, part.measure.size)
    return side, "" if row is None else row.code, ids.split_ref(part.lot)[1], size


def _others(session: Session, scope: str, row: LotView, names: Mapping[str, str]) -> tuple[LotLine, ...]:
    found = [
        one
        for state in (states.OPEN, states.READY)
        for one in lots.page(session, scope, state, None, MERGED_MAX)
        if one.doc != row.doc and one.unit == row.unit and one.remains > 0
    ]
    return tuple(line_of(one, names) for one in found[:MERGED_MAX])
