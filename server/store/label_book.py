"""An organisation's label book: the label_use documents of its log, read from the folded views.

A document that says no product counts for nothing; one whose waiting time is in conflict, or is said to be a
number and is none, is unknown, never zero.
Source: PROTOCOL §Reference lists; DESIGN §2 "PHI".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from server.models.views import DocumentView
from server.store import views
from sync.lists import PHI_KINDS, USE_PRODUCE, Dose, LabelUse, PhiKind, Use, parse_dose
from sync.lists_read import PHI_DAYS_MAX, STAGES
from sync.units import UnitError, compare_decimals, is_unit

TYPE = "label_use"


def label_uses(session: Session, scope: str) -> list[LabelUse]:
    """Return the label book of an `org:` scope, in the order in which its lines came."""
    rows = views.documents_of(session, scope, TYPE)
    found = [_told(row) for row in rows if not row.is_deleted]
    return [one for one in found if one is not None]


def _told(row: DocumentView) -> LabelUse | None:
    values = json.loads(row.values)
    if {"phi_kind", "phi_days", "phi_stage", "produce"} & set(json.loads(row.conflicts)):
        values |= {"phi_kind": "unknown"}
    return label_use_of(row.doc, values)


def label_use_of(doc: str, values: Mapping[str, Any]) -> LabelUse | None:
    """Return what a label_use document says, None where it says no use."""
    said = {name: _text(values.get(name)) for name in ("product", "active_ingredient", "crop", "pest")}
    kind, days = values.get("phi_kind"), values.get("phi_days")
    is_days = isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= PHI_DAYS_MAX
    if not said["product"] or kind not in PHI_KINDS:
        return None
    told: PhiKind = "unknown" if kind == "days" and not is_days else kind
    since = values.get("phi_stage")
    stages = STAGES[STAGES.index(since) :] if told == "stage" and since in STAGES else ()
    dose_text = _text(values.get("dose_text"))
    use = Use(
        said["crop"],
        said["pest"],
        _dose(values) or parse_dose(dose_text),
        dose_text,
        told,
        days if told == "days" else None,
        _text(values.get("phi_text")),
        stages,
        next((one for one in USE_PRODUCE if one == values.get("produce")), ""),
    )
    return LabelUse(doc, said["product"], said["active_ingredient"], use)


def _dose(values: Mapping[str, Any]) -> tuple[Dose, ...] | None:
    """Return the dose of `dose_low`, `dose_high` and `dose_unit`, decimal text and a code."""
    low, high, unit = (_text(values.get(f"dose_{name}")) for name in ("low", "high", "unit"))
    high = high or low
    try:
        if not is_unit(unit) or compare_decimals(low, "0") <= 0 or compare_decimals(low, high) > 0:
            return None
    except UnitError:
        return None
    return (Dose(low, high, unit),)


def _text(value: object) -> str:
    return value.strip()[:500] if isinstance(value, str) else ""
