"""From the ops of one document to the rows of its views: pure, the same for every order and split.

What people wrote never breaks a view: a value of another type, too long a text, a date that does not exist
count as missing. Only public values reach typed columns, but for what a sale came to (`view_fold_sales`).
Source: DESIGN §2, §3 "Merge"; sync/forms/common.json, plot.json, season.json for the names of fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from server.models.views import CODE_CHARS, DOC_CHARS
from server.store import view_fold_lots
from server.store.view_fold_attendances import attendance_rows
from server.store.view_fold_sales import SALES, sale_row
from sync import ids
from sync.civil import is_civil_date
from sync.forms import load_forms
from sync.merge import Document, Placed, fold, rivals
from sync.ops import Op
from sync.reviews import parse_review
from sync.rules.shape import Record
from sync.units import UnitError, find_unit, to_base
from sync.values import Json, write_text

Row = dict[str, Any]
Rows = dict[str, list[Row]]  # view → rows, by the names below

DOCUMENTS, ENTRIES, ENTRY_PLOTS = "documents", "entries", "entry_plots"
PLOTS, SEASONS, PHOTOS, REVIEWS = "plots", "seasons", "photos", "reviews"
NAME_CHARS = 200  # our choice: what a list shows; the whole text is in DocumentView.values
ENTRY_PLOTS_MAX = 200  # our choice
# What an entry's row holds of its reviews and findings, before there are any.
BESIDE: Mapping[str, Any] = {
    "state": "sent",
    "is_answered": False,
    "approvals": 0,
    "reviewed_at": None,
    "severity": 0,
    "queue": "review",
}


def fold_rows(scope: str, doc: str, ops: Sequence[Placed]) -> Rows:
    """Return the rows of a document's views; `ops` are all of its ops in the log, in any order.

    Shape:  the rows of `ENTRIES` lack what other documents say: `photos`, and the columns of `BESIDE`.
    """
    folded = fold(ops)
    ops = sorted(ops, key=lambda placed: placed.seq or 0)
    public = {name: value for name, value in folded.values.items() if name not in folded.private}
    rows: Rows = {DOCUMENTS: [_document(scope, doc, ops, folded, public)]}
    made = _MAKERS.get(ops[0].op.doc_type)
    if made is not None:
        rows |= made({"scope": scope, "doc": doc}, public, folded, ops)
    return rows


def _document(
    scope: str, doc: str, ops: Sequence[Placed], folded: Document, public: Mapping[str, Json]
) -> Row:
    first, last = ops[0], ops[-1]
    private = {name: value for name, value in folded.values.items() if name in folded.private}
    return {
        "scope": scope,
        "doc": doc,
        "type": first.op.doc_type,
        "values": write_text(dict(sorted(public.items()))),
        "private": write_text(dict(sorted(private.items()))) if private else None,
        "conflicts": _list_text(sorted(folded.conflicts)),
        "tips": _list_text(folded.tips),
        "rivals": _rivals(folded, ops),
        "heads": _list_text(sorted(set(chain.from_iterable(folded.heads.values())))),
        "is_deleted": folded.deleted,
        "is_missing": folded.missing,
        "first_seq": first.seq,
        "last_seq": last.seq,
        "recorded_at": first.op.recorded_at,
        "received_at": first.received_at,
        "changed_at": last.received_at,
        "by": first.op.by,
        "device": first.op.device,
        "skew": stated_skew(first.op),
    }


def _list_text(names: Sequence[str]) -> str:
    """Return the JSON text of a list of ids or of fields' names: nothing in them is escaped."""
    return '["' + '","'.join(names) + '"]' if names else "[]"


def _rivals(folded: Document, ops: Sequence[Placed]) -> str:
    if not folded.conflicts:
        return "{}"
    return write_text(
        {name: list(values) for name, values in rivals(folded, {one.op.id: one.op for one in ops}).items()}
    )


def stated_skew(op: Op) -> int | None:
    """Return the skew that an op says, None where it says none: 0 there means that none was heard."""
    skew = op.skew or json.loads(op.body).get("skew")
    return skew if isinstance(skew, int) else None


def _entry(key: Row, values: Mapping[str, Json], folded: Document, ops: Sequence[Placed]) -> Rows:
    form = load_forms().get(code := _code(values.get("form")))
    row = {
        **key,
        "form": code,
        "happened_on": _date(values.get("happened_on")),
        "season": _ref(values.get("season"), "season"),
        "sector": "" if form is None else form.sector,
        "has_conflict": bool(folded.conflicts),
        "is_deleted": folded.deleted,
        "received_at": ops[0].received_at,
        "recorded_at": ops[0].op.recorded_at,
        "by": ops[0].op.by,
    }
    named = values.get("plots")
    listed = named[:ENTRY_PLOTS_MAX] if isinstance(named, list) else []
    plots = sorted({plot for one in listed if (plot := _ref(one, "plot"))})
    return {ENTRIES: [row], ENTRY_PLOTS: [{**key, "plot": plot} for plot in plots]}


