"""Land summed by village: pure, of the plots that a map shows. What nobody said is counted, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from server.services.console_land import Place, Plot

KINDS: Final = ("field", "garden", "greenhouse", "pond", "pen")
POND: Final = "pond"


@dataclass(frozen=True)
class Sum:
    """Figures of one village, or of all; `village` is None for plots of farms without one.

    Shape:  `land_m2`, `pond_m2`: of the areas that are known, `unmeasured`: plots without one, `undrawn`:
            without a boundary; `seasons`: each once, however many plots it has; `animals`: livestock put in
            at the start, `uncounted`: seasons of livestock without a number; `certified_m2`: of plots with a
            season under VietGAP or organic.
    """

    village: Place | None
    farms: int
    plots: int
    land_m2: int
    pond_m2: int
    unmeasured: int
    undrawn: int
    seasons: int
    silent: int
    animals: int
    uncounted: int
    certified_m2: int
    waiting: int


def sums_of(plots: Sequence[Plot], villages: Sequence[Place]) -> tuple[list[Sum], Sum]:
    """Return the figures by village, in their order, those of no village last, and of all."""
    by_village: dict[str, list[Plot]] = {}
    for one in plots:
        by_village.setdefault(one.village, []).append(one)
    known = {one.id for one in villages}
    lines = [_sum(one, by_village.get(one.id, ())) for one in villages]
    nowhere = [one for one in plots if one.village not in known]
    if nowhere:
        lines.append(_sum(None, nowhere))
    return lines, _sum(None, plots)


def _sum(village: Place | None, plots: Iterable[Plot]) -> Sum:
    here = list(plots)
    seasons = {(one.farm, season.doc): season for one in here for season in one.seasons}
    kept = [one for one in seasons.values() if one.sector in ("livestock", "aquaculture")]
    return Sum(
        village=village,
        farms=len({one.farm for one in here}),
        plots=len(here),
        land_m2=sum(one.area_m2 or 0 for one in here if one.kind != POND),
        pond_m2=sum(one.area_m2 or 0 for one in here if one.kind == POND),
        unmeasured=sum(1 for one in here if one.area_m2 is None),
        undrawn=sum(1 for one in here if not one.points),
        seasons=len(seasons),
        silent=sum(1 for one in seasons.values() if one.is_silent),
        animals=sum(one.heads or 0 for one in kept if one.sector == "livestock"),
        uncounted=sum(1 for one in kept if one.sector == "livestock" and one.heads is None),
        certified_m2=sum(
            one.area_m2 or 0
            for one in here
            if any(each.standard in ("vietgap", "organic") for each in one.seasons)
        ),
        waiting=sum(1 for one in here if one.wait not in ("", "free")),
    )
