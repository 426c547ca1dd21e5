"""A season as two drawings: its work on a strip of days, its plots on a map. Pure: coordinates."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sync.civil import add_days, days_between, is_civil_date

WIDTH: Final = 820  # of the strip, in its own units; the rows' names stand to the left
LEFT: Final = 130
RIGHT: Final = 36  # room for the words at the last day
ROW: Final = 46
TOP: Final = 40
TICKS_MAX: Final = 8
MAP: Final = (360, 230)
MARGIN: Final = 14
COARSE: Final = 100_000  # of 10⁻⁷ degree in a hundredth of one, about a kilometre
_OUTLINE: Final = Path(__file__).parents[1] / "data" / "commune_outline.json"
Point = tuple[int, int]


@dataclass(frozen=True)
class Bar:
    """One mark on the strip: from `x`, `width` wide, in a row. `kind`: dot, wait, unknown, take."""

    kind: str
    x: float
    width: float
    row: int
    text: str
    title: str
    href: str


@dataclass(frozen=True)
class Strip:
    """The strip. `ticks`: (x, day); `today`: x, None where it lies outside; `height` of all rows."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    today: float | None
    height: int


@dataclass(frozen=True)
class Shape:
    """A plot on the map: its corners as SVG wants them, and where its name stands."""

    doc: str
    points: str
    x: float
    y: float


@dataclass(frozen=True)
class Chart:
    """Plots over the outline of the commune, and where they lie in it (a small drawing of its own)."""

    shapes: tuple[Shape, ...]
    outline: str
    here: tuple[float, float] | None


class Days:
    """Days as places on the strip."""

    def __init__(self, first: str, last: str) -> None:
        self.first = first
        self.span = max(14, days_between(first, last) + 3)

    def x(self, day: str) -> float:
        """Return where a day stands."""
        return round(LEFT + (WIDTH - LEFT - RIGHT) * days_between(self.first, day) / self.span, 1)


def strip(scale: Days, today: str, bars: Iterable[Bar], rows: int = 4) -> Strip:
    """Return the strip of these days with its marks."""
    step = max(1, math.ceil(scale.span / TICKS_MAX / 7)) * 7
    ticks = [
        (scale.x(day), f"{int(day[8:])}/{int(day[5:7])}")
        for day in (add_days(scale.first, at) for at in range(0, scale.span, step))
    ]
    is_in = is_civil_date(today) and 0 <= days_between(scale.first, today) <= scale.span
    return Strip(tuple(bars), tuple(ticks), scale.x(today) if is_in else None, TOP + rows * ROW)


def chart(plots: Sequence[tuple[str, Sequence[Point]]]) -> Chart:
    """Return the map of these plots, (document, corners); those without corners are not drawn."""
    drawn = [(doc, points) for doc, points in plots if points]
    outline = outline_points()
    corners = [point for _, points in drawn for point in points]
    small = Fit(outline, 84, 64, 4)
    line = " ".join(f"{x},{y}" for x, y in (small(point) for point in outline))
    if not corners:
        return Chart((), line, None)
    place, shapes = Fit(corners, *MAP, MARGIN), []
    for doc, points in drawn:
        flat = [place(point) for point in points]
        middle = (sum(x for x, _ in flat) / len(flat), sum(y for _, y in flat) / len(flat))
        corner_text = " ".join(f"{x},{y}" for x, y in flat)
        shapes.append(Shape(doc, corner_text, round(middle[0], 1), round(middle[1], 1)))
    centre = (sum(lat for lat, _ in corners) // len(corners), sum(lng for _, lng in corners) // len(corners))
    return Chart(tuple(shapes), line, small(centre))


def commune_map(spots: Sequence[Point]) -> Chart:
    """Return the commune's outline with dots; spots: (lat, lng) in hundredths of a degree, one shape each."""
    line = " ".join(f"{x},{y}" for x, y in (_commune()(point) for point in outline_points()))
    dots = [_commune()((lat * COARSE, lng * COARSE)) for lat, lng in dict.fromkeys(spots)]
    return Chart(tuple(Shape("", "", x, y) for x, y in dots), line, None)


def map_spot(x: float, y: float) -> Point:
    """Return (lat, lng) in hundredths of a degree of a place on the commune's drawing."""
    lat, lng = _commune().back(x, y)
    return round(lat / COARSE), round(lng / COARSE)


@cache
def _commune() -> Fit:
    return Fit(outline_points(), *MAP, MARGIN)


@cache
def outline_points() -> tuple[Point, ...]:
    """Return the commune's outline as (lat, lng) in 10⁻⁷ degree. Source: the file's own."""
    return tuple((lat, lng) for lat, lng in json.loads(_OUTLINE.read_text("utf-8"))["outline"])


class Fit:
    """Places points into a frame, north up, as large as they fit; a degree of longitude is shortened."""

    def __init__(self, points: Sequence[Point], width: float, height: float, margin: float) -> None:
        lats, lngs = [lat for lat, _ in points], [lng for _, lng in points]
        self.short = math.cos(math.radians((min(lats) + max(lats)) / 2e7))
        self.left, self.top = min(lngs), max(lats)
        wide = max(1.0, (max(lngs) - self.left) * self.short)
        high = max(1.0, float(self.top - min(lats)))
        self.scale = min((width - 2 * margin) / wide, (height - 2 * margin) / high)
        self.dx = (width - wide * self.scale) / 2
        self.dy = (height - high * self.scale) / 2

    def __call__(self, point: Point) -> tuple[float, float]:
        lat, lng = point
        x = self.dx + (lng - self.left) * self.short * self.scale
        return round(x, 1), round(self.dy + (self.top - lat) * self.scale, 1)

    def back(self, x: float, y: float) -> Point:
        """Return the point that stands at a place of the frame."""
        lng = self.left + (x - self.dx) / self.scale / self.short
        return round(self.top - (y - self.dy) / self.scale), round(lng)
