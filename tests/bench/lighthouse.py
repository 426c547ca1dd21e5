"""Lighthouse on the emulated slow phone, where the machine has it.

It is no package of the project: 200 packages, 185 MB for three numbers. `npm install lighthouse@12` in a
folder of its own, then `LIGHTHOUSE=<folder>/node_modules/.bin/lighthouse make bench`. Without it these rows
are left out, and the table says so.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator

from tests.bench.servers import bench_server
from tests.bench.serving import Served
from tests.bench.table import Row, median_of
from tests.journeys.phone import chromium

CATEGORIES = ("performance", "accessibility", "best-practices")
FLAGS = "--headless=new --no-sandbox --disable-quic --no-first-run"


def is_here() -> bool:
    """Return whether the operator named a Lighthouse."""
    return bool(os.environ.get("LIGHTHOUSE"))


def rows(runs: int) -> Iterator[Row]:
    """Yield the three scores of the phone's first page, medians of `runs`."""
    group = "Lighthouse, the first page, its emulated slow phone and network"
    with bench_server("sqlite") as server, Served(server.settings) as (port, _):
        found = [_scores(f"http://localhost:{port}/") for _ in range(runs)]
    for category in CATEGORIES:
        value, spread = median_of([one[category] for one in found])
        yield Row(group, category, value, "", "≥ 98", "", spread, value >= 98)


def _scores(address: str) -> dict[str, float]:
    done = subprocess.run(
        [
            os.environ["LIGHTHOUSE"],
            address,
            "--quiet",
            "--output=json",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={FLAGS}",
        ],
        env=os.environ | {"CHROME_PATH": chromium()},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: one["score"] * 100 for name, one in json.loads(done.stdout)["categories"].items()}
