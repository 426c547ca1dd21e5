"""Water of shrimp ponds against the ranges that are known: a warning, never a refusal.

No range is known for freshwater fish and ragworms: nothing is said of them.
Twin: `pwa/src/core/rules/water.ts`. Source: sync/rules/water.json (QCVN 02-19:2014/BNNPTNT, V2; others R).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sync.lists import Lists
from sync.rules.form_rules import rules_of
from sync.rules.shape import Finding, Record, Severity, counts, make_finding, options, refs, texts
from sync.units import AMOUNT, compare_decimals
from sync.values import Json

KINDS: Final = frozenset({"season"})


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high` ("" for none), decimal text in `unit`."""

    field: str
    unit: str
    low: str
    high: str
    mark: str


@cache
def _ranges() -> tuple[frozenset[str], tuple[Range, ...]]:
    data = json.loads(Path(__file__).with_name("water.json").read_text("utf-8"))
    return frozenset(data["products"]), tuple(Range(**one) for one in data["ranges"])


def keys(record: Record) -> Iterator[str]:
    """Yield the groups of a season (itself) and of an entry that measures the water of some."""
    if record.type == "season":
        yield record.doc
    elif rules_of(record).measures:
        yield from refs(record, "season", "season")


def judge(key: str, records: Sequence[Record], _lists: Lists) -> Iterator[Finding]:
    """Yield every value outside its range, where any head says that a shrimp lives in it."""
    products, ranges = _ranges()
    season = next((one for one in records if one.doc == key), None)
    if season is None or not products & set(texts(season, "product")):
        return
    for record in records:
        if rules_of(record).measures and counts(record):
            for one in ranges:
                yield from _outside(key, record, one)


def _outside(season: str, record: Record, known: Range) -> Iterator[Finding]:
    for value in options(record, known.field):
        if not isinstance(value, dict) or value.get("unit") != known.unit:
            continue
        amount = value.get("amount")
        if not isinstance(amount, str) or AMOUNT.fullmatch(amount) is None:
            continue
        is_low = known.low != "" and compare_decimals(amount, known.low) < 0
        if is_low or (known.high != "" and compare_decimals(amount, known.high) > 0):
            bound = known.low if is_low else known.high
            facts: dict[str, Json] = {
                "measure": known.field,
                "value": value,
                "bound": {"amount": bound, "unit": known.unit},
                "season": season,
            }
            way = "low" if is_low else "high"
            rule = f"water_{way}" if known.mark == "V2" else f"water_maybe_{way}"
            severity: Severity = "doubt" if known.mark == "V2" else "note"
            yield make_finding(rule, severity, record.doc, facts, known.field, [season])
            return
