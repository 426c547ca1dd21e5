"""A published lot as its page says it: the facts that were signed, in words. Pure: facts in, rows out.

What a fact does not say is left out or called unknown, never guessed; a foreign shape shows nothing.
Source: DESIGN §4 "The look"; traceability.md §7.2, §7.7; PROTOCOL §Lots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.pages.console_show import amount_text, time_text
from server.pages.console_words import Language, say, words
from server.services.fact_values import Facts, number_in, rows_in, text_in
from sync.civil import BadDate, days_between, is_civil_date, parse_date
from sync.values import Json

CELLS_MAX: Final = 14  # LOOK.md "strip": above it one bar
TONES: Final = {"kept": "done", "not_needed": "done", "broken": "halt", "unknown": "wait"}
_TICKS: Final = {"done": "approved", "halt": "stop", "wait": "unknown"}


@dataclass(frozen=True)
class Sum:
    """The waiting time written out as at school. `cells`: one a day, by the class it is drawn with."""

    used: str
    days: str
    safe: str
    got: str
    cells: tuple[str, ...]
    ends: tuple[str, str]
    said: str


@dataclass(frozen=True)
class Verdict:
    """Whether the lot was harvested after its waiting time. `tone`: done, halt or wait."""

    tone: str
    icon: str
    title: str
    why: str
    sum: Sum | None


@dataclass(frozen=True)
class Told:
    """One entry. `flags`: what is to be said openly; `photos`: places among the page's photos."""

    day: str
    inputs: tuple[str, ...]
    times: str
    flags: tuple[str, ...]
    photos: tuple[int, ...]
    farm: str


@dataclass(frozen=True)
class Step:
    """Entries of one kind of work, in a row. `span`: one day, or the first and last."""

    icon: str
    name: str
    span: str
    has_flag: bool
    told: tuple[Told, ...]


def day_text(date: str, *, has_year: bool = True) -> str:
    """Return a civil date as 5/11/2026, or as 5/11."""
    try:
        year, month, day = parse_date(date)
    except BadDate:
        return ""
    return f"{day}/{month}/{year}" if has_year else f"{day}/{month}"


def named(facts: Json, language: Language) -> str:
    """Return a name in the reader's language, in Vietnamese where there is no other."""
    return text_in(facts, f"name_{language}") or text_in(facts, "name_vi")


def span_of(days: Sequence[str], language: Language) -> str:
    """Return the first and last of some civil dates in words, one where they are the same."""
    known = sorted(one for one in days if is_civil_date(one))
    if not known:
        return ""
    if known[0] == known[-1]:
        return day_text(known[0])
    same_year = known[0][:4] == known[-1][:4]
    first = day_text(known[0], has_year=not same_year)
    return say(language, "tr_from_to", from_day=first, to_day=day_text(known[-1]))


def verdict(facts: Facts, language: Language) -> Verdict:
    """Return what the facts say of the waiting time; anything unclear is unknown."""
    waiting = facts.get("waiting")
    state = text_in(waiting, "state")
    state = state if state in TONES else "unknown"
    written = _sum(waiting, state, language)
    if state in ("kept", "broken") and written is None:
        state = "unknown"
    tone = TONES[state]
    product = text_in(waiting, "product") or say(language, "tr_this_product")
    title, why = say(language, f"tr_is_{state}"), ""
    if state in ("unknown", "not_needed"):
        why = say(language, f"tr_is_{state}_why", product=product)
    elif written is not None:
        why = say(language, "tr_by_diary", product=product)
        early = days_between(text_in(waiting, "harvested_on"), text_in(waiting, "safe_from"))
        if state == "broken" and early > 0:
            title = say(language, "tr_is_broken_days", n=early)
    return Verdict(tone, _TICKS[tone], title, why, written if state in ("kept", "broken") else None)


def _sum(waiting: Json, state: str, language: Language) -> Sum | None:
    used, safe, got = (text_in(waiting, one) for one in ("last_use_on", "safe_from", "harvested_on"))
    days = number_in(waiting, "days")
    if days is None or not all(map(is_civil_date, (used, safe, got))):
        return None
    waited, late = days_between(used, safe), days_between(safe, got)
    if (late >= 0) != (state == "kept") or waited < 0:
        return None  # the sum must not contradict the verdict
    cells: tuple[str, ...] = ()
    if waited + max(late, 0) <= CELLS_MAX:
        passed = waited + late if late < 0 else waited
        after = ("left",) * (-late) if late < 0 else ("over",) * late
        cut = "cut bad" if late < 0 else "cut"
        cells = ("past",) * max(passed, 0) + ((cut, *after) if late < 0 else (*after, cut))
    said_days = say(language, "tr_one_day") if days == 1 else say(language, "tr_days", n=days)
    more = "" if late < 0 else say(language, "tr_more_days" if late else "tr_same_day", n=late)
    shown = [day_text(one, has_year=used[:4] != got[:4]) for one in (used, safe, got)]
    label = say(language, "tr_sum_label", used=shown[0], days=said_days, safe=shown[1], got=shown[2])
    return Sum(shown[0], said_days, shown[1], shown[2], cells, (said_days, more), label)


