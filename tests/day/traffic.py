"""What the phones of one shard send in a day: requests with their time and what each costs a worker.

A scope's log never crosses a shard and farms are spread by hash, so one shard is like any other. A farm that
records sends in the hour of its work, or in the evening where the field has no coverage; each phone looks now
and then whether there is something new; a photo goes by itself.
"""

from __future__ import annotations

import json
from bisect import bisect
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

FACTS: dict[str, Any] = json.loads(Path(__file__).with_name("facts.json").read_text("utf-8"))
DAY_S = 86_400


class Request(NamedTuple):
    """One request. Units: seconds since midnight, seconds of one worker, bytes both ways."""

    at: float
    needs: float
    ops: int
    photos: int
    bytes: int


def requests_of(farms: int, seed: int, *, is_storm: bool = False) -> list[Request]:
    """Return the requests of a day in the order of their arrival.

    Shape:  after a storm a share of the phones comes back within half an hour with the entries of a week.
    """
    random = Random(seed)
    told, chosen = FACTS["told"], FACTS["chosen"]
    bounds = list(accumulate(chosen["hours"]))
    each = (told["entries_a_day"] + told["photos_a_day"]) / chosen["recording_share"]
    made: list[Request] = []
    for _ in range(farms):
        is_back = is_storm and random.random() < chosen["storm_share"]
        for _ in range(chosen["looks_a_day"]):
            at = _moment(random, bounds)
            if not (is_back and at < chosen["storm_back_seconds"][0]):
                made.append(_sync(at, 0))
        if not is_back and random.random() >= chosen["recording_share"]:
            continue
        days = chosen["storm_days"] * chosen["recording_share"] if is_back else 1
        ops, photos = (
            _about(random, each * days),
            _about(random, told["photos_a_day"] / chosen["recording_share"] * days),
        )
        at = _sent_at(random, bounds, is_back=is_back)
        made.append(_sync(at, max(1, ops)))
        made += [_photo(at + 5 * (one + 1)) for one in range(photos)]
    return sorted(made)


def _sent_at(random: Random, bounds: list[int], *, is_back: bool) -> float:
    chosen = FACTS["chosen"]
    if is_back:
        return random.uniform(*chosen["storm_back_seconds"])
    if random.random() < chosen["late_share"]:
        return random.uniform(*chosen["evening_seconds"])
    return _moment(random, bounds)


def _moment(random: Random, bounds: list[int]) -> float:
    hour = bisect(bounds, random.random() * bounds[-1])
    return (hour + random.random()) * 3600


def _about(random: Random, mean: float) -> int:
    """Return a whole number that is `mean` on average."""
    return int(mean) + (random.random() < mean % 1)


def _sync(at: float, ops: int) -> Request:
    measured = FACTS["measured"]
    needs = (measured["nothing_new_ms"] + ops * measured["op_until_views_ms"]) / 1000
    size = measured["headers_bytes"] + ops * (measured["op_bytes_up"] + measured["op_bytes_down"])
    return Request(at, needs, ops, 0, size)


def _photo(at: float) -> Request:
    told = FACTS["told"]
    size = told["photo_bytes"] + 3 * FACTS["measured"]["headers_bytes"]
    return Request(at, told["photo_ms"] / 1000, 0, 1, size)
