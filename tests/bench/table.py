"""Rows of the bench: a name, what was measured, what it is held against; printed and written as JSON.

It judges nothing: a machine that is slow or busy changes times, so only ratios of one run are compared.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Row:
    """One line of the table. `spread`: least and greatest of the runs; `met`: None where nothing is asked."""

    group: str
    what: str
    value: float
    unit: str
    goal: str = ""
    reference: str = ""
    spread: tuple[float, float] | None = None
    met: bool | None = None


def median_of(values: Sequence[float]) -> tuple[float, tuple[float, float]]:
    """Return the median of the runs and their least and greatest."""
    return statistics.median(values), (min(values), max(values))


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which `part` (0–1) of the runs lie."""
    placed = sorted(values)
    return placed[min(len(placed) - 1, int(part * len(placed)))]


def show(rows: Sequence[Row]) -> str:
    """Return the table as text, one group under another."""
    lines = []
    for group in dict.fromkeys(row.group for row in rows):
        lines.append(f"\n{group}")
        for row in (one for one in rows if one.group == group):
            spread = "" if row.spread is None else f" ({number(row.spread[0])}–{number(row.spread[1])})"
            mark = {True: "✓", False: "✗", None: " "}[row.met]
            beside = " · ".join(part for part in (row.goal and f"goal {row.goal}", row.reference) if part)
            lines.append(f" {mark} {row.what:<58} {number(row.value):>9} {row.unit:<8}{spread:<22} {beside}")
    return "\n".join(lines)


def write(
    rows: Sequence[Row], name: str, failed: Sequence[str] = (), took: Mapping[str, float] | None = None
) -> Path:
    """Write the rows with machine and commit, what failed and the seconds of each part; return the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    about = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "is_clean": _git("status", "--porcelain") == "",
        "failed": list(failed),
        "load": [round(one, 1) for one in os.getloadavg()],  # others' work makes every time longer
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "processor": _line("/proc/cpuinfo", "model name"),
            "memory": _line("/proc/meminfo", "MemTotal"),
        },
        "took": {part: round(seconds) for part, seconds in (took or {}).items()},
    }
    text = json.dumps(about | {"rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def number(value: float) -> str:
    """Return a number as the table shows it."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _line(path: str, name: str) -> str:
    """Return what the first line of a name says in a file of the system."""
    lines = Path(path).read_text("utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
