"""Measure and print the table of DESIGN §5; write it as JSON into `results/`.

`python -m tests.bench [quick] [part …]`, the parts being those of `PARTS`; all of them if none is named. What
was measured is written after each part, and a part that fails takes no other with it.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterator, Mapping

from tests.bench import (
    chart,
    crowd,
    field,
    indicators,
    lighthouse,
    lists,
    memory,
    noticing,
    phone,
    photos,
    pull,
    push,
    review,
    sensors,
    sizes,
    storm,
    trace,
    tree,
    wire,
)
from tests.bench.servers import KINDS
from tests.bench.table import Row, show, write

PARTS = (
    "sizes",
    "wire",
    "push",
    "crowd",
    "storm",
    "photos",
    "pull",
    "review",
    "indicators",
    "sensors",
    "trace",
    "tree",
    "memory",
    "phone",
    "field",
    "lists",
    "lighthouse",
)


def main(words: list[str]) -> int:
    """Run what the words ask for; return how many parts failed."""
    is_quick = "quick" in words
    if os.getloadavg()[0] > 1:
        print(f"The machine is busy (load {os.getloadavg()[0]:.1f}): only the ratios below mean anything.")
    wanted = [word for word in PARTS if word in words] or list(PARTS)
    name = "quick" if is_quick else "latest"
    if wanted != list(PARTS):
        name = "-".join([name, *wanted])
    rows: list[Row] = []
    failed: list[str] = []
    took: dict[str, float] = {}
    for what, part in _parts(wanted, is_quick=is_quick):
        print(what, end=" ", flush=True)
        began = time.perf_counter()
        try:
            for row in part:
                rows.append(row)
                print(".", end="", flush=True)
        except Exception:
            failed.append(what)
            print(f" failed:\n{traceback.format_exc()}", flush=True)
        took[what] = time.perf_counter() - began
        print(f" {took[what]:.0f} s", flush=True)
        write(rows, name, failed, took)
    print(show(rows))
    if not lighthouse.is_here():
        print("Not measured: Lighthouse, for it is not installed (tests/bench/lighthouse.py).")
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    path = write(rows, name, failed, took)
    print(f"{path}, after {sum(took.values()) / 60:.0f} min")
    if wanted == list(PARTS):
        print(chart.draw(path))
    return len(failed)


def _parts(wanted: list[str], *, is_quick: bool) -> Iterator[tuple[str, Iterator[Row]]]:
    """Give the name and the rows of each part, those of a database once for each kind."""
    lengths = (1_000, 10_000) if is_quick else (10_000, 100_000, 1_000_000)
    once: Mapping[str, Iterator[Row]] = {
        "sizes": sizes.rows(),
        "wire": wire.rows(2 if is_quick else 10),
        "memory": memory.rows(5 if is_quick else 30),
        "lists": lists.rows(20 if is_quick else 200),
        "field": field.rows(2, 5) if is_quick else field.rows(6, 21),
        "phone": phone.rows(1_000, 10, 3) if is_quick else phone.rows(10_000, 60, 7),
    }
    for part in wanted:
        if part in once:
            yield part, once[part]
        elif part == "review":
            yield f"{part} phone", noticing.rows(500, 3) if is_quick else noticing.rows(5_000, 11)
        elif part == "lighthouse" and lighthouse.is_here():
            yield part, lighthouse.rows(1 if is_quick else 3)
        elif part == "sensors":
            yield f"{part} phone", sensors.drawn(3 if is_quick else 9)
        for kind in KINDS:
            if part == "indicators":
                yield f"{part} {kind}", indicators.rows(kind, *((200, 20) if is_quick else (10_000, 200)))
            elif part == "sensors":
                yield f"{part} {kind}", sensors.rows(kind, 5 if is_quick else 30)
            elif part == "push":
                yield f"{part} {kind}", push.rows(kind, 10 if is_quick else 60)
            elif part == "crowd":
                yield f"{part} {kind}", crowd.rows(kind, 4 if is_quick else 15)
            elif part == "storm":
                sizes_of = (40, (1, 10, 40), 100) if is_quick else (400, (1, 20, 200), 600)
                yield f"{part} {kind}", storm.rows(kind, *sizes_of)
            elif part == "photos":
                yield f"{part} {kind}", photos.rows(kind, 4 if is_quick else 20)
            elif part == "pull":
                yield f"{part} {kind}", pull.rows(kind, 4 if is_quick else 20, lengths)
            elif part == "review":
                sizes_of = (500, 10, 50, 3) if is_quick else (5_000, 200, 1_000, 11)
                yield f"{part} {kind}", review.rows(kind, *sizes_of)
            elif part == "trace":
                yield (
                    f"{part} {kind}",
                    trace.rows(kind, *((200, 1_000), 3) if is_quick else ((1_000, 100_000), 10)),
                )
            elif part == "tree":
                yield f"{part} {kind}", tree.rows(kind, 20_000 if is_quick else 1_000_000)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