def doubts(facts: Facts, sentence: Mapping[str, str], language: Language) -> list[tuple[str, str]]:
    """Return what the rules noticed, the worst first, as (icon, words).

    Shape:  sentence: rule → short words of its catalogue; a rule that is not there is left out.
    """
    worst = {"stop": 0, "doubt": 1, "note": 2}
    found: list[tuple[int, str, str]] = []
    for one in rows_in(facts, "findings"):
        rank, said = worst.get(text_in(one, "severity"), 3), sentence.get(text_in(one, "rule"), "")
        if not said or rank > 1:
            continue  # notes are for the household: nothing a buyer has to weigh
        count = number_in(one, "count") or 1
        text = said if count == 1 else say(language, "tr_doubt_times", text=said, n=count)
        found.append((rank, text, "stop" if rank == 0 else "warn"))
    return [(icon, text) for _, text, icon in sorted(found)]


def steps(facts: Facts, icons: Mapping[str, str], photos: Sequence[str], language: Language) -> list[Step]:
    """Return the season's work, entries of one kind and name together, in the order in which each began.

    Shape:  icons: kind → pictogram; photos: hashes in the order of the page's addresses.
    """
    rows = sorted(rows_in(facts, "steps"), key=lambda one: (text_in(one, "on"), text_in(one, "entry")))
    kinds: dict[tuple[str, str], list[Mapping[str, Json]]] = {}
    for one in rows:  # one form has many names: sowing and watering are not the same work
        kinds.setdefault((text_in(one, "kind"), text_in(one, "name_vi")), []).append(one)
    found = []
    for (kind, _), same in kinds.items():
        told = [_told(one, photos, language) for one in same]
        name = named(same[0], language)
        if len(same) > 1:
            name = say(language, "tr_times", name=name, n=len(same))
        span = span_of([text_in(one, "on") for one in same], language)
        found.append(Step(icons.get(kind, "book"), name, span, any(one.flags for one in told), tuple(told)))
    return found


def _told(one: Mapping[str, Json], photos: Sequence[str], language: Language) -> Told:
    times = [
        say(language, key, time=time_text(at))
        for key, name in (("tr_written", "recorded_at"), ("tr_received", "received_at"))
        if (at := number_in(one, name)) is not None
    ]
    flags = []
    reviewed = number_in(one, "reviewed_at")
    if reviewed is None and not text_in(one, "farm"):
        times.append(say(language, "tr_handled_by"))  # the packing house's own work, which nobody reviews
    elif reviewed is None:
        flags.append(say(language, "tr_unreviewed"))
    else:
        role = f"role_{text_in(one, 'reviewed_role')}"
        who = say(language, role if role in words() else "role_reviewer").lower()
        times.append(say(language, "tr_reviewed", role=who, time=time_text(reviewed)))
    late = number_in(one, "late_days")
    if late is not None and late > 0:
        flags.append(say(language, "tr_late", n=late))
    if one.get("amended") is True:
        flags.append(say(language, "tr_changed"))
    known = one.get("photos")
    names = [name for name in known if isinstance(name, str)] if isinstance(known, list) else []
    shown = [photos.index(name) for name in names if name in photos]
    inputs = tuple(_input(line, language) for line in rows_in(one, "inputs"))
    return Told(
        day_text(text_in(one, "on")),
        inputs,
        " · ".join(times),
        tuple(flags),
        tuple(shown),
        text_in(one, "farm"),
    )


def _input(line: Mapping[str, Json], language: Language) -> str:
    """Return an input in words: name, active ingredient, how much, how long to wait."""
    parts = [text_in(line, "name")]
    if text_in(line, "active"):
        parts.append(say(language, "tr_active", name=text_in(line, "active")))
    amount, unit = text_in(line, "amount", "amount"), text_in(line, "amount", "unit")
    if amount and unit:
        parts.append(amount_text(amount, unit, language))
    wait = line.get("wait")
    kind, days = text_in(wait, "kind"), number_in(wait, "days")
    if kind == "days" and days is not None:
        parts.append(say(language, "tr_input_wait", n=days))
    elif kind in ("not_defined", "unknown"):
        parts.append(say(language, f"tr_input_{kind}"))
    return ", ".join(part for part in parts if part)
