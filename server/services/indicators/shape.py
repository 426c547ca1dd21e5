"""What a figure is: what was counted of what, by village and cooperative, and what is missing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

NUMBERS: Final = (1, 2, 3, 4, 5, 6, 7)
MILESTONES: Final = (2026, 2028, 2030)
COUNTS: Final = frozenset({2, 3})  # the plan names a number there, no share
MET, SHORT, UNKNOWN = "met", "short", "unknown"
Params = Mapping[str, int | str]


@dataclass(frozen=True)
class Ask:
    """What a figure is of: a commune with what is below it, a year, the day up to which it is counted."""

    commune: str
    organisations: tuple[str, ...]
    year: int
    day: str

    @property
    def first(self) -> str:
        """Return the first day of the year."""
        return f"{self.year}-01-01"

    @property
    def logs(self) -> list[str]:
        """Return the organisations' own logs."""
        return [f"org:{one}" for one in self.organisations]


@dataclass(frozen=True)
class Tally:
    """What was counted in one village of one organisation, "" for none. `dong`: the same by value."""

    village: str
    organisation: str
    counted: int
    whole: int
    dong: int = 0
    whole_dong: int = 0


@dataclass(frozen=True)
class Missing:
    """What is not known: the key of its sentence and how many."""

    key: str
    n: int
    of: int = 0


@dataclass(frozen=True)
class Line:
    """One record behind a figure. `notes`: (key of a sentence, its values); `link`: a page, "" for none."""

    title: str
    is_counted: bool
    village: str = ""
    organisation: str = ""
    link: str = ""
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()


@dataclass(frozen=True)
class Part:
    """Which records are wanted. `is_counted`: None for both kinds; "" for any village or organisation."""

    is_counted: bool | None = None
    village: str = ""
    organisation: str = ""
    start: int = 0
    most: int = 100

    def fits(self, line: Line) -> bool:
        """Return whether a record is wanted, wherever in the list it stands."""
        return (
            self.is_counted in (None, line.is_counted)
            and self.village in ("", line.village)
            and self.organisation in ("", line.organisation)
        )


@dataclass(frozen=True)
class Found:
    """What one indicator's file counted. `is_known`: whether the figure may be told at all."""

    tallies: tuple[Tally, ...]
    missing: tuple[Missing, ...] = ()
    is_known: bool = True
    whole: int | None = None  # a denominator that somebody stated, in the place of the sum


@dataclass(frozen=True)
class Figure:
    """One indicator for a year. `whole`: None where the plan counts. `target`: of the milestone that is next.

    Units:  products, listings, models, households, m² (5), villages, sales (7); đồng; targets in per cent or
            in what is counted.
    """

    number: int
    counted: int
    whole: int | None
    dong: int
    whole_dong: int
    by: str
    milestone: int
    target: int
    targets: Mapping[int, int]
    state: str
    tallies: tuple[Tally, ...] = ()
    missing: tuple[Missing, ...] = field(default=())

    @property
    def pair(self) -> tuple[int, int | None]:
        """Return what is held against the target: numbers, or đồng where the commune counts by value."""
        return (self.dong, self.whole_dong) if self.by == "value" else (self.counted, self.whole)

    @property
    def tenths(self) -> int:
        """Return the share in tenths of a per cent, never rounded up; 0 without a whole."""
        return tenths_of(*self.pair)

    @property
    def lacks(self) -> int:
        """Return how many more would meet the target."""
        counted, whole = self.pair
        return max(0, wanted_of(whole, self.target) - counted)


def tenths_of(counted: int, whole: int | None) -> int:
    """Return a share in tenths of a per cent, rounded down, so that nothing looks met that is not."""
    return counted * 1000 // whole if whole else 0


def wanted_of(whole: int | None, target: int) -> int:
    """Return the least number that meets a target: a share of the whole, or itself without a whole."""
    return target if whole is None else -(-whole * target // 100)


def milestone_of(year: int) -> int:
    """Return the milestone that a year is on its way to; the last one afterwards."""
    return next((one for one in MILESTONES if year <= one), MILESTONES[-1])


def figure_of(number: int, found: Found, params: Params, year: int) -> Figure:
    """Make the figure of what was counted."""
    counted, whole, dong, whole_dong = (
        sum(getattr(one, name) for one in found.tallies)
        for name in ("counted", "whole", "dong", "whole_dong")
    )
    shared = None if number in COUNTS else (whole if found.whole is None else found.whole)
    targets = {one: int(params[f"target_{one}"]) for one in MILESTONES}
    milestone = milestone_of(year)
    by = str(params.get("by", "count"))
    held, of = (dong, whole_dong) if by == "value" else (counted, shared)
    is_met = held >= wanted_of(of, targets[milestone])
    is_known = found.is_known and of != 0
    state = UNKNOWN if not is_known else MET if is_met else SHORT
    missing = tuple(one for one in found.missing if one.n)
    return Figure(
        number, counted, shared, dong, whole_dong, by, milestone, targets[milestone], targets, state,
        found.tallies, missing,
    )  # fmt: skip


def summed(tallies: Iterable[Tally], key: Callable[[Tally], str]) -> dict[str, Tally]:
    """Return tallies added up by village or by organisation, with that name in both places."""
    found: dict[str, Tally] = {}
    for one in tallies:
        name = key(one)
        had = found.get(name, Tally(name, name, 0, 0))
        found[name] = Tally(
            name, name, had.counted + one.counted, had.whole + one.whole,
            had.dong + one.dong, had.whole_dong + one.whole_dong,
        )  # fmt: skip
    return found


def tallies_of(lines: Sequence[Line]) -> tuple[Tally, ...]:
    """Return the tallies of an indicator that is counted record by record."""
    found = [Tally(one.village, one.organisation, int(one.is_counted), 1) for one in lines]
    return tuple(_merged(found))


def page_of(lines: Iterable[Line], part: Part) -> list[Line]:
    """Return the wanted page of records."""
    wanted = [one for one in lines if part.fits(one)]
    return wanted[part.start : part.start + part.most]


def _merged(tallies: Iterable[Tally]) -> Iterable[Tally]:
    found: dict[tuple[str, str], Tally] = {}
    for one in tallies:
        key = (one.village, one.organisation)
        had = found.get(key, Tally(*key, 0, 0))
        found[key] = Tally(*key, had.counted + one.counted, had.whole + one.whole)
    return found.values()
