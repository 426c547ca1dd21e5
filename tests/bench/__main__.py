"""Measure and print the table of DESIGN §5; write it as JSON into `results/`.

`python -m tests.bench [quick] [server] [phone]`: no word means all of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.bench import memory, pull, push, wire
from tests.bench.servers import KINDS
from tests.bench.table import Row, show, write

LATER = "belongs to the traceability issue"


def main(words: list[str]) -> None:
    """Run what the words ask for."""
    is_quick = "quick" in words
    rows: list[Row] = []
    for part in _parts(is_quick):
        for row in part:
            rows.append(row)
            print(".", end="", flush=True)
    print(show(rows))
    print(f"\nNot measured yet: the trace page ({LATER}).")
    print(write(rows, "quick" if is_quick else "latest"))


def _parts(is_quick: bool) -> Iterator[Iterator[Row]]:
    for kind in KINDS:
        yield push.rows(kind, 10 if is_quick else 60)
    for kind in KINDS:
        yield pull.rows(
            kind, 4 if is_quick else 20, (1_000, 10_000) if is_quick else (10_000, 100_000, 1_000_000)
        )
    yield wire.rows(2 if is_quick else 10)
    yield memory.rows(5 if is_quick else 30)


if __name__ == "__main__":
    main(sys.argv[1:])
