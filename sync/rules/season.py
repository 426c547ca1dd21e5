"""Where the book of a season is silent for long. It depends on today, so it is no finding.

Twin: `pwa/src/core/rules/season.ts`. Source: sync/rules/gaps.json (our choice); PROTOCOL §Rules and findings.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from sync.civil import days_between
from sync.rules.shape import Record, counts, dates, refs, texts


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without an entry: after `begin`, before `end`."""

    begin: str
    end: str
    days: int


@cache
def _allowed() -> Mapping[str, int]:
    data: Mapping[str, Mapping[str, int]] = json.loads(
        Path(__file__).with_name("gaps.json").read_text("utf-8")
    )
    return data["days"]


def silence_max(sector: str) -> int | None:
    """Return how many days a season of a sector may be silent; None where nothing is said of it."""
    return _allowed().get(sector)


def season_gaps(season: Record, records: Iterable[Record], today: str) -> tuple[Gap, ...]:
    """Return the silences of a season from its start to its end or today, longer than its sector allows."""
    began = min(dates(season, "started_on"), default="")
    last = min([*dates(season, "ended_on"), today])
    allowed = [_allowed()[one] for one in texts(season, "sector") if one in _allowed()]
    if not began or not allowed or began > last:
        return ()
    told = {
        day
        for one in records
        if one.type == "entry" and counts(one) and season.doc in refs(one, "season", "season")
        for day in dates(one, "happened_on")
        if began < day < last
    }
    gaps = (Gap(a, b, days_between(a, b)) for a, b in pairwise([began, *sorted(told), last]))
    return tuple(gap for gap in gaps if gap.days > min(allowed))
