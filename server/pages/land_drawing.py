"""The map of a commune's land as a drawing: outline, villages, a farm's plots as links. Pure: coordinates.

Drawn on the server and without tiles of anybody; a small script moves and enlarges it, links work without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Final

from server.pages.season_drawing import COARSE, Fit, outline_points
from server.services.console_land import Plot
from server.services.land_sums import Sum

SIZE: Final = (1000, 780)  # in units of the drawing; one is some 8 m
MARGIN: Final = 24
SPOT: Final = (9, 30)  # the smallest and the largest village
LABEL: Final = (12, 26)  # at most so wide is a letter, so high a line


@dataclass(frozen=True)
class Shape:
    """One plot: its path, its place in the list of plots, and how it is coloured."""

    path: str
    kind: str
    plot: Plot


@dataclass(frozen=True)
class Spot:
    """Villages of one place: where their circle stands, what they are called, and what they count."""

    x: float
    y: float
    radius: float
    name: str
    plots: int
    label_y: float


@dataclass(frozen=True)
class Drawing:
    """The whole map. `farms`: (farm, its shapes), each one link."""

    outline: str
    spots: tuple[Spot, ...]
    farms: tuple[tuple[str, tuple[Shape, ...]], ...]


def draw(farms: Mapping[str, Sequence[Plot]], sums: Sequence[Sum]) -> Drawing:
    """Return the map of these plots and villages."""
    fit = _fit()
    here: dict[tuple[int, int], list[Sum]] = {}
    for one in sums:
        if one.village is not None and one.village.near is not None and one.plots:
            here.setdefault(one.village.near, []).append(one)
    whole = sum(one.plots for one in sums)
    spots = _apart([_spot(fit, near, found, whole) for near, found in here.items()])
    drawn = tuple((farm, tuple(_shape(fit, one) for one in plots)) for farm, plots in farms.items())
    outline = " ".join(f"{x},{y}" for x, y in (fit(point) for point in outline_points()))
    return Drawing(outline, spots, drawn)


def _spot(fit: Fit, near: tuple[int, int], found: Sequence[Sum], whole: int) -> Spot:
    """Return the circle of the villages of one place; their places are so coarse that some share one."""
    x, y = fit((near[0] * COARSE, near[1] * COARSE))
    names = [one.village.name.partition(",")[0] for one in found if one.village]
    plots = sum(one.plots for one in found)
    radius = SPOT[0] + (SPOT[1] - SPOT[0]) * (plots / whole) ** 0.5
    radius = round(radius, 1)
    return Spot(x, y, radius, ", ".join(names), plots, round(y + radius + 22, 1))


def _apart(spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """Return the same, no name upon another where that can be: one that would be stands above its circle."""
    placed: list[Spot] = []
    for one in sorted(spots, key=lambda spot: (spot.label_y, spot.x)):
        above = replace(one, label_y=round(one.y - one.radius - 8, 1))
        placed.append(above if any(_meet(one, other) for other in placed) else one)
    return tuple(placed)


def _meet(one: Spot, other: Spot) -> bool:
    wide, high = LABEL
    near = abs(one.x - other.x) < wide * (len(one.name) + len(other.name)) / 2
    return near and abs(one.label_y - other.label_y) < high


def _shape(fit: Fit, plot: Plot) -> Shape:
    corners = [fit(point) for point in plot.points]
    x, y = corners[0]
    steps = [f"{after[0] - here[0]:.1f} {after[1] - here[1]:.1f}" for here, after in pairwise(corners)]
    kind = "wait" if plot.wait not in ("", "free") else plot.kind
    return Shape(f"M{x} {y}l{' '.join(steps)}z", kind, plot)


@cache
def _fit() -> Fit:
    return Fit(outline_points(), *SIZE, MARGIN)
