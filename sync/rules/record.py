"""What one record says of itself: when it was written, what it leaves out, its photos, and what failed.

Private fields are not read, so nothing of them is missed. The day of writing is that of the phone's clock,
put right by the server's where they were compared, and never after the arrival.
Twin: `pwa/src/core/rules/record.ts`. Source: TCVN 11892-1:2017, 3.1.4, 3.1.5.1; PROTOCOL §Rules and findings.
"""

from collections.abc import Iterator, Sequence, Set
from typing import Final

from sync.civil import BadDate, days_between, ms_to_date
from sync.form_shape import Form, Words
from sync.form_values import FormFinding, check_values
from sync.forms import load_forms
from sync.lists import Lists, uses_of
from sync.rules.form_rules import NO_LINE, at, lines_of, rules_of
from sync.rules.shape import (
    Finding,
    Record,
    Severity,
    counts,
    dates,
    line_ids,
    make_finding,
    options,
    refs,
    texts,
)
from sync.values import DELETED, Json

KINDS: Final = frozenset({"entry", "photo", "book"})
TRAINING: Final = "book:training"
LATE_DAYS: Final = 3  # our choice: later than this is told
LATE_LONG_DAYS: Final = 30  # our choice: and later than this is doubted
UNHEARD_DAYS: Final = 365  # our choice: a clock that nobody compared, and a longer way than any phone takes
NAMED_MAX: Final = 3  # our choice: fields that a sentence names
_DAY_MS: Final = 86_400_000
_MISSING: Final = frozenset({"required_missing", "one_of_missing", "line_missing"})
_UNTOLD: Final = frozenset({"advised_missing", "private_in_public"})
_SAME_AGAIN: Final = frozenset({"label", "document"})  # one label or invoice may stand for several entries
_STANDARDS: Final = frozenset({"vietgap", "organic", "conversion"})


def keys(record: Record) -> Iterator[str]:
    """Yield the groups of a record: an entry's own, which its photos share, a picture's, and trainings."""
    if record.type == "entry":
        yield record.doc
        if rules_of(record).trains:
            yield TRAINING
    elif record.type == "season":
        yield TRAINING
    elif record.type == "photo":
        yield from refs(record, "of", "entry")
        yield from (f"photo:{sha256}" for sha256 in texts(record, "sha256"))


def judge(key: str, records: Sequence[Record], lists: Lists) -> Iterator[Finding]:
    """Yield what is noticed in the group of an entry, of a picture, or of seasons and trainings."""
    if key == TRAINING:
        yield from _untrained(records)
    elif key.startswith("photo:"):
        yield from _photo_twice(records)
    else:
        photos = [one for one in records if one.type == "photo"]
        for record in records:
            if record.doc == key and counts(record):
                yield from _times(record)
                yield from _failed(record)
                form = load_forms().get(next(iter(texts(record, "form")), ""))
                if form is not None:
                    yield from _fields(record, form)
                    yield from _photos(record, form, photos, lists)


def _day(ms: int) -> str:
    """Return the civil day of a time, "" for one that no calendar here holds."""
    try:
        return ms_to_date(ms)
    except BadDate:
        return ""


