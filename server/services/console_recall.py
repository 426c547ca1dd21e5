"""Recalls: from a bad input, an entry, a farm or a plot to every lot and buyer that it touched, at once.

What was bought touches every use of it on that farm from that day on; a treatment the harvests of its plots
from its day on, in its season or in none; a harvest its lots, and these everything that came of them. What
is found is the cooperative's own: other diaries stay closed.
Source: PROTOCOL §36 "Reach"; Circular 17/2021/TT-BNNPTNT (V2: not checked against the original).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.people import Farm, Organisation
from server.models.views import DocumentView, EntryView
from server.services import console_lots
from server.services.console import Staff
from server.services.console_lookups import members
from server.services.console_lots import LotLine, Size, line_of, product_names, size_of
from server.services.viewing import make_current
from server.store import lots, view_findings, views
from server.store.rule_book import record_of
from server.store.view_lots import some_of
from sync import ids
from sync.codes import read_code
from sync.forms import load_forms
from sync.lots import reach
from sync.plain import plain
from sync.rules.form_rules import at, lines_of, rules_of
from sync.rules.shape import Record, counts, dates, texts
from sync.values import Json, split_line

WAYS: Final = ("batch", "entry", "farm", "plot", "lot")
TYPED_MAX: Final = 60
_BATCH_FIELDS: Final = ("lot_no", "product")


@dataclass(frozen=True)
class Delivery:
    """Goods that left: to whom (private), when, how much, of which lot. `phone`: "" for none."""

    doc: str
    kind: str
    lot: LotLine
    day: str
    size: Size | None
    buyer: str
    phone: str
    place: str


@dataclass(frozen=True)
class Cause:
    """An entry that led to the lots: a treatment or a harvest. `what`: what of it fits the search."""

    farm: str
    code: str
    entry: str
    form: str
    day: str
    what: str
    is_harvest: bool
    may_read: bool


@dataclass(frozen=True)
class Found:
    """What a search touched. `received`, `delivered`, `left`: by unit, for the report.

    Shape:  `recalls`: by lot what was decided, empty where nothing was; `address`: of the cooperative.
    """

    causes: tuple[Cause, ...]
    lots: tuple[LotLine, ...]
    tips: Mapping[str, tuple[str, ...]]
    deliveries: tuple[Delivery, ...]
    received: tuple[Size, ...]
    delivered: tuple[Size, ...]
    left: tuple[Size, ...]
    recalls: Mapping[str, Mapping[str, Json]]
    address: str

    @property
    def buyers(self) -> tuple[str, ...]:
        """Return whom to call, each once."""
        return tuple(sorted({one.buyer for one in self.deliveries if one.buyer}))


def search(staff: Staff, way: str, typed: str) -> Found:
    """Return everything that something touched.

    Shape:  `way`: batch (a batch number or a product's name, as typed), entry, plot (uuids), farm (a code or
            uuid), lot (a code or uuid). What fits nothing finds nothing.
    """
    with reading() as session:
        query = select(Farm).where(Farm.organisation == staff.organisation).order_by(Farm.code)
        farms = {f"farm:{one.id}": one.code for one in session.scalars(query)}
    make_current([*farms, staff.org_scope])
    with reading() as session:
        starts: set[str] = set()
        causes: dict[tuple[str, str], str] = {}
        if way == "lot":
            starts = _lots_named(session, staff, typed)
        else:
            causes = _causes(session, farms, way, typed)
        harvests = _harvests(session, causes)
        for farm, entries in _by_farm(harvests).items():
            starts |= {one.doc for one in lots.lots_from(session, staff.org_scope, farm, entries)}
        return _found(session, staff, farms, causes, harvests, starts)


def _lots_named(session: Session, staff: Staff, typed: str) -> set[str]:
    if ids.is_uuid(typed):
        doc = f"lot:{typed}"
        return {doc} if lots.find(session, staff.org_scope, doc) else set()
    row = lots.by_code(session, read_code(typed) or "")
    return {row.doc} if row is not None and row.scope == staff.org_scope else set()


def _causes(session: Session, farms: Mapping[str, str], way: str, typed: str) -> dict[tuple[str, str], str]:
    """Return the entries that a search names, with what of them fits."""
    wanted = plain(typed)
    if not wanted:
        return {}
    found: dict[tuple[str, str], str] = {}
    if way == "batch":
        query = select(DocumentView).where(
            DocumentView.scope.in_(list(farms)),
            DocumentView.type == "entry",
            DocumentView.is_deleted.is_(False),
            exists().where(
                EntryView.scope == DocumentView.scope,
                EntryView.doc == DocumentView.doc,
                EntryView.form.in_(_named_forms()),
            ),
        )
        for row in session.scalars(query.execution_options(yield_per=500)):
            if what := _fitting(row, wanted):
                found[row.scope, row.doc] = what
        found |= _uses_of(session, found)
    elif way == "entry":
        entries = select(EntryView).where(EntryView.scope.in_(list(farms)), EntryView.doc == f"entry:{typed}")
        found = {(row.scope, row.doc): "" for row in session.scalars(entries) if not row.is_deleted}
    elif way == "farm":
        mine = [doc for doc, code in farms.items() if plain(code) == wanted or doc == f"farm:{typed}"]
        found = {key: "" for farm in mine for key in _harvest_keys(session, farm, None)}
    elif way == "plot":
        plots = [one for one in views.plots_of(session, list(farms)) if one.doc == f"plot:{typed}"]
        found = {key: "" for one in plots for key in _harvest_keys(session, one.scope, one.doc)}
    return found


@cache
def _named_forms() -> tuple[str, ...]:
    """Return the forms that ask for a product or a batch number."""
    return tuple(
        code
        for code, form in load_forms().items()
        if any(
            one.name in _BATCH_FIELDS for one in (*form.fields, *(form.lines.fields if form.lines else ()))
        )
    )


def _uses_of(session: Session, bought: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Return where the products of purchases were used on the same farm from that day on."""
    found: dict[tuple[str, str], str] = {}
    for farm, docs in _by_farm(bought).items():
        since: dict[str, str] = {}
        for one in view_findings.documents(session, farm, set(docs)).values():
            if rules_of(record := record_of(one)).buys is not None:
                day = min(dates(record, "happened_on"), default="")
                for name in _products(record):
                    since[name] = min(since.get(name, day), day)
        if not since:
            continue
        query = select(EntryView.doc).where(EntryView.scope == farm, EntryView.form.in_(_named_forms()))
        used = set(session.scalars(query.where(EntryView.happened_on >= min(since.values()))))
        for doc, one in view_findings.documents(session, farm, used).items():
            record = record_of(one)
            day = max(dates(record, "happened_on"), default="")
            if rules_of(record).uses is None or not counts(record):
                continue
            for name, said in _products(record).items():
                if name in since and day >= since[name]:
                    found[farm, doc] = said
    return found


