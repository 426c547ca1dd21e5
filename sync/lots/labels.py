"""Print runs of labels: which serials they have, and which of them are void.

Source: PROTOCOL §33.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sync.codes import SERIAL_KEY_LENGTH, serial_of
from sync.errors import Refusal
from sync.ids import b64_decode
from sync.values import Json

COUNT_MAX: Final = 10_000
KINDS: Final = ("lot", "serial")
_RUNS_KNOWN: Final = 64  # runs whose serials one process keeps


@dataclass(frozen=True, slots=True)
class Run:
    """A print run. `seed`: of its serials, b64, "" where all labels are the same or it is not known here.

    Shape:  `void`: ranges of numbers, both ends included; numbers from 1 to `count`.
    """

    doc: str
    kind: str
    count: int
    seed: str
    void: tuple[tuple[int, int], ...]

    def is_void(self, number: int) -> bool:
        """Say whether a label was taken out of use."""
        return any(first <= number <= last for first, last in self.void)

    def serial(self, number: int) -> str:
        """Return the serial of a label. Raises: Refusal(bad_body) without a seed."""
        return serial_of(b64_decode(self.seed, 16), number)

    def number_of(self, key: str) -> int | None:
        """Return which label has a serial that begins like this (20 characters), None for none."""
        return _numbers(self.seed, self.count).get(key) if self.kind == "serial" else None


def parse_run(doc: str, values: Mapping[str, Json], private: Mapping[str, Json]) -> Run:
    """Return a run as its document says it; what makes no sense counts as no labels."""
    count, seed, voided = values.get("count"), private.get("seed"), values.get("voided")
    is_count = isinstance(count, int) and not isinstance(count, bool) and 0 < count <= COUNT_MAX
    total = count if is_count else 0
    assert isinstance(total, int)
    if voided is True:
        void: tuple[tuple[int, int], ...] = ((1, total),)
    else:
        ranges = voided if isinstance(voided, list) else []
        void = tuple((one[0], one[1]) for one in ranges if _is_range(one))
    kind = "serial" if values.get("kind") == "serial" else "lot"
    return Run(doc, kind, total, seed if isinstance(seed, str) else "", void)


def _is_range(value: Json) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value)


@lru_cache(_RUNS_KNOWN)
def _numbers(seed: str, count: int) -> Mapping[str, int]:
    try:
        key = b64_decode(seed, 16)
    except Refusal:
        return {}
    return {serial_of(key, number)[:SERIAL_KEY_LENGTH]: number for number in range(1, count + 1)}
