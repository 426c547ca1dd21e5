"""Checklists of inspections, as data: `sync/checklists/*.json`, what is looked at and by which clause.

An `inspection` document says of each item `item.<code>.result`, and for what failed `due_on` and
`closed_on`; cause and corrective action are private. Twin: `pwa/src/core/checklists.ts`.
Source: TCVN 11892-1:2017, Annex D; PROTOCOL §30.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sync.form_shape import Form, parse_form
from sync.values import Json

INSPECTION: Final = "inspection"
ROOT: Final = Path(__file__).parent / "checklists"
RESULTS: Final = ("pass", "fail", "na")
DUE_MONTHS: Final = 3  # what failed is put right within three months (clause 3.1.8)


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `criterion`, `requirement`: by language."""

    code: str
    clause: str
    criterion: Mapping[str, str]
    requirement: Mapping[str, str]

    def name(self, field: str) -> str:
        """Return what a field of an inspection about this item is called."""
        return f"item.{self.code}.{field}"


@dataclass(frozen=True, slots=True)
class Checklist:
    """One checklist. `standard`: its code, clause and mark (V, V2 or R)."""

    code: str
    standard: Mapping[str, str]
    title: Mapping[str, str]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """How an inspection stands: items looked at, passed; those that failed, and those of them not closed."""

    seen: int
    passed: int
    failed: tuple[Item, ...]
    open: tuple[Item, ...]


def stand_of(of: Checklist, values: Mapping[str, Json]) -> Stand:
    """Return how an inspection stands by what shows of it.

    Source: tests/vectors/rules_due.json.
    """
    said = [(item, values.get(item.name("result"))) for item in of.items]
    failed = tuple(item for item, result in said if result == "fail")
    return Stand(
        seen=sum(1 for _, result in said if _is_said(result)),
        passed=sum(1 for _, result in said if result == "pass"),
        failed=failed,
        open=tuple(item for item in failed if not _is_said(values.get(item.name("closed_on")))),
    )


def _is_said(value: Json) -> bool:
    return isinstance(value, str) and value != ""


def checklist_for(code: Json) -> Checklist:
    """Return the checklist that an inspection names; the first one for a code that is not known here."""
    known = load_checklists()
    return known[code] if isinstance(code, str) and code in known else next(iter(known.values()))


@cache
def inspection_form(code: str) -> Form:
    """Return the form that an inspection by a checklist is shown by; the phone's inspector has the same."""
    of = checklist_for(code)
    name = {"vi": "Đánh giá nội bộ", "en": "Internal inspection"}
    day = {
        "name": "happened_on",
        "type": "date",
        "label": {"vi": "Ngày kiểm tra", "en": "Date of inspection"},
    }
    fields = [{**day, "required": "no", "public": True}]
    return parse_form(
        {
            "form": INSPECTION,
            "version": 1,
            "document": INSPECTION,
            "sector": "any",
            "kind": "record",
            "icon": "zoom-question",
            "standard": of.standard,
            "title": name,
            "short": name,
            "order": 1000,
            "groups": [],
            "fields": [*fields, *(field for item in of.items for field in _fields(item))],
            "photos": [
                {"kind": "site", "label": {"vi": "Chỗ kiểm tra", "en": "The place"}, "wanted": "optional"},
                {"kind": "document", "label": {"vi": "Giấy tờ", "en": "Papers"}, "wanted": "optional"},
            ],
        }
    )


def _fields(item: Item) -> list[dict[str, Json]]:
    """Return an item's result, and what is written of one that failed."""
    named = {one: f"{item.clause} {item.criterion[one]}" for one in ("vi", "en")}
    choices = [{"code": code, "label": label} for code, label in _RESULTS.items()]
    fields: list[dict[str, Json]] = [
        {
            "name": item.name("result"),
            "type": "choice",
            "label": named,
            "required": "advised",
            "public": True,
            "choices": choices,
        }
    ]
    for name, (kind, is_public, label) in _FAILED.items():
        shown = {one: f"{named[one]}: {label[one]}" for one in ("vi", "en")}
        more = {"required": "no", "public": is_public, "when": {"field": item.name("result"), "in": ["fail"]}}
        fields.append({"name": item.name(name), "type": kind, "label": shown, **more})
    return fields


_RESULTS: Final = {
    "pass": {"vi": "Đạt", "en": "Passed"},
    "fail": {"vi": "Không đạt", "en": "Failed"},
    "na": {"vi": "Không áp dụng", "en": "Does not apply"},
}
_FAILED: Final[Mapping[str, tuple[str, bool, Mapping[str, str]]]] = {
    "cause": ("text", False, {"vi": "vì sao không đạt", "en": "cause"}),
    "action": ("text", False, {"vi": "khắc phục thế nào", "en": "corrective action"}),
    "due_on": ("date", True, {"vi": "phải xong trước ngày", "en": "to be done by"}),
    "closed_on": ("date", True, {"vi": "xong ngày", "en": "done on"}),
}


@cache
def load_checklists() -> dict[str, Checklist]:
    """Return the checklists by code."""
    found = {}
    for path in sorted(ROOT.glob("*.json")):
        row = json.loads(path.read_text("utf-8"))
        items = tuple(Item(**item) for item in row["items"])
        found[row["checklist"]] = Checklist(row["checklist"], row["standard"], row["title"], items)
    return found
