"""All that the trace page shows of a lot, in the reader's language: rows for its template."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from server.pages.console_show import amount_text, time_text
from server.pages.console_words import Language, say, words
from server.pages.season_drawing import commune_map
from server.pages.trace_views import day_text, doubts, named, span_of, steps, verdict
from server.services.fact_values import Facts, hashes_of, number_in, rows_in, text_in
from server.services.tracing import Label, Traced
from sync.civil import ms_to_date
from sync.codes import show_code
from sync.forms import load_forms
from sync.rules.words import catalogue
from sync.values import Json

LABEL_MANY = 20  # our choice: scans of one label that a household, its guests and a shop don't reach
DAY_MS = 86_400_000
NEVER_PROVEN = ("true", "all", "residue", "copy")  # log.md §6.3
_STEP_ICONS = {
    "split": "document", "merge": "document", "grade": "scale", "handle": "water", "pack": "sack",
    "store": "store", "ship": "send", "sell": "sell", "return": "back", "loss": "waste", "destroy": "waste",
}  # fmt: skip
Row = tuple[str, tuple[str, ...]]


def page_of(
    traced: Traced, label: Label | None, opened: int, language: Language, now: int
) -> dict[str, object]:
    """Return what the template draws. Units: `opened` a rounded count, `now` ms."""
    facts = traced.facts
    photos = hashes_of(facts)
    product = facts.get("product")
    pictures = product.get("pictures") if isinstance(product, Mapping) else None
    expires = text_in(facts, "expires_on")
    return {
        "product": named(product, language),
        "shown": show_code(traced.code),
        "harvest": _harvest(facts, language),
        "producer": text_in(facts, "producer", "name"),
        "hero": bool(pictures),
        "verdict": verdict(facts, language),
        "doubts": doubts(facts, rule_words(language), language),
        "override": text_in(traced.override, "reason_vi") if traced.override is not None else "",
        "is_amended": traced.is_amended,
        "who": _who(facts, language, now),
        "map": commune_map(_spots(facts)),
        "villages": ", ".join(dict.fromkeys(filter(None, map(_village, rows_in(facts, "farms"))))),
        "steps": steps(facts, step_icons(), photos, language),
        "left_out": number_in(facts, "steps_left_out") or 0,
        "photo_count": len(photos),
        "proven": [
            say(language, one)
            for one in ("tr_proves_signed", "tr_proves_unchanged")
            if traced.is_logged or one != "tr_proves_unchanged"
        ],
        "not_proven": _not_proven(facts, language),
        "codes": _codes(traced, language),
        "recall": _recall(traced, language),
        "opened": opened,
        "label": _label(label, expires, language, now),
        "published": time_text(traced.published_at),
    }


@cache
def rule_words(language: Language) -> Mapping[str, str]:
    """Return each rule's few words; those whose chip needs facts, which are not published, have their own."""
    return {
        code: say(language, f"tr_rule_{code}")
        if f"tr_rule_{code}" in words()
        else rule.text["chip"][language]
        for code, rule in catalogue().items()
    }


@cache
def step_icons() -> Mapping[str, str]:
    """Return the pictogram of each kind of work: a form's code, or an event of a lot."""
    return {code: form.icon for code, form in load_forms().items()} | _STEP_ICONS


def _harvest(facts: Facts, language: Language) -> str:
    harvested = facts.get("harvested")
    first, last = text_in(harvested, "from"), text_in(harvested, "to")
    if not first or first == last or not last:
        return say(language, "tr_harvested_on", day=day_text(first or last)) if first or last else ""
    return say(language, "tr_harvested_days", from_day=day_text(first, has_year=False), to_day=day_text(last))


def _who(facts: Facts, language: Language, now: int) -> list[Row]:
    """Return who made it: the unit that answers for it, its farms by code, by which standard."""
    farms = [
        ", ".join(part for part in (text_in(one, "code"), _village(one)) if part)
        for one in rows_in(facts, "farms")
    ]
    names = [text_in(one, "name") for one in rows_in(facts, "farms") if text_in(one, "name")]
    standards = [_standard(one, language, now) for one in rows_in(facts, "standards")]
    ocop = facts.get("ocop")
    stars = number_in(ocop, "stars")
    if stars:
        said = say(language, "tr_ocop", stars=stars, no=text_in(ocop, "certificate_no"))
        standards.append(_until(said, text_in(ocop, "expires_on"), language, now))
    rows = [
        ("tr_producer", [text_in(facts, "producer", "name")]),
        ("tr_address", [text_in(facts, "producer", "address")]),
        ("tr_farms", farms),
        ("tr_farm_names", names),
        ("tr_standard", standards),
        ("tr_location", [text_in(facts, "location_code")]),
    ]
    return _said(rows, language)


