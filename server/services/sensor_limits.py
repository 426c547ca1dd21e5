"""Between what a measure should lie: the table, what a cooperative changed of it, what is said of a value.

A warning and never a refusal; where nothing was verified nothing is given, and what is given says its mark.
Source: server/data/sensor_limits.json; reference forms §4.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from server.models.sensors import SensorLimit

FILE: Final = Path(__file__).parents[1] / "data" / "sensor_limits.json"
Verdict = Literal["low", "high", "good", ""]


@dataclass(frozen=True)
class Limit:
    """Two bounds in thousandths, None for none. `mark`: V2, R, O, or "own" for what the cooperative set."""

    low: int | None
    high: int | None
    mark: str
    source: str = ""


@cache
def table() -> Mapping[tuple[str, str], Limit]:
    """Return the limits of the table by (product, measure)."""
    rows = json.loads(FILE.read_text("utf-8"))["limits"]
    return {
        (product, row["measure"]): Limit(row["low"], row["high"], row["mark"], row["source"])
        for row in rows
        for product in row["products"]
    }


def limit_of(own: Sequence[SensorLimit], sensor: str, product: str, measure: str) -> Limit | None:
    """Return the limit that holds: the sensor's own, its product's, that of any product; None where none is.

    Shape:  of each the cooperative's row goes before the table's; one without bounds: none is wanted.
    """
    rows = {(one.sensor, one.product, one.measure): one for one in own}
    for key in ((sensor, "", measure), ("", product, measure), ("", "", measure)):
        if key in rows:
            return Limit(rows[key].low, rows[key].high, "own")
        if not key[0] and (found := table().get((key[1], measure))) is not None:
            return found
    return None


def verdict(limit: Limit | None, value: int) -> Verdict:
    """Return what a value is by its limit; "" where there is none."""
    if limit is None or (limit.low is None and limit.high is None):
        return ""
    if limit.low is not None and value < limit.low:
        return "low"
    return "high" if limit.high is not None and value > limit.high else "good"