def clock_off(record: Record) -> int:
    """Return by how many whole days the phone's clock was wrong when it saved; 0 where nobody can say."""
    if record.skew is not None:
        return abs(record.skew) // _DAY_MS
    way = 0 if record.received_at is None else record.received_at - record.recorded_at
    ahead = max(0, -way) // _DAY_MS
    return ahead or (way // _DAY_MS if way // _DAY_MS > UNHEARD_DAYS else 0)


def _times(record: Record) -> Iterator[Finding]:
    """Notice what was written late, early, or by a wrong clock. A record without a time is not judged."""
    if record.recorded_at <= 0:
        return
    arrived = record.received_at
    written = record.recorded_at + (record.skew or 0)
    if arrived is not None:
        written = min(written, arrived)
    latest = arrived if record.skew is None and arrived is not None else written
    said, own, bound = _day(written), _day(record.recorded_at), _day(latest)
    when, off = dates(record, "happened_on"), clock_off(record)
    late = days_between(min(when), said) if when and said else 0
    seems = days_between(min(when), own) if when and own else 0
    ahead = days_between(bound, max(when)) if when and bound else 0
    is_backdated = late > LATE_DAYS and off > 0 and seems <= LATE_DAYS
    if late > LATE_DAYS:
        facts: dict[str, Json] = {"day": min(when), "recorded_on": said, "late": late}
        rule = "backdated" if is_backdated else "late"
        severity: Severity = "doubt" if is_backdated or late > LATE_LONG_DAYS else "note"
        yield make_finding(rule, severity, record.doc, facts, "happened_on")
    if ahead > 0:
        facts = {"day": max(when), "recorded_on": bound, "ahead": ahead}
        yield make_finding("dated_ahead", "doubt", record.doc, facts, "happened_on")
    if off > 0 and not is_backdated:
        yield make_finding("clock_wrong", "note", record.doc, {"days": off})


def _failed(record: Record) -> Iterator[Finding]:
    """Notice a check that failed, and whether what was done about it is written."""
    fails = rules_of(record).fails
    for line in (NO_LINE, *line_ids(record)) if fails else ():
        if fails is None or not fails.values & set(texts(record, at(line, fails.by))):
            continue
        empty = [at(line, name) for name in fails.needs if not _is_filled(record, at(line, name))]
        rule = "check_failed_open" if empty else "check_failed"
        field = empty[0] if empty else at(line, fails.by)
        yield make_finding(rule, "doubt" if empty else "note", record.doc, {}, field)


def _is_filled(record: Record, name: str) -> bool:
    return all(isinstance(one, str) and one != "" for one in options(record, name))


def _fields(record: Record, form: Form) -> Iterator[Finding]:
    """Notice what the form asks and any head leaves out, and values that are odd in any head."""
    noticed = [one for one in _checked(record, form) if one.code not in _UNTOLD]
    elsewhere = _told_elsewhere(record) if noticed else frozenset()
    missing: dict[str, None] = {}
    odd: dict[str, None] = {}
    for one in noticed:
        if one.field in elsewhere:
            continue
        (missing if one.code in _MISSING else odd).setdefault(one.field)
    for rule, names in (("field_missing", missing), ("value_odd", odd)):
        if names:
            named = [_label(form, name) for name in list(names)[:NAMED_MAX]]
            what: list[Json] = [{"en": label.en, "vi": label.vi} for label in named]
            facts: dict[str, Json] = {"what": what, "count": len(names)}
            yield make_finding(rule, "doubt", record.doc, facts, next(iter(names)))


def _checked(record: Record, form: Form) -> list[FormFinding]:
    shown = {name: value for name, value in record.values.items() if name != DELETED}
    found = check_values(form, shown)
    for name, values in sorted(record.rivals.items()):
        for value in values[1:] if name not in (DELETED, "form") else ():
            found += check_values(form, {**shown, name: value})
    return found


def _told_elsewhere(record: Record) -> Set[str]:
    """Return the fields about which another rule speaks when they are empty."""
    known = rules_of(record)
    names = [name for wait in known.waits for name in (wait.kind, wait.days)]
    names += known.fails.needs if known.fails else ()
    return {at(line, name) for line in (NO_LINE, *line_ids(record)) for name in names}


def _label(form: Form, name: str) -> Words:
    field = form.field(name)
    if field is not None:
        return field.label
    return form.lines.title if form.lines else form.title


def _photos(record: Record, form: Form, photos: Sequence[Record], lists: Lists) -> Iterator[Finding]:
    """Notice a photo that the form always wants, and a label that nobody has a picture of."""
    held = {kind for photo in photos for kind in texts(photo, "kind")}
    for photo in form.photos:
        if photo.kind in held:
            continue
        if photo.wanted == "always":
            facts: dict[str, Json] = {"what": {"en": photo.label.en, "vi": photo.label.vi}}
            yield make_finding("photo_missing", "doubt", record.doc, facts)
        product = _unknown_label(record, lists) if photo.wanted == "new_product" else ""
        if product:
            yield make_finding("label_photo_missing", "note", record.doc, {"product": product})


def _unknown_label(record: Record, lists: Lists) -> str:
    """Return the first product whose days to wait were written and which no list tells."""
    when = min(dates(record, "happened_on"), default="")
    for line in lines_of(record):
        for wait in rules_of(record).waits:
            if "days" in texts(record, at(line, wait.kind)):
                for product in texts(record, at(line, "product")):
                    if not uses_of(lists, product, when):
                        return product
    return ""


def _photo_twice(records: Sequence[Record]) -> Iterator[Finding]:
    """Notice one picture at several entries, at all of them but the first."""
    shown = [one for one in records if not set(texts(one, "kind")) & _SAME_AGAIN]
    shown.sort(key=lambda one: (one.recorded_at, one.doc))
    behind: dict[str, None] = {}
    for record in shown:
        for entry in refs(record, "of", "entry"):
            behind.setdefault(entry)
    docs = [one.doc for one in shown]
    for entry in list(behind)[1:]:
        yield make_finding("photo_twice", "doubt", entry, {}, "", [*behind, *docs])


def _untrained(records: Sequence[Record]) -> Iterator[Finding]:
    """Notice a season under a standard by whose end no training is written."""
    trained = min(
        (day for one in records if one.type == "entry" for day in dates(one, "happened_on")), default=""
    )
    for season in records:
        if season.type != "season" or not _STANDARDS & set(texts(season, "standard")):
            continue
        end = min(dates(season, "ended_on"), default="")
        if not trained or (end and trained > end):
            yield make_finding("untrained", "note", season.doc, {})