def _standard(one: Mapping[str, Json], language: Language, now: int) -> str:
    code = text_in(one, "name")
    known = f"tr_std_{code}"
    parts = [say(language, known) if known in words() else code]
    number = text_in(one, "certificate_no")
    until = text_in(one, "valid_to")
    if number:
        parts.append(
            say(language, "tr_certificate", no=number, by=text_in(one, "by"), to=day_text(until) or "?")
        )
    else:
        parts.append(say(language, "tr_no_certificate"))
    return _until("; ".join(parts), until, language, now)


def _until(text: str, until: str, language: Language, now: int) -> str:
    """Return a text, with a word behind it where its day is over."""
    return f"{text} ({say(language, 'tr_over')})" if until and until < ms_to_date(now) else text


def _codes(traced: Traced, language: Language) -> list[Row]:
    facts = traced.facts
    product = facts.get("product")
    produced = facts.get("produced")
    amount, unit = text_in(facts, "amount", "amount"), text_in(facts, "amount", "unit")
    rows = [
        ("tr_code", [show_code(traced.code)]),
        ("tr_gtin", [text_in(product, "gtin")]),
        ("tr_brand", [text_in(product, "brand")]),
        ("tr_produced", [span_of([text_in(produced, "from"), text_in(produced, "to")], language)]),
        ("tr_packed", [day_text(text_in(facts, "packed_on"))]),
        ("tr_expires", [day_text(text_in(facts, "expires_on"))]),
        ("tr_amount", [amount_text(amount, unit, language) if amount and unit else ""]),
        ("tr_state", [say(language, f"tr_state_{traced.state}")]),
        ("tr_published_on", [time_text(traced.published_at)]),
    ]
    return _said(rows, language)


def _said(rows: list[tuple[str, list[str]]], language: Language) -> list[Row]:
    """Return the rows that say something."""
    found = ((key, tuple(one for one in some if one)) for key, some in rows)
    return [(say(language, key), some) for key, some in found if some]


def _not_proven(facts: Facts, language: Language) -> list[str]:
    """Return what the page does not prove: what no diary can, then what this one lacks."""
    named_codes = facts.get("not_proven")
    codes = [one for one in named_codes if isinstance(one, str)] if isinstance(named_codes, list) else []
    lacks = [f"tr_np_{one}" for one in codes if f"tr_np_{one}" in words()]
    return [say(language, one) for one in (*lacks, *(f"tr_not_{one}" for one in NEVER_PROVEN))]


def _recall(traced: Traced, language: Language) -> dict[str, str] | None:
    if traced.recall is None:
        return None
    decided = day_text(text_in(traced.recall, "decided_on"))
    return {
        "notice": text_in(traced.recall, f"notice_{language}") or text_in(traced.recall, "notice_vi"),
        "since": say(language, "tr_recall_since", day=decided) if decided else "",
    }


def _label(label: Label | None, expires: str, language: Language, now: int) -> dict[str, object] | None:
    """Return what is to be said of one label: its number, how often it was scanned, whether that is odd."""
    if label is None:
        return None
    count = label.scans.count + 1
    first = day_text(ms_to_date(label.scans.first * DAY_MS)) if label.scans.first >= 0 else ""
    key = "tr_label_again" if label.scans.count else "tr_label_first"
    return {
        "number": say(language, "tr_label", n=label.number),
        "scans": say(language, key, n=count, day=first) if label.scans.count else say(language, key),
        "is_many": count > LABEL_MANY,
        "is_old": bool(expires) and expires < ms_to_date(now),
    }


def _village(farm: Mapping[str, Json]) -> str:
    return text_in(farm, "village")


def _spots(facts: Facts) -> list[tuple[int, int]]:
    """Return where the farms' villages lie, (lat, lng) in hundredths of a degree, those that were said."""
    found = []
    for farm in rows_in(facts, "farms"):
        near = farm.get("near")
        if isinstance(near, list) and len(near) == 2:
            lat, lng = near
            if isinstance(lat, int) and isinstance(lng, int):
                found.append((lat, lng))
    return found
