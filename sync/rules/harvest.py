"""What a season gave: sold against harvested, and harvested against what its area can give.

Only amounts that add up are compared: kilograms with kilograms, bunches with bunches.
Twin: `pwa/src/core/rules/harvest.ts`. Source: sync/rules/yields.json; PROTOCOL §Rules and findings.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from sync.lists import Lists
from sync.rules.amounts import NANO, Sizes, amount_of, least, most
from sync.rules.form_rules import at, lines_of, rules_of, sorts
from sync.rules.shape import Finding, Record, counts, dates, make_finding, once, refs, texts
from sync.values import Json

KINDS: Final = frozenset({"season"})
_CROP: Final = "crop"
_SAO_M2: Final = 360


@cache
def _yields() -> Mapping[str, int]:
    data: Mapping[str, Mapping[str, int]] = json.loads(
        Path(__file__).with_name("yields.json").read_text("utf-8")
    )
    return data["kg_per_sao_max"]


def keys(record: Record) -> Iterator[str]:
    """Yield the groups of a season (itself) and of an entry that harvests or sells from some."""
    if record.type == "season":
        yield record.doc
    elif rules_of(record).takes or rules_of(record).sells:
        yield from refs(record, "season", "season")


def judge(key: str, records: Sequence[Record], _lists: Lists) -> Iterator[Finding]:
    """Yield what is noticed of the amounts of a season, at the entry with which it begins to be so."""
    ours = [one for one in records if _matters(one)]
    season = next((one for one in records if one.doc == key), None)
    crops = [one for one in ours if _takes_crop(one)]
    if season is not None:
        yield from _yield(season, crops)
    yield from _sold(key, crops, ours)


@once
def _takes_crop(record: Record) -> bool:
    return _CROP in sorts(record, rules_of(record).takes)


@once
def _matters(record: Record) -> bool:
    """Say whether an entry counts and takes or sells something."""
    known = rules_of(record)
    return counts(record) and (known.takes is not None or bool(known.sells))


@once
def _taken_least(record: Record) -> Sizes:
    return least(record, rules_of(record).quantity)


@once
def _taken_most(record: Record) -> Sizes:
    return most(record, rules_of(record).quantity)


@once
def _sales(record: Record) -> list[Sizes]:
    names = rules_of(record).sells
    found = [most(record, [at(line, one) for one in names]) for line in lines_of(record)] if names else []
    return [sizes for sizes in found if sizes]


def _add(total: Sizes, more: Sizes) -> None:
    for unit, size in more.items():
        total[unit] = total.get(unit, 0) + size


def _sold(season: str, crops: Sequence[Record], ours: Sequence[Record]) -> Iterator[Finding]:
    """Notice more sold than was harvested by that day; once a unit."""
    sales = [(min(dates(one, "happened_on"), default=""), one) for one in ours if _sales(one)]
    came = [(max(dates(one, "happened_on"), default=""), one) for one in crops]
    came.sort(key=lambda pair: (pair[0], pair[1].doc), reverse=True)
    told: set[str] = set()
    sold: Sizes = {}
    taken: Sizes = {}
    before: list[str] = []
    for day, record in sorted(sales, key=lambda pair: (pair[0], pair[1].doc)):
        while came and came[-1][0] <= day:
            one = came.pop()[1]
            before.append(one.doc)
            _add(taken, _taken_least(one))
        for size in _sales(record):
            _add(sold, size)
        for unit in sorted(set(sold) - told):
            if sold[unit] <= taken.get(unit, 0) or (taken and unit not in taken):
                continue
            told.add(unit)
            facts: dict[str, Json] = {
                "sold": amount_of(sold[unit], unit),
                "harvested": amount_of(taken.get(unit, 0), unit),
                "day": day,
                "season": season,
            }
            yield make_finding("sold_over", "doubt", record.doc, facts, "", before)


def _yield(season: Record, crops: Sequence[Record]) -> Iterator[Finding]:
    """Notice more harvested than the planted area is known to give."""
    limits = [_yields()[one] for one in texts(season, "product") if one in _yields()]
    area = most(season, ["planted_area"]).get("m2", 0)
    if not limits or not area:
        return
    limit = max(limits) * 1000 * area // _SAO_M2  # 10⁻⁹ g
    total, done = 0, []
    for record in sorted(crops, key=lambda one: (min(dates(one, "happened_on"), default=""), one.doc)):
        total += _taken_most(record).get("g", 0)
        done.append(record.doc)
        if total > limit:
            facts: dict[str, Json] = {
                "harvested": amount_of(total, "g"),
                "most": amount_of(limit - limit % (1000 * NANO), "g"),
                "area": amount_of(area, "m2"),
                "season": season.doc,
            }
            yield make_finding("yield_over", "note", record.doc, facts, "quantity", [season.doc, *done])
            return
