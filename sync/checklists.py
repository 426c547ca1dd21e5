"""Checklists of inspections, as data: `sync/checklists/*.json`, what is looked at and by which clause.

An `inspection` document says of each item `item.<code>.result`, and for what failed `due_on` and
`closed_on`; cause and corrective action are private.
Source: TCVN 11892-1:2017, Annex D; PROTOCOL §30.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

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


@cache
def load_checklists() -> dict[str, Checklist]:
    """Return the checklists by code."""
    found = {}
    for path in sorted(ROOT.glob("*.json")):
        row = json.loads(path.read_text("utf-8"))
        items = tuple(Item(**item) for item in row["items"])
        found[row["checklist"]] = Checklist(row["checklist"], row["standard"], row["title"], items)
    return found
