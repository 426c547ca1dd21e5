"""What was used: is it forbidden, on the list of that day, still good, and used as its label says.

Lists are asked about the day of the work. What no list knows is never said to be permitted. A label is
compared for the season's crop alone, and a dose only where both sides have the same kind of unit.
Twin: `pwa/src/core/rules/inputs.ts`. Source: TCVN 11892-1:2017, 3.2.2.4; PROTOCOL §Rules and findings.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sync.crops import FITS, Fit, crop_fit
from sync.lists import Dose, Lists, Use, find, find_banned, in_force, is_listed, uses_of
from sync.plain import plain, words
from sync.rules.form_rules import FormRules, at, lines_of, rules_of, sorts
from sync.rules.rates import Rate, compare, fraction, per_sao, quotient, rates_of
from sync.rules.shape import (
    Finding,
    Record,
    Severity,
    counts,
    dates,
    days,
    make_finding,
    options,
    refs,
    texts,
)
from sync.values import Json

KINDS: Final = frozenset({"entry", "season"})
NAMED_MAX: Final = 3  # our choice: crops of a label that a sentence names
_FRESH: Final = ("phan", "tuoi")


def keys(record: Record) -> Iterator[str]:
    """Yield the groups of an entry that uses something (itself, its seasons) and of a season."""
    if record.type == "season":
        yield record.doc
    elif rules_of(record).uses:
        yield record.doc
        yield from refs(record, "season", "season")


def judge(key: str, records: Sequence[Record], lists: Lists) -> Iterator[Finding]:
    """Yield what is noticed of what an entry used, by itself or on the crop of its season."""
    if key.startswith("entry:"):
        for record in records:
            if record.doc == key and rules_of(record).uses and counts(record):
                for line in lines_of(record):
                    yield from _line(record, line, lists)
        return
    season = next((one for one in records if one.doc == key), None)
    if season is not None:
        for record in records:
            if counts(record) and rules_of(record).uses:
                yield from _beside(season, record, lists)


def _beside(season: Record, record: Record, lists: Lists) -> Sequence[Finding]:
    """Return what is noticed of an entry on the crop of a season; kept while both and the lists are these."""
    known = record.memo.get(season.doc)
    if known is not None and known[0] is season and known[1] is lists:
        kept: Sequence[Finding] = known[2]
        return kept
    names = _crops_of(season)
    forms = rules_of(record)
    found = [
        finding
        for line in (lines_of(record) if names else ())
        for finding in _labels(season.doc, names, record, line, forms, lists)
    ]
    record.memo[season.doc] = (season, lists, found)
    return found


def _crops_of(season: Record) -> list[tuple[str, str]]:
    """Return the names of a season's crop, each with its code as a product, "" where heads differ."""
    codes = texts(season, "product")
    return [(name, codes[0] if len(codes) == 1 else "") for name in texts(season, "product_name")]


def _line(record: Record, line: str, lists: Lists) -> Iterator[Finding]:
    field, when = at(line, "product"), dates(record, "happened_on")
    kinds = sorts(record, rules_of(record).uses, line)
    names = texts(record, field)
    actives = texts(record, at(line, "active_ingredient"))
    for name in names:
        facts: dict[str, Json] = {"product": name}
        banned = next((b for day in when for b in [_banned(lists, name, actives, day)] if b), "")
        if banned:
            yield make_finding("input_banned", "stop", record.doc, {**facts, "active": banned}, field)
        if "pesticide" in kinds:
            yield from _standing(record, name, field, lists)
        if all(word in words(name).split(" ") for word in _FRESH):
            yield make_finding("manure_fresh", "doubt", record.doc, facts, field)
    ends = dates(record, at(line, "expires_on"))
    if ends and when and min(ends) < max(when):
        facts = {"product": names[0] if names else "", "expires_on": min(ends), "day": max(when)}
        yield make_finding("input_expired", "doubt", record.doc, facts, at(line, "expires_on"))


