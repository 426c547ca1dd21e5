"""From a lot, an event, a sale or labels to the rows of their views: pure, as `view_fold`, which calls it.

What other documents say of a lot (its balance) stands in none of these rows: `view_lots` fills it in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync.lots import states
from sync.lots.shape import Part, parse_event, parse_label, parse_lot, parse_sale
from sync.merge import Document, Placed
from sync.rules.shape import Record
from sync.values import write_text

Row = dict[str, Any]
LOTS, LOT_SOURCES, LOT_EDGES = "lots", "lot_sources", "lot_edges"
CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")
# What a lot's row holds of other documents, before there are any.
UNTOLD: Final[Mapping[str, Any]] = {
    "unit": "", "came": 0, "went": 0, "lost": 0, "remains": 0, "packs": 0, "labels": 0, "problems": "[]",
}  # fmt: skip
_UUID_CHARS = 36
_EDGED: Final = ("lot_event", "sale", "label")
TYPES: Final = ("lot", *_EDGED)


def lot_rows(key: Row, record: Record, folded: Document, ops: Sequence[Placed]) -> dict[str, list[Row]]:
    """Return the row of a lot and those of its harvests."""
    lot = parse_lot(record)
    code = ops[0].op.fields.get("code")  # printed on labels: no later op changes it
    signed = set(folded.heads.get("facts", ()))
    row = {
        **key,
        "code": code if isinstance(code, str) and CODE.fullmatch(code) else "",
        "product": lot.product if len(lot.product) <= _UUID_CHARS else "",
        "happened_on": lot.happened_on,
        "state": states.state_of(lot),
        "is_deleted": lot.is_deleted,
        "has_conflict": lot.has_conflict,
        "received_at": ops[0].received_at,
        "changed_at": ops[-1].received_at,
        "published_at": next((one.received_at for one in reversed(ops) if one.op.id in signed), None)
        if lot.is_published
        else None,
        **UNTOLD,
    }
    sources = [
        {
            **key,
            "place": place,
            "farm": one.farm,
            "entry": one.entry,
            "heads": write_text(list(one.heads)),
            "size": None if one.measure is None else one.measure.size,
            "unit": "" if one.measure is None else one.measure.base,
        }
        for place, one in enumerate(lot.sources)
    ]
    return {LOTS: [row], LOT_SOURCES: [] if lot.is_deleted else sources}


def edge_rows(key: Row, record: Record) -> dict[str, list[Row]]:
    """Return which lots an event, a sale or labels name."""
    kind, corrects, parts = _edges(record)
    rows = [{"side": side, "lot": lot} for side, lot in parts]
    if corrects and not rows:
        rows = [{"side": "in", "lot": ""}]
    return {
        LOT_EDGES: [
            {**key, "place": place, "kind": kind, "corrects": corrects, **row}
            for place, row in enumerate(rows)
        ]
    }


def _edges(record: Record) -> tuple[str, str, list[tuple[str, str]]]:
    if record.type == "lot_event" and (event := parse_event(record)):
        sides: list[tuple[str, Part]] = [
            *(("in", one) for one in event.ins),
            *(("out", one) for one in event.outs),
        ]
        return event.kind, event.corrects, [(side, one.lot) for side, one in sides]
    if record.type == "sale" and (sale := parse_sale(record)):
        return "sale", sale.corrects, [("sale", sale.part.lot)]
    if record.type == "label" and (label := parse_label(record)):
        return "label", "", [("label", label.lot)]
    return "", "", []
