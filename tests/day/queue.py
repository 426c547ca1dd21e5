"""Requests that wait for one of several workers: first come, first served."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heapreplace
from typing import NamedTuple

from tests.day.traffic import Request


class Served(NamedTuple):
    """When a request began and ended to be served, in the order of arrival. Units: seconds."""

    began: float
    ended: float


def serve(requests: Sequence[Request], workers: int) -> list[Served]:
    """Return when each request was served; `requests` stand in the order of their arrival."""
    free = [0.0] * workers
    heapify(free)
    done = []
    for one in requests:
        began = max(one.at, free[0])
        heapreplace(free, began + one.needs)
        done.append(Served(began, began + one.needs))
    return done


def waits(requests: Sequence[Request], served: Sequence[Served]) -> list[float]:
    """Return how long each one waited before it was begun."""
    return [two.began - one.at for one, two in zip(requests, served, strict=True)]


def share(sorted_values: Sequence[float], part: float) -> float:
    """Return the value that `part` of them do not exceed."""
    return sorted_values[min(len(sorted_values) - 1, int(part * len(sorted_values)))]


def least_workers(requests: Sequence[Request], most_s: float) -> int:
    """Return how many workers keep the wait of 99 of 100 requests at or under `most_s`."""
    low, high = 0, 1
    while _is_late(requests, high, most_s):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if _is_late(requests, middle, most_s):
            low = middle
        else:
            high = middle
    return high


def _is_late(requests: Sequence[Request], workers: int, most_s: float) -> bool:
    late, most = 0, len(requests) - int(0.99 * len(requests)) - 1
    free = [0.0] * workers
    for one in requests:
        began = max(one.at, free[0])
        heapreplace(free, began + one.needs)
        if began - one.at > most_s:
            late += 1
            if late > most:
                return True
    return False
