"""Measure and print the table of DESIGN §5; write it as JSON into `results/`.

`python -m tests.bench [quick] [part …]`, the parts being those of `PARTS`; all of them if none is named.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from tests.bench import crowd, lighthouse, memory, phone, pull, push, sizes, wire
from tests.bench.servers import KINDS
from tests.bench.table import Row, show, write

LATER = "belongs to the traceability issue"


PARTS = ("push", "crowd", "pull", "wire", "memory", "phone", "sizes", "lighthouse")


def main(words: list[str]) -> None:
    """Run what the words ask for."""
    is_quick = "quick" in words
    if os.getloadavg()[0] > 1:
        print(f"The machine is busy (load {os.getloadavg()[0]:.1f}): only the ratios below mean anything.")
    wanted = [word for word in PARTS if word in words] or list(PARTS)
    rows: list[Row] = []
    for part in _parts(wanted, is_quick=is_quick):
        for row in part:
            rows.append(row)
            print(".", end="", flush=True)
    print(show(rows))
    print(f"\nNot measured: the trace page ({LATER}).")
    if not lighthouse.is_here():
        print("Not measured: Lighthouse, for it is not installed (tests/bench/lighthouse.py).")
    whole = "quick" if is_quick else "latest"
    print(write(rows, whole if wanted == list(PARTS) else "-".join([whole, *wanted])))


def _parts(wanted: list[str], *, is_quick: bool) -> Iterator[Iterator[Row]]:
    if "push" in wanted:
        for kind in KINDS:
            yield push.rows(kind, 10 if is_quick else 60)
    if "crowd" in wanted:
        for kind in KINDS:
            yield crowd.rows(kind, 4 if is_quick else 15)
    if "pull" in wanted:
        lengths = (1_000, 10_000) if is_quick else (10_000, 100_000, 1_000_000)
        for kind in KINDS:
            yield pull.rows(kind, 4 if is_quick else 20, lengths)
    if "wire" in wanted:
        yield wire.rows(2 if is_quick else 10)
    if "memory" in wanted:
        yield memory.rows(5 if is_quick else 30)
    if "phone" in wanted:
        yield phone.rows(1_000, 10, 3) if is_quick else phone.rows(10_000, 60, 7)
    if "sizes" in wanted:
        yield sizes.rows()
    if "lighthouse" in wanted and lighthouse.is_here():
        yield lighthouse.rows(1 if is_quick else 3)


if __name__ == "__main__":
    main(sys.argv[1:])
