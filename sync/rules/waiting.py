"""Waiting times: how long after a treatment nothing may be harvested, picked up or sold.

A number of days, "not defined on the label", or not known; not known is never zero. Work on day D with 7
days to wait leaves D+7 as the first day (our reading, not verified: mark R). Days count over all seasons of a
plot; what is not known or not defined counts within its season, or everywhere where the work names none.
Twin: `pwa/src/core/rules/waiting.ts`. Source: TCVN 11892-1:2017, 3.2.3.1; PROTOCOL §Rules and findings.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sync.civil import add_days, days_between
from sync.lists import Lists
from sync.rules.form_rules import FormRules, Produce, Wait, at, lines_of, rules_of, sorts
from sync.rules.shape import (
    Finding,
    Record,
    Severity,
    counts,
    dates,
    days,
    make_finding,
    once,
    options,
    refs,
    texts,
)
from sync.values import Json

State = Literal["free", "not_defined", "days", "unknown"]
PRODUCE: Final[tuple[Produce, ...]] = ("crop", "meat", "eggs", "milk", "fish")
KINDS: Final = frozenset({"plot", "entry"})
_DEFINED: Final = frozenset({"days", "not_defined_on_label", "unknown"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What one product line of an entry says of the wait for one produce, the worst of its heads.

    `state`: days, not_defined or unknown; `last_day`: the day the wait runs from; `until`: the first day that
    is safe, "" where no number of days is known; `is_quiet`: said only where somebody harvests.
    """

    record: Record
    line: str
    produce: Produce
    state: State
    product: str
    last_day: str
    days: int
    until: str
    field: str
    is_quiet: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What holds for one produce of a plot: until when by all that is known, and what is not.

    `state`: the gravest; `until`: the first safe day by the known numbers, "" for none; `longest`: what set
    it; `open`: statements without a number.
    """

    state: State
    until: str
    longest: Statement | None
    open: tuple[Statement, ...]


def keys(record: Record) -> Iterator[str]:
    """Yield the groups that an entry matters to: itself, and the plots that it treats or harvests."""
    known = rules_of(record)
    if known.waits:
        yield record.doc
    if known.waits or known.takes:
        yield from refs(record, "plots", "plot")


@once
def statements(record: Record) -> list[Statement]:
    """Return what an entry says of waiting, one a line and produce; none of a deleted one."""
    known = rules_of(record)
    if not known.waits or not counts(record):
        return []
    last_day = _last_day(record, known)
    found = (_state(record, line, wait, last_day) for line in lines_of(record) for wait in known.waits)
    return [one for one in found if one is not None]


def _last_day(record: Record, known: FormRules) -> str:
    ends = dates(record, known.until) if known.until else []
    return max([*ends, *dates(record, "happened_on")], default="")


def _state(record: Record, line: str, wait: Wait, last_day: str) -> Statement | None:
    field, product = at(line, wait.kind), texts(record, at(line, "product"))
    said = {one if isinstance(one, str) else "" for one in options(record, field)}
    if wait.missing == "none" and said == {""}:
        return None
    numbers = [days(one) for one in options(record, at(line, wait.days))]
    known = [one for one in numbers if one is not None]
    longest = max(known, default=0) if "days" in said else 0
    is_missing = bool(said - _DEFINED) or ("days" in said and None in numbers)
    state: State = "days"
    if "unknown" in said or is_missing or last_day == "":
        state = "unknown"
    elif "not_defined_on_label" in said:
        state = "not_defined"
    until = add_days(last_day, longest) if "days" in said and known and last_day else ""
    is_quiet = wait.missing == "quiet" and said == {""}
    name = product[0] if product else ""
    return Statement(record, line, wait.produce, state, name, last_day, longest, until, field, is_quiet)


@dataclass(frozen=True, slots=True)
class Ground:
    """The statements of one plot for one produce, by the day on which the work began.

    `longest[i]`: of the first `i + 1` timed ones the one that holds longest; many harvests then cost little.
    """

    begun: tuple[str, ...]
    timed: tuple[Statement, ...]
    longest: tuple[Statement, ...]
    open: tuple[tuple[str, Statement], ...]


def ground(plot: str, produce: Produce, records: Iterable[Record]) -> Ground:
    """Return what is said of a plot's waits for one produce, from the entries of every phone."""
    found = [
        (min(dates(record, "happened_on"), default=""), one)
        for record in records
        if rules_of(record).waits and plot in refs(record, "plots", "plot")
        for one in statements(record)
        if one.produce == produce
    ]
    found.sort(key=lambda pair: (pair[0], pair[1].record.doc, pair[1].line))
    timed = [(begun, one) for begun, one in found if one.until]
    longest: list[Statement] = []
    for _, one in timed:
        longest.append(max(longest[-1], one, key=_holds) if longest else one)
    return Ground(
        tuple(begun for begun, _ in timed),
        tuple(one for _, one in timed),
        tuple(longest),
        tuple((begun, one) for begun, one in found if one.state in ("unknown", "not_defined")),
    )


