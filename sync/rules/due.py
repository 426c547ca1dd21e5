"""What a farm has to do by a day: inspection, faults to put right, training, papers and equipment that end.

It depends on today, so it is no finding; group `book:due` is what it reads. Only a farm with an open season
has anything to do. An inspection counts when every item was looked at. Whose a checkup is, is private: of a
farm's the one that runs longest counts.
Twin: `pwa/src/core/rules/due.ts`. Source: TCVN 11892-1:2017, 3.1.1, 3.1.8; PROTOCOL §Rules and findings.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sync.checklists import INSPECTION, Checklist, Item, checklist_for
from sync.civil import add_days
from sync.lists import Lists
from sync.plain import plain
from sync.rules.form_rules import rules_of
from sync.rules.shape import Finding, Record, counts, dates, options, texts

Kind = Literal["inspection", "fault", "training", "certificate", "checkup", "equipment"]
When = Literal["never", "late", "soon", "later"]
KINDS: Final[frozenset[str]] = frozenset()
KEY: Final = "book:due"
YEAR_DAYS: Final = 365  # never more than the 12 months of clause 3.1.8
REPAIR_DAYS: Final = 90  # never more than its 3 months
SOON_DAYS: Final[Mapping[str, int]] = {
    "inspection": 30, "fault": 14, "certificate": 60, "checkup": 30, "equipment": 14
}  # fmt: skip # our choice
_INSPECTED: Final = frozenset({"vietgap"})
_TRAINED: Final = frozenset({"vietgap", "organic", "conversion"})
_WHENS: Final[tuple[When, ...]] = ("late", "never", "soon", "later")


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do. `day`: the last day for it, "" where it was never done.

    Shape:  `about`: the document to open, "" for the farm itself; `what`: of a fault the code of its item, of
            a season its product, of equipment its name.
    """

    kind: Kind
    when: When
    day: str
    about: str
    what: str


def keys(record: Record) -> Iterator[str]:
    """Yield the one group of all that says until when something is good."""
    known = rules_of(record)
    if record.type in ("season", INSPECTION) or known.trains or known.ends is not None:
        yield KEY


def judge(_key: str, _records: Sequence[Record], _lists: Lists) -> Iterator[Finding]:
    """Yield nothing: what depends on today is no finding."""
    yield from ()


def due(records: Iterable[Record], today: str) -> list[Due]:
    """Return what one farm has to do, what is late or was never done first; of a farm at rest nothing.

    Shape:  `records`: at least the group `book:due` of the farm, in any order.
    """
    book = sorted((one for one in records if counts(one)), key=lambda one: one.doc)
    seasons = [one for one in book if one.type == "season" and is_open(one, today)]
    if not seasons:
        return []
    checked = [one for one in book if one.type == INSPECTION]
    found = [
        *_inspection(seasons, checked, today),
        *(one for record in checked for one in _faults(record, today)),
        *_training(seasons, book, today),
        *(one for season in seasons for one in _certificate(season, today)),
        *_ends(book, today),
    ]
    return sorted(found, key=lambda one: (_WHENS.index(one.when), one.day, one.kind, one.about, one.what))


def is_open(season: Record, today: str) -> bool:
    """Say whether a season runs on a day, by any head."""
    begun = any(day <= today for day in dates(season, "started_on"))
    return begun and any(not isinstance(one, str) or one >= today for one in options(season, "ended_on"))


def is_whole(inspection: Record) -> bool:
    """Say whether every item of an inspection has a result."""
    checklist = _checklist(inspection)
    return all(texts(inspection, item.name("result")) for item in checklist.items)


def open_items(inspection: Record) -> list[Item]:
    """Return the items of an inspection that failed and are not put right, by any head."""
    return [
        item
        for item in _checklist(inspection).items
        if "fail" in texts(inspection, item.name("result"))
        and not all(isinstance(one, str) and one for one in options(inspection, item.name("closed_on")))
    ]


def _checklist(inspection: Record) -> Checklist:
    return checklist_for(next(iter(texts(inspection, "checklist")), ""))


def _when(kind: Kind, day: str, today: str) -> When:
    if day < today:
        return "late"
    return "soon" if day <= add_days(today, SOON_DAYS[kind]) else "later"


def _inspection(seasons: Sequence[Record], checked: Sequence[Record], today: str) -> Iterator[Due]:
    """Yield the next inspection; where one is begun it is the one to go on with."""
    if not any(
        "crop" in texts(one, "sector") and _INSPECTED & set(texts(one, "standard")) for one in seasons
    ):
        return
    days = [min(when) for one in checked if is_whole(one) and (when := dates(one, "happened_on"))]
    last = max((day for day in days if day <= today), default="")
    begun = max(
        (
            (max(when), one.doc)
            for one in checked
            if not is_whole(one) and (when := dates(one, "happened_on"))
        ),
        default=("", ""),
    )
    about = begun[1] if begun[0] >= last else ""
    if not last:
        yield Due("inspection", "never", "", about, "")
        return
    day = add_days(last, YEAR_DAYS)
    if (state := _when("inspection", day, today)) != "later":
        yield Due("inspection", state, day, about, "")


def _faults(inspection: Record, today: str) -> Iterator[Due]:
    found = dates(inspection, "happened_on")
    for item in open_items(inspection):
        said = dates(inspection, item.name("due_on"))
        day = min(said) if said else add_days(min(found), REPAIR_DAYS) if found else ""
        if day:
            yield Due("fault", _when("fault", day, today), day, inspection.doc, item.code)


def _training(seasons: Sequence[Record], book: Sequence[Record], today: str) -> Iterator[Due]:
    """Yield what was never done: how often it is repeated no source says."""
    is_done = any(
        rules_of(one).trains and any(day <= today for day in dates(one, "happened_on")) for one in book
    )
    wanted = [one.doc for one in seasons if _TRAINED & set(texts(one, "standard"))]
    if wanted and not is_done:
        yield Due("training", "never", "", "", "")


def _certificate(season: Record, today: str) -> Iterator[Due]:
    day = min(dates(season, "certificate_valid_to"), default="")
    if day and (when := _when("certificate", day, today)) != "later":
        yield Due("certificate", when, day, season.doc, next(iter(texts(season, "product_name")), ""))


def _ends(book: Sequence[Record], today: str) -> Iterator[Due]:
    """Yield checkups and equipment whose last day comes; the latest stands for those of its name."""
    last: dict[tuple[str, str], tuple[str, str, str, Record]] = {}
    for record in book:
        ends = rules_of(record).ends
        said = dates(record, ends.day) if ends else []
        if ends is None or not said:
            continue
        name = next(iter(texts(record, ends.by)), "") if ends.by else ""
        written = max(dates(record, "happened_on"), default="") if ends.by else ""
        key = (ends.kind, plain(name))
        mine = (written, min(said), record.doc, record)
        if key not in last or mine[:3] > last[key][:3]:
            last[key] = mine
    for (kind, _), (_, day, doc, record) in last.items():
        ends = rules_of(record).ends
        named: Kind = "checkup" if kind == "checkup" else "equipment"
        if ends is not None and (when := _when(named, day, today)) != "later":
            yield Due(named, when, day, doc, next(iter(texts(record, ends.by)), "") if ends.by else "")