def _banned(lists: Lists, name: str, actives: Sequence[str], day: str) -> str:
    known = lists.products.get(plain(name), ())
    for text in (name, *actives, *(one.active for one in known)):
        found = find_banned(lists, text, day)
        if found:
            return found.active
    return ""


def _standing(record: Record, name: str, field: str, lists: Lists) -> Iterator[Finding]:
    """Notice a pesticide that stands on no list of its day, or may only be used up.

    Where no list was ever loaded nothing is said of each entry: the console says it once.
    """
    when = dates(record, "happened_on")
    told = [(day, is_listed(lists, name, day), find(lists, name, day)) for day in when]
    for day, listed, _ in told:
        if listed == "not_listed":
            facts: dict[str, Json] = {"product": name, "day": day}
            yield make_finding("input_not_listed", "doubt", record.doc, facts, field)
            return
    has_lists = any(one.kind == "pesticide" for one in lists.loaded)
    if has_lists and any(listed == "not_loaded" for _, listed, _ in told):
        yield make_finding("list_not_loaded", "note", record.doc, {"product": name}, field)
        return
    for day, _, product in told:
        if product and not in_force(product, day):
            facts = {"product": name, "day": day, "until": product.usable_until}
            yield make_finding("input_removed", "note", record.doc, facts, field)
            return


def _labels(
    season: str, crops: Sequence[tuple[str, str]], record: Record, line: str, known: FormRules, lists: Lists
) -> Iterator[Finding]:
    """Compare a line with what labels say of the crop; the first day and name that tell something count."""
    field = at(line, "product")
    for name in texts(record, field):
        for day in dates(record, "happened_on"):
            labels = uses_of(lists, name, day)
            if not labels:
                continue
            for crop, product in crops:
                facts: dict[str, Json] = {"product": name, "crop": crop, "season": season}
                fit, ours = _fitting(labels, crop, product)
                if fit in ("unsure", "unknown"):
                    told = {**facts, "named": _named(ours)}
                    yield make_finding("crop_unsure", "doubt", record.doc, told, field, [season])
                elif fit == "other":
                    yield make_finding("crop_not_on_label", "doubt", record.doc, facts, field, [season])
                if fit in ("same", "unsure"):
                    yield from _use(season, facts, record, line, known, ours)
            break


def _fitting(labels: Sequence[Use], crop: str, product: str) -> tuple[Fit, list[Use]]:
    """Return how well labels fit a crop, and those that fit it best."""
    fits = [crop_fit(use.crop, crop, product) for use in labels]
    best = min(fits, key=FITS.index)
    return best, [use for use, fit in zip(labels, fits, strict=True) if fit == best]


def _named(labels: Sequence[Use]) -> list[Json]:
    return list(dict.fromkeys(use.crop for use in labels))[:NAMED_MAX]


def _use(
    season: str, facts: Mapping[str, Json], record: Record, line: str, known: FormRules, ours: list[Use]
) -> Iterator[Finding]:
    pests = texts(record, "target_pest")
    matched = [use for use in ours if any(_is_same(use.pest, pest) for pest in pests)]
    if pests and not matched and all(use.pest for use in ours):
        told = {**facts, "pest": pests[0]}
        yield make_finding("pest_not_on_label", "note", record.doc, told, "target_pest", [season])
    labels = matched or ours
    yield from _stage(season, facts, record, labels)
    yield from _dose(season, facts, record, line, labels)
    yield from _wait(season, facts, record, line, known, labels)


def _is_same(one: str, other: str) -> bool:
    left, right = f" {words(one)} ", f" {words(other)} "
    return left.strip() != "" and right.strip() != "" and (left in right or right in left)


def _stage(
    season: str, facts: Mapping[str, Json], record: Record, labels: Sequence[Use]
) -> Iterator[Finding]:
    forbidding = [use for use in labels if use.stages]
    if not forbidding:
        return
    told = {**facts, "label": forbidding[0].phi_text}
    now = texts(record, "growth_stage")
    if any(stage in use.stages for use in forbidding for stage in now):
        yield make_finding("stage_forbidden", "stop", record.doc, told, "growth_stage", [season])
    elif not now:
        yield make_finding("stage_unknown", "note", record.doc, told, "growth_stage", [season])