def _holds(one: Statement) -> tuple[str, str, str]:
    return (one.until, one.record.doc, one.line)


def waiting(known: Ground, season: str, day: str | None = None) -> Waiting:
    """Return what holds in a season on a plot.

    Shape:  `season`: the one that is harvested, "" for none; `day`: only work begun by that day counts, and
            work without a day; None for all.
    """
    last = len(known.begun) if day is None else bisect_right(known.begun, day)
    longest = known.longest[last - 1] if last else None
    ours = [one for begun, one in known.open if (day is None or begun <= day) and _is_in(one.record, season)]
    unknown = tuple(one for one in ours if one.state == "unknown")
    undefined = tuple(one for one in ours if one.state == "not_defined")
    state: State = "free"
    if unknown:
        state = "unknown"
    elif longest is not None:
        state = "days"
    elif undefined:
        state = "not_defined"
    return Waiting(state, longest.until if longest else "", longest, (*unknown, *undefined))


def _is_in(record: Record, season: str) -> bool:
    named = refs(record, "season", "season")
    return not named or not season or season in named


def judge(key: str, records: Sequence[Record], _lists: Lists) -> Iterator[Finding]:
    """Yield what is noticed in the group of an entry (its own statements) or of a plot (its harvests)."""
    if not key.startswith("plot:"):
        yield from (finding for record in records if record.doc == key for finding in _own(record))
        return
    grounds: dict[str, Ground] = {}
    for record in records:
        known = rules_of(record)
        if known.takes is None or not counts(record) or key not in refs(record, "plots", "plot"):
            continue
        for produce in PRODUCE:
            if produce in sorts(record, known.takes):
                if produce not in grounds:
                    grounds[produce] = ground(key, produce, records)
                yield from _harvest(key, record, produce, grounds[produce])


def _own(record: Record) -> Iterator[Finding]:
    for one in statements(record):
        if one.is_quiet or one.state not in ("unknown", "not_defined"):
            continue
        stem = "phi" if one.produce == "crop" else "withdrawal"
        severity: Severity = "doubt" if one.state == "unknown" else "note"
        facts: dict[str, Json] = {"product": one.product, "produce": one.produce}
        yield make_finding(f"{stem}_{one.state}", severity, record.doc, facts, one.field)


def _harvest(plot: str, record: Record, produce: Produce, known: Ground) -> Iterator[Finding]:
    """Notice a harvest within a wait, or after work whose wait nobody knows. The worst of its days counts."""
    when = dates(record, "happened_on")
    if not when:
        return
    day, last = min(when), max(when)
    found = [waiting(known, season, last) for season in refs(record, "season", "season") or [""]]
    base: dict[str, Json] = {"day": day, "produce": produce, "plot": plot}
    if found[0].until > day and found[0].longest is not None:
        yield _early(record, base, day, found[0].longest, known, last)
    stem = "harvest" if produce == "crop" else "withdrawal"
    severities: tuple[tuple[State, Severity], ...] = (("unknown", "stop"), ("not_defined", "doubt"))
    for state, severity in severities:
        open_ = {one.record.doc: one for w in found for one in w.open if one.state == state}
        if open_:
            facts = {**base, "product": open_[min(open_)].product}
            yield make_finding(f"{stem}_after_{state}", severity, record.doc, facts, "happened_on", open_)


def _early(
    record: Record, base: Mapping[str, Json], day: str, longest: Statement, known: Ground, last: str
) -> Finding:
    facts = {
        **base,
        "product": longest.product,
        "last_day": longest.last_day,
        "days": longest.days,
        "until": longest.until,
        "short": days_between(day, longest.until),
    }
    held = known.timed[: bisect_right(known.begun, last)]
    behind = [one.record.doc for one in held if one.until > day]
    rule = "harvest_early" if base["produce"] == "crop" else "withdrawal_early"
    return make_finding(rule, "stop", record.doc, facts, "happened_on", behind)