def _products(record: Record) -> dict[str, str]:
    """Return the products that an entry names, as they are compared and as they were written."""
    return {plain(one): one for line in lines_of(record) for one in texts(record, at(line, "product"))}


def _fitting(row: DocumentView, wanted: str) -> str:
    """Return the batch number or product of an entry that fits what was typed, or an empty text."""
    for name, value in members(row.values).items():
        line = split_line(name)
        if (line[1] if line else name) in _BATCH_FIELDS and isinstance(value, str) and plain(value) == wanted:
            return value
    return ""


def _harvest_keys(session: Session, farm: str, plot: str | None) -> Iterable[tuple[str, str]]:
    query = select(EntryView).where(
        EntryView.scope == farm,
        EntryView.is_deleted.is_(False),
        EntryView.form.in_(console_lots.harvest_forms()),
    )
    rows = list(session.scalars(query))
    plots = views.plots_of_entries(session, farm, [row.doc for row in rows]) if plot else {}
    return [(row.scope, row.doc) for row in rows if plot is None or plot in plots.get(row.doc, ())]


def _harvests(session: Session, causes: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the harvests that entries are, or whose plots they were done on before them."""
    found: set[tuple[str, str]] = set()
    for farm, docs in _by_farm(causes).items():
        forms = set(console_lots.harvest_forms())
        query = select(EntryView).where(EntryView.scope == farm, EntryView.is_deleted.is_(False))
        rows = [
            row for some in some_of(docs) for row in session.scalars(query.where(EntryView.doc.in_(some)))
        ]
        taken = list(session.scalars(query.where(EntryView.form.in_(forms))))
        plots = views.plots_of_entries(session, farm, [row.doc for row in (*rows, *taken)])
        for row in rows:
            if row.form in forms:
                found.add((farm, row.doc))
                continue
            if rules_of(Record("entry:", "entry", {"form": row.form})).buys is not None:
                continue  # it touches nothing before it is used
            here = set(plots.get(row.doc, ()))
            found |= {
                (farm, one.doc)
                for one in taken
                if one.happened_on >= row.happened_on
                and (not here or here & set(plots.get(one.doc, ())))
                and (not row.season or not one.season or row.season == one.season)
            }
    return found


def _by_farm(keys: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for farm, entry in sorted(keys):
        found.setdefault(farm, []).append(entry)
    return found


def _found(
    session: Session,
    staff: Staff,
    farms: Mapping[str, str],
    causes: Mapping[tuple[str, str], str],
    harvests: Collection[tuple[str, str]],
    starts: Collection[str],
) -> Found:
    family = lots.family(session, staff.org_scope, starts, is_ahead=True)
    touched = reach.forward(reach.make_graph(family.lots, family.events, family.sales), starts)
    names = product_names(session, staff)
    rows = {
        row.doc: row for row in lots.rows_of(session, staff.org_scope, touched.lots) if not row.is_deleted
    }
    lines = {doc: line_of(row, names) for doc, row in rows.items()}
    documents = {
        doc: found
        for doc in (*touched.lots, *touched.deliveries)
        if (found := views.document(session, staff.org_scope, doc)) is not None
    }
    deliveries = _deliveries(family, touched.deliveries, documents, lines)
    received: dict[str, int] = {}
    for doc in rows:
        for source in lots.sources_of(session, staff.org_scope, doc):
            received[source.unit] = received.get(source.unit, 0) + (source.size or 0)
    left: dict[str, int] = {}
    for row in rows.values():
        left[row.unit] = left.get(row.unit, 0) + row.remains
    gone: dict[str, int] = {}
    for one in deliveries:
        if one.size is not None:
            base = one.lot.row.unit
            gone[base] = gone.get(base, 0) + one.size.size
    return Found(
        causes=tuple(
            _cause_lines(session, staff, farms, {**dict.fromkeys(harvests, ""), **causes}, harvests)
        ),
        lots=tuple(lines[doc] for doc in sorted(lines, key=lambda one: (rows[one].happened_on, one))),
        tips={doc: tuple(sorted(json.loads(documents[doc].tips))) for doc in lines},
        deliveries=tuple(deliveries),
        received=_sizes(received),
        delivered=_sizes(gone),
        left=_sizes(left),
        recalls={doc: _recall(documents[doc]) for doc in lines},
        address=session.get_one(Organisation, staff.organisation).address or "",
    )


def _recall(document: DocumentView) -> Mapping[str, Json]:
    found = console_lots.shown_values(document).get("recall")
    return found if isinstance(found, dict) else {}


def _sizes(found: Mapping[str, int]) -> tuple[Size, ...]:
    return tuple(size_of(base, size) for base, size in sorted(found.items()) if base)


def _deliveries(
    family: lots.Family,
    docs: Collection[str],
    documents: Mapping[str, DocumentView],
    lines: Mapping[str, LotLine],
) -> list[Delivery]:
    parts = {one.doc: ("ship", one.ins, one.happened_on) for one in family.events}
    parts |= {one.doc: ("sale", (one.part,), one.happened_on) for one in family.sales}
    found = []
    for doc in docs:
        kind, ins, day = parts[doc]
        said = console_lots.shown_values(documents[doc])
        for part in ins:
            if part.lot in lines:
                size = None if part.measure is None else size_of(part.measure.base, part.measure.size)
                text = {name: str(said.get(name) or "") for name in ("buyer", "phone", "place_detail")}
                found.append(
                    Delivery(
                        doc,
                        kind,
                        lines[part.lot],
                        day,
                        size,
                        text["buyer"],
                        text["phone"],
                        text["place_detail"],
                    )
                )
    return sorted(found, key=lambda one: (one.day, one.doc, one.lot.row.doc))


def _cause_lines(
    session: Session,
    staff: Staff,
    farms: Mapping[str, str],
    causes: Mapping[tuple[str, str], str],
    harvests: Collection[tuple[str, str]],
) -> list[Cause]:
    found = []
    for farm, entry in causes:
        row = session.get(EntryView, (farm, entry))
        if row is not None:
            uuid, id_ = ids.split_ref(entry)[1], ids.split_ref(farm)[1]
            what, is_harvest = causes[farm, entry], (farm, entry) in harvests
            may_read = farm in staff.farms
            found.append(Cause(id_, farms[farm], uuid, row.form, row.happened_on, what, is_harvest, may_read))
    return sorted(found, key=lambda one: (one.day, one.code, one.entry))
