"""The chart of a run: every row that has a goal, as a bar that begins at the goal.

To the right is better, to the left is short of it; the scale is by halves and doubles. Drawn as SVG from the
JSON alone: `python -m tests.bench.chart [file.json]`.
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from tests.bench.table import RESULTS, number

LINE, LABEL, SIDE, REST = 15, 400, 130, 118  # px: a row, its words, the bars to each side, its figures
OCTAVES: Final = 4  # our choice: sixteen times better or worse reaches the rim
_GOAL: Final = re.compile(r"([≥≤])\s*([0-9.,]+)")
STYLE: Final = (
    "text{font:10px system-ui,sans-serif;fill:#222}.g{font-weight:600}.n{fill:#555}"
    ".ok{fill:#2f7d4f}.no{fill:#b8442f}line{stroke:#999}rect.b{fill:#fff}"
)


@dataclass(frozen=True)
class Bar:
    """A row of the chart. `octaves`: doublings beyond the goal, below zero where it was not met."""

    group: str
    what: str
    told: str
    octaves: float


def draw(path: Path) -> Path:
    """Write the chart of a file of results beside it, and return it."""
    found = json.loads(path.read_text("utf-8"))
    out = path.with_suffix(".svg")
    out.write_text(svg(bars(found["rows"]), heading(found)), "utf-8")
    return out


def heading(found: dict[str, Any]) -> str:
    """Return what was measured where: day, commit, machine."""
    machine = found["machine"]
    parts = (found["made_at"][:10], f"commit {found['commit']}", f"{machine['cores']} cores")
    return ", ".join((*parts, *(machine[one] for one in ("processor", "memory") if machine.get(one))))


def bars(rows: list[dict[str, Any]]) -> list[Bar]:
    """Return a bar for each row whose goal is a number."""
    found = []
    for row in rows:
        goal = _GOAL.fullmatch(row["goal"])
        if goal is None:
            continue
        wanted = float(goal[2].replace(",", ""))
        ratio = row["value"] / wanted if goal[1] == "≥" else wanted / max(row["value"], 1e-9)
        told = f"{number(row['value'])} {row['unit']}".strip() + f" ({row['goal']})"
        octaves = max(-OCTAVES, min(OCTAVES, math.log2(max(ratio, 1e-9))))
        found.append(Bar(row["group"], row["what"].strip(), told, octaves))
    return found


def svg(some: list[Bar], told: str) -> str:
    """Return the picture."""
    middle, parts, y = LABEL + SIDE, [], 2 * LINE
    group = ""
    for bar in some:
        if bar.group != group:
            group, y = bar.group, y + LINE // 2
            parts.append(f'<text class="g" x="4" y="{y + 11}">{escape(group)}</text>')
            y += LINE
        wide = max(1, round(abs(bar.octaves) / OCTAVES * SIDE))
        left, kind = (middle, "ok") if bar.octaves >= 0 else (middle - wide, "no")
        parts.append(f'<text x="12" y="{y + 11}">{escape(bar.what)}</text>')
        parts.append(f'<rect class="{kind}" x="{left}" y="{y + 3}" width="{wide}" height="9"/>')
        parts.append(f'<text class="n" x="{middle + SIDE + 6}" y="{y + 11}">{escape(bar.told)}</text>')
        y += LINE
    high, wide = y + LINE, middle + SIDE + REST + 60
    first = (
        f'<text x="4" y="12">{escape(told)}; bars begin at the goal, right is better, ×16 at the rim</text>'
    )
    axis = f'<line x1="{middle}" x2="{middle}" y1="{LINE + 4}" y2="{high - LINE}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">'
        f'<style>{STYLE}</style><rect class="b" width="{wide}" height="{high}"/>{first}{axis}'
        f"{''.join(parts)}</svg>\n"
    )


if __name__ == "__main__":
    print(draw(Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS / "latest.json"))
