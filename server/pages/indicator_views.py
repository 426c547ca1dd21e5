"""Figures, rules and records in words, and what draws them. Pure: the language is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.pages.console_show import date_text
from server.pages.console_words import Language, say
from server.services.indicators.counting import Opened
from server.services.indicators.definitions import params_of
from server.services.indicators.shape import (
    COUNTS,
    MILESTONES,
    UNKNOWN,
    Figure,
    Line,
    Params,
    Tally,
    summed,
    tenths_of,
)
from sync.civil import date_to_day

WIDTH = 366  # of a bar, in the units of its drawing
AREA, SALES = 5, 7
HECTARE_M2 = 10_000
CHART_WIDTH, CHART_HEIGHT, CHART_LEFT = 640, 150, 8


@dataclass(frozen=True)
class Mark:
    """A milestone on a bar."""

    x: int
    year: int
    is_now: bool


@dataclass(frozen=True)
class Shown:
    """A figure as its row says it. `bar`: how far it reaches, None where there is nothing to draw."""

    figure: Figure
    number: str
    is_share: bool
    of: str
    state: str
    targets: tuple[tuple[int, str], ...]
    bar: int
    marks: tuple[Mark, ...]
    provisional: str
    also: str

    def by(
        self, language: Language, names: Mapping[str, str], of: str, none: str
    ) -> list[tuple[str, str, str, str]]:
        """Return (id, name, "a of b", share) for each village or organisation, in the order of names."""
        found = summed(self.figure.tallies, lambda one: str(getattr(one, of)))
        rows = [(one, name) for one, name in names.items() if one in found]
        rows += [("", say(language, none))] if "" in found else []
        return [(one, name, *_pair(language, self.figure, found[one])) for one, name in rows]


@dataclass(frozen=True)
class Row:
    """A record as the list shows it."""

    line: Line
    notes: tuple[str, ...]


def shown_of(language: Language, figure: Figure) -> Shown:
    """Return a figure in words."""
    is_share = figure.whole is not None
    counted, whole = figure.pair
    number = tenths_text(language, figure.tenths) if is_share else count_text(language, counted)
    return Shown(
        figure=figure,
        number="—" if figure.state == UNKNOWN else number,
        is_share=is_share,
        of=_of(language, figure),
        state=_state(language, figure),
        targets=tuple((year, target_text(language, figure, year)) for year in MILESTONES),
        bar=_reach(figure, counted, whole),
        marks=drawn_marks(figure),
        provisional=_provisional(language, figure),
        also=_also(language, figure),
    )


def target_text(language: Language, figure: Figure, year: int) -> str:
    """Return what is to be reached by a year."""
    target = figure.targets[year]
    if figure.number in COUNTS:
        return say(language, "target_least", n=target)
    if figure.number == 6 and year > MILESTONES[0] and target == 100:
        return say(language, "target_keep")
    return say(language, "target_all") if target == 100 else say(language, "target_share", n=target)


def rule_text(language: Language, number: int, params: Params) -> str:
    """Return the rule of an indicator as a sentence."""
    said: dict[str, object] = {}
    for one in params_of(number):
        value = params[one.name]
        if one.choices:
            said[one.name] = say(language, f"param_{one.name}_{value}")
        elif one.name == "households":
            key = "param_households_n" if value else "param_households_0"
            said[one.name] = say(language, key, n=count_text(language, int(value)))
        else:
            said[one.name] = value
    return say(language, f"rule_{number}", **said)


def rows_of(language: Language, lines: Iterable[Line]) -> list[Row]:
    """Return records in words."""
    return [
        Row(one, tuple(say(language, key, **_values(language, values)) for key, values in one.notes))
        for one in lines
    ]


def drawn_marks(figure: Figure) -> tuple[Mark, ...]:
    """Return where the milestones stand on a bar."""
    most = _most(figure)
    reached: dict[int, int] = {}
    for year in MILESTONES:
        reached.setdefault(figure.targets[year], year)
    return tuple(
        Mark(min(WIDTH, target * WIDTH // most), year, figure.targets[figure.milestone] == target)
        for target, year in reached.items()
        if target
    )


def drawn_days(found: Opened) -> str:
    """Return the line of the days that were kept of a year, as an SVG path; "" for fewer than two."""
    if len(found.days) < 2:
        return ""
    first, last = (date_to_day(one) for one in (found.page.ask.first, f"{found.page.ask.year}-12-31"))
    spots = []
    for one in found.days:
        is_value = found.figure.by == "value"
        counted, whole = (one.dong, one.whole_dong) if is_value else (one.counted, one.whole)
        share = tenths_of(counted, whole) if whole is not None else counted * 1000 // _most(found.figure)
        x = CHART_LEFT + (date_to_day(one.day) - first) * CHART_WIDTH // (last - first)
        spots.append(f"{x} {CHART_HEIGHT - min(1000, share) * CHART_HEIGHT // 1000}")
    return "M" + " L".join(spots)


def count_text(language: Language, number: int) -> str:
    """Return a whole number with its thousands apart."""
    text = f"{number:,}"
    return text if language == "en" else text.replace(",", ".")


def tenths_text(language: Language, tenths: int) -> str:
    """Return tenths as a decimal number, without a needless 0."""
    whole, tenth = divmod(tenths, 10)
    return f"{whole}{'.' if language == 'en' else ','}{tenth}" if tenth else str(whole)


def hectares_text(language: Language, square_metres: int) -> str:
    """Return an area in hectares with at most two decimals, rounded down."""
    whole, rest = divmod(square_metres * 100 // HECTARE_M2, 100)
    text = f"{rest:02d}".rstrip("0")
    return f"{count_text(language, whole)}{('.' if language == 'en' else ',') + text if text else ''}"


def size_text(language: Language, number: int, size: int) -> str:
    """Return what was counted of an indicator, in its unit."""
    return hectares_text(language, size) if number == AREA else count_text(language, size)


def _pair(language: Language, figure: Figure, tally: Tally) -> tuple[str, str]:
    counted, whole = (tally.dong, tally.whole_dong) if figure.by == "value" else (tally.counted, tally.whole)
    key = "of_value" if figure.by == "value" else f"of_{figure.number}"
    said = {
        "counted": size_text(language, figure.number, counted),
        "whole": size_text(language, figure.number, whole),
    }
    return say(language, key, **said), f"{tenths_text(language, tenths_of(counted, whole))} %"


def _of(language: Language, figure: Figure) -> str:
    points = next((one for one in figure.missing if one.key == "missing_points"), None)
    if figure.state == UNKNOWN and points is not None:
        return say(language, "of_points", n=points.of - points.n, of=points.of)
    counted, whole = figure.pair
    if whole is None:
        whole = sum(one.whole for one in figure.tallies)
    if not whole:
        return say(language, "of_nothing")
    key = "of_value" if figure.by == "value" else f"of_{figure.number}"
    size = (size_text(language, figure.number, one) for one in (counted, whole))
    return say(language, key, **dict(zip(("counted", "whole"), size, strict=True)))


def _state(language: Language, figure: Figure) -> str:
    if figure.state != "short":
        return say(language, f"state_{figure.state}")
    if figure.number == SALES:
        return say(language, "state_short_7", n=tenths_text(language, figure.target * 10 - figure.tenths))
    if figure.number == AREA:  # rounded up: who adds what is said has enough
        return say(language, "state_short_5", n=hectares_text(language, -(-figure.lacks // 100) * 100))
    return say(language, f"state_short_{figure.number}", n=count_text(language, figure.lacks))


def _provisional(language: Language, figure: Figure) -> str:
    if figure.number != SALES or figure.state != UNKNOWN or not figure.whole:
        return ""
    count, value = (
        tenths_text(language, tenths_of(*one))
        for one in ((figure.counted, figure.whole), (figure.dong, figure.whole_dong))
    )
    return say(language, "indicators_provisional", count=count, value=value)


def _also(language: Language, figure: Figure) -> str:
    """Return the same by value, where it is told by count; the other way round, too."""
    if figure.number != SALES or not figure.whole:
        return ""
    pair = (figure.counted, figure.whole) if figure.by == "value" else (figure.dong, figure.whole_dong)
    counted, whole = (count_text(language, one) for one in pair)
    key = "figure_count" if figure.by == "value" else "figure_value"
    return say(language, key, share=tenths_text(language, tenths_of(*pair)), counted=counted, whole=whole)


def _most(figure: Figure) -> int:
    """Return what the whole length of a bar means: a hundred per cent, or the last target."""
    return max(1, *figure.targets.values()) if figure.number in COUNTS else 100


def _reach(figure: Figure, counted: int, whole: int | None) -> int:
    if whole is None:
        return min(WIDTH, counted * WIDTH // _most(figure))
    return min(WIDTH, tenths_of(counted, whole) * WIDTH // 1000)


def _values(language: Language, values: Mapping[str, object]) -> dict[str, object]:
    said = dict(values)
    for name in ("day", "since", "until"):
        if said.get(name):
            said[name] = date_text(str(said[name]))
    if "pay" in said:
        said["pay"] = say(language, f"paid_by_{said['pay']}")
    if "where" in said:
        said["where"] = say(language, f"market_{said['where']}")
    return {
        name: count_text(language, value) if isinstance(value, int) else value for name, value in said.items()
    }