def _plot(key: Row, values: Mapping[str, Json], folded: Document, _ops: Sequence[Placed]) -> Rows:
    row = {
        **key,
        "name": _name(values.get("name")),
        "kind": _code(values.get("kind")),
        "area_m2": _square_metres(values.get("area")),
        "is_deleted": folded.deleted,
        "has_conflict": bool(folded.conflicts),
    }
    return {PLOTS: [row]}


def _season(key: Row, values: Mapping[str, Json], folded: Document, _ops: Sequence[Placed]) -> Rows:
    named = (_name(values.get(name)) for name in ("product_name", "variety", "breed"))
    row = {
        **key,
        "name": ", ".join(one for one in named if one)[:NAME_CHARS],
        "product": _code(values.get("product")),
        "sector": _code(values.get("sector")),
        "standard": _code(values.get("standard")),
        "started_on": _date(values.get("started_on")),
        "ended_on": _date(values.get("ended_on")),
        "is_deleted": folded.deleted,
        "has_conflict": bool(folded.conflicts),
    }
    return {SEASONS: [row]}


def _photo(key: Row, values: Mapping[str, Json], folded: Document, _ops: Sequence[Placed]) -> Rows:
    sha256, size = values.get("sha256"), values.get("bytes")
    is_size = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    row = {
        **key,
        "of": _ref(values.get("of")),
        "sha256": sha256 if ids.is_b64(sha256, 32) else "",
        "kind": _code(values.get("kind")),
        "type": _code(values.get("type")),
        "bytes": size if is_size else None,
        "is_deleted": folded.deleted,
    }
    return {PHOTOS: [row]}


def _review(key: Row, values: Mapping[str, Json], folded: Document, ops: Sequence[Placed]) -> Rows:
    said = parse_review(values, ops[0].op.by)
    row = {
        **key,
        "of": _ref(values.get("of")),
        "type": ops[0].op.doc_type,
        "decision": _code(said.decision),
        "heads": write_text(sorted(said.heads)),
        "needs": said.needs,
        "answers": "" if values.get("seen") is True else _ref(values.get("answers")),
        "is_deleted": folded.deleted,
        "by": said.by,
        "received_at": ops[0].received_at,
        "seq": ops[-1].seq,
    }
    return {REVIEWS: [row]}


def _lot(key: Row, values: Mapping[str, Json], folded: Document, ops: Sequence[Placed]) -> Rows:
    return view_fold_lots.lot_rows(key, _record(values, folded, ops), folded, ops)


def _edge(key: Row, values: Mapping[str, Json], folded: Document, ops: Sequence[Placed]) -> Rows:
    return view_fold_lots.edge_rows(key, _record(values, folded, ops))


def _sale(key: Row, values: Mapping[str, Json], folded: Document, ops: Sequence[Placed]) -> Rows:
    return _edge(key, values, folded, ops) | {SALES: [sale_row(key, folded, ops)]}


def _record(values: Mapping[str, Json], folded: Document, ops: Sequence[Placed]) -> Record:
    op, beside = ops[0].op, rivals(folded, {one.op.id: one.op for one in ops}) if folded.conflicts else {}
    return Record(op.doc, op.doc_type, values, beside, folded.deleted)


_MAKERS: Mapping[str, Callable[[Row, Mapping[str, Json], Document, Sequence[Placed]], Rows]] = {
    "entry": _entry,
    "plot": _plot,
    "season": _season,
    "photo": _photo,
    "review": _review,
    "comment": _review,
    "lot": _lot,
    "lot_event": _edge,
    "sale": _sale,
    "label": _edge,
    "attendance": attendance_rows,
}


def _code(value: Json) -> str:
    """Return a short text of one word (a form, a choice, a type), or an empty one."""
    return value if isinstance(value, str) and len(value) <= CODE_CHARS else ""


def _name(value: Json) -> str:
    return value[:NAME_CHARS] if isinstance(value, str) else ""


def _date(value: Json) -> str:
    return value if isinstance(value, str) and is_civil_date(value) else ""


def _ref(value: Json, doc_type: str | None = None) -> str:
    """Return the name of a document (of one type), or an empty text."""
    if not isinstance(value, str) or len(value) > DOC_CHARS or not ids.is_doc(value):
        return ""
    return value if doc_type is None or ids.split_ref(value)[0] == doc_type else ""


def _square_metres(value: Json) -> int | None:
    if not isinstance(value, dict):
        return None
    amount, unit = value.get("amount"), value.get("unit")
    if not isinstance(amount, str) or not isinstance(unit, str):
        return None
    try:
        return to_base(amount, unit) if find_unit(unit).dimension == "area" else None
    except UnitError:
        return None