def _wait(
    season: str, facts: Mapping[str, Json], record: Record, line: str, known: FormRules, labels: Sequence[Use]
) -> Iterator[Finding]:
    for place, wait in enumerate(known.waits):
        if "days" not in texts(record, at(line, wait.kind)):
            continue
        # One time for all on a label is that of what the form asks about first.
        of = {wait.produce, ""} if place == 0 else {wait.produce}
        told_days = [use.phi_days or 0 for use in labels if use.phi_kind == "days" and use.produce in of]
        longest = max(told_days, default=0)
        said = [one for one in map(days, options(record, at(line, wait.days))) if one is not None]
        if said and min(said) < longest:
            told = {**facts, "days": min(said), "label_days": longest}
            field = at(line, wait.days)
            yield make_finding("wait_under_label", "doubt", record.doc, told, field, [season])


def _dose(
    season: str, facts: Mapping[str, Json], record: Record, line: str, labels: Sequence[Use]
) -> Iterator[Finding]:
    """Notice a dose above the highest or below the lowest of its labels; above goes before below."""
    printed = [dose for use in labels for dose in use.dose or ()]
    found: dict[str, tuple[Json, Json]] = {}
    for said, rates in _said(record, line):
        for rate in rates:
            lows = [(dose, one) for dose in printed for one in rates_of(dose.low, dose.unit)]
            highs = [(dose, one) for dose in printed for one in rates_of(dose.high, dose.unit)]
            least, most = _first(lows, rate.kind, -1), _first(highs, rate.kind, 1)
            if least is None or most is None:
                continue
            if compare(rate, most[1]) > 0:
                found.setdefault("dose_over", (said, _bound(said, most[0].high, most)))
            elif compare(rate, least[1]) < 0:
                found.setdefault("dose_under", (said, _bound(said, least[0].low, least)))
            break
    for rule, severity in _DOSES:
        if rule in found:
            said, bound = found[rule]
            told = {**facts, "dose": said, "label": bound}
            yield make_finding(rule, severity, record.doc, told, at(line, "dose"), [season])
            return


_DOSES: Final[tuple[tuple[str, Severity], ...]] = (("dose_over", "doubt"), ("dose_under", "note"))


def _bound(said: Json, amount: str, bound: tuple[Dose, Rate]) -> Json:
    """Return what the label says, a sào where the household counts so too."""
    if str(said["unit"]).endswith("/sao") and bound[1].kind in ("mass/area", "volume/area"):
        return per_sao(bound[1])
    return {"amount": amount, "unit": bound[0].unit}


def _first(bounds: Sequence[tuple[Dose, Rate]], kind: str, sign: int) -> tuple[Dose, Rate] | None:
    """Return the greatest (`sign` 1) or least (-1) bound of a kind, the first of equal ones."""
    best: tuple[Dose, Rate] | None = None
    for dose, rate in bounds:
        if rate.kind == kind and (best is None or compare(rate, best[1]) * sign > 0):
            best = dose, rate
    return best


def _said(record: Record, line: str) -> Iterator[tuple[Json, list[Rate]]]:
    """Yield every dose that a line states, and what was used in all over the area."""
    tanks = [
        one for one in map(fraction, options(record, "tank_size")) if one and one[0] == "volume" and one[1]
    ]
    for value in options(record, at(line, "dose")):
        if isinstance(value, dict):
            amount, unit = value.get("amount"), value.get("unit")
            if isinstance(amount, str) and isinstance(unit, str):
                tank = (tanks[0][1], tanks[0][2]) if tanks else None
                yield value, rates_of(amount, unit, tank)
    for total in options(record, at(line, "total_used")):
        for area in options(record, "treated_area"):
            rate = quotient(total, area)
            if rate:
                yield per_sao(rate), [rate]
