"""Values, dates and times as people of the cooperative read them. Pure: language and names are arguments.

Twin in spirit of the phone's `pwa/src/ui/show.ts`; here dates are dd/mm/yyyy, for a desk needs the year.
A value of an unexpected shape is shown as unreadable, never an error: the log takes what phones send.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.pages.console_words import Language, say
from sync.civil import BadDate, days_between, is_civil_date, ms_to_date, parse_date, weekday_name
from sync.forms import Field, Form
from sync.lunar import lunar_shown
from sync.readings import Measure
from sync.units import AMOUNT, UNITS, UnitError, amount_shown, area_shown, format_decimal, m2_to_sao
from sync.values import Json, split_line

NBSP = "\u00a0"
MINUTE_MS = 60_000
DAY_MS = 86_400_000
SKEW_MS_MIN = 5 * MINUTE_MS  # our choice: less is every phone's
COMMON = frozenset({"happened_on", "plots", "season", "performed_by", "note", "position", "name", "form"})
UNTOLD = frozenset({"boundary", "position", "ref", "refs"})
ENVELOPE = frozenset({"form", "form_version"})  # which form drew it: shown as the title


@dataclass(frozen=True)
class Leaf:
    """A leaf of the tear-off calendar: the sign of every date that matters."""

    iso: str
    weekday: str
    day: str
    month: str
    lunar: str


@dataclass(frozen=True)
class Fact:
    """One row of what was recorded."""

    name: str
    label: str
    text: str
    is_private: bool


@dataclass(frozen=True)
class Block:
    """Rows that stand together: the form's own, one line of a list, or what no form knows."""

    title: str
    facts: tuple[Fact, ...]


class Shower:
    """Shows the values of documents of one scope in one language."""

    def __init__(
        self, language: Language, name_of: Callable[[str], str], products: Mapping[str, tuple[str, str]]
    ) -> None:
        self.language = language
        self.name_of = name_of
        self.products = products

    def say(self, key: str, **values: object) -> str:
        """Return the words of a key."""
        return say(self.language, key, **values)

    def value(self, field: Field | None, value: Json) -> str:
        """Return the words for a value of a field; an empty text for an empty one."""
        if value is None or value in ("", []):
            return ""
        kind = "" if field is None else field.type
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if isinstance(value, dict):
            return self._members(kind, value)
        if kind == "boundary" and isinstance(value, list):
            return self.say("points", n=len(value))
        if isinstance(value, list):
            return ", ".join(text for one in value if (text := self.value(field, one)))
        if isinstance(value, int):
            return self._number(kind, value)
        return self._text(field, kind, str(value))

    def label(self, form: Form | None, name: str) -> str:
        """Return what a field is called; its own name where no form knows it."""
        field = None if form is None else form.field(name)
        return name if field is None else getattr(field.label, self.language)

    def blocks(self, form: Form | None, values: Mapping[str, Json], private: Iterable[str]) -> list[Block]:
        """Return everything that a document says: the form's fields in order, its lines, the rest."""
        hidden, left = set(private), {n: v for n, v in values.items() if v is not None and n not in ENVELOPE}
        blocks = []
        if form is not None:
            own = [field.name for field in form.fields]
            blocks.append(Block("", self._facts(form, own, left, hidden)))
            for place, line in enumerate(line_ids(left), start=1):
                names = [f"line.{line}.{field.name}" for field in (form.lines.fields if form.lines else ())]
                blocks.append(Block(self._line_title(form, place), self._facts(form, names, left, hidden)))
        rest = self._facts(form, sorted(left), left, hidden)
        blocks.append(Block(self.say("other_fields") if form is not None else "", rest))
        return [block for block in blocks if block.facts]

    def summary(self, form: Form | None, values: Mapping[str, Json]) -> str:
        """Return one short line about a document: its product lines, else its first filled fields."""
        if form is None:
            return ""
        if form.lines is not None:
            shown = [self._line_summary(form.lines.fields, values, line) for line in line_ids(values)]
            if any(shown):
                return "; ".join(text for text in shown if text)
        said = {*COMMON, *form.tile(values).set}  # what the tile says stands in the title already
        fields = [f for f in form.fields if f.name not in said and f.type not in UNTOLD]
        texts = (self.value(field, values.get(field.name)) for field in fields)
        return ", ".join([text for text in texts if text][:3])

    def _line_title(self, form: Form, place: int) -> str:
        if form.lines is None:
            return self.say("line_n", n=place)
        title: str = getattr(form.lines.title, self.language)
        return title if place == 1 else f"{title} ({place})"

    def _line_summary(self, fields: Sequence[Field], values: Mapping[str, Json], line: str) -> str:
        texts = (self.value(field, values.get(f"line.{line}.{field.name}")) for field in fields)
        return ", ".join([text for text in texts if text][:2])

    def _facts(
        self, form: Form | None, names: Iterable[str], left: dict[str, Json], hidden: set[str]
    ) -> tuple[Fact, ...]:
        """Return the rows of these fields and take them out of `left`."""
        rows = []
        for name in names:
            if name not in left:
                continue
            field = None if form is None else form.field(name)
            text = self.value(field, left.pop(name))
            if text:
                rows.append(Fact(name, self.label(form, name), text, name in hidden))
        return tuple(rows)

    def _members(self, kind: str, value: Mapping[str, Json]) -> str:
        amount, unit = value.get("amount"), value.get("unit")
        if isinstance(amount, str) and isinstance(unit, str):
            return amount_text(amount, unit, self.language)
        accuracy = value.get("accuracy_m")
        if kind == "position" or "lat" in value:
            return self.say("place_taken", n=accuracy if isinstance(accuracy, int) else "?")
        return self.say("unread")

    def _number(self, kind: str, value: int) -> str:
        if kind == "days" and value >= 0:
            return amount_text(str(value), "ngay", self.language)
        shown = format_decimal(str(abs(value)), self.language) if abs(value) < 10**15 else str(abs(value))
        return f"−{shown}" if value < 0 else shown

    def _text(self, field: Field | None, kind: str, value: str) -> str:
        if kind == "date":
            return date_text(value)
        if kind in ("ref", "refs"):
            return self.name_of(value) or self.say("unread")
        if kind == "decimal" and AMOUNT.fullmatch(value):
            return format_decimal(value, self.language)
        if kind == "product" and value in self.products:
            return self.products[value][0 if self.language == "vi" else 1]
        choice = next((one for one in field.choices if one.code == value), None) if field else None
        return value if choice is None else getattr(choice.label, self.language)


def line_ids(values: Mapping[str, Json]) -> list[str]:
    """Return the ids of the lines that hold something, in the order of their names."""
    parts = (split_line(name) for name, value in values.items() if value is not None)
    return sorted({part[0] for part in parts if part})


def amount_text(amount: str, unit: str, language: Language) -> str:
    """Return "2 sào (720 m²)", "30 ml/bình", never broken between number and unit."""
    if unit not in UNITS or AMOUNT.fullmatch(amount) is None:
        return f"{amount} {unit}"
    try:
        said, beside = area_shown(amount, unit, language)
    except UnitError:
        return amount_shown(amount, unit, language).replace(" ", NBSP)
    return f"{said.replace(' ', NBSP)} ({beside.replace(' ', NBSP)})"


def area_text(square_metres: int, language: Language) -> str:
    """Return whole square metres as people say them: "2 sào (720 m²)"."""
    said = amount_shown(m2_to_sao(square_metres), "sao", language).replace(" ", NBSP)
    return f"{said} ({amount_shown(str(square_metres), 'm2', language).replace(' ', NBSP)})"


def uncapital(text: str) -> str:
    """Return a name as it stands inside a line: "Cà chua" as "cà chua", "ST25" as it is."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def date_text(date: str) -> str:
    """Return a civil date as dd/mm/yyyy; other text as it is."""
    try:
        year, month, day = parse_date(date)
    except BadDate:
        return date
    return f"{day:02}/{month:02}/{year}"


def dong_text(number: Json, language: Language = "vi") -> str:
    """Return a whole number, thousands apart as prices are written in a language; nothing for None.

    What is no number stands as it came: the log takes what phones send.
    """
    if isinstance(number, bool) or not isinstance(number, int):
        return "" if number is None else str(number)
    return f"{number:,}".replace(",", ".") if language == "vi" else f"{number:,}"


def money_text(low: int, high: int, language: Language = "vi") -> str:
    """Return "24.000–26.000 đ", or one number where both are the same."""
    return f"{'–'.join(dong_text(one, language) for one in dict.fromkeys((low, high)))} đ"


def parse_day(text: str) -> str:
    """Return the civil date in "8/11/2026", "08-11-2026" or "2026-11-08"; an empty text for no date."""
    match = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text.strip())
    date = text.strip() if match is None else f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}"
    return date if is_civil_date(date) else ""


def day_end(date: str) -> int:
    """Return the ms at which a civil date is over in Vietnam."""
    return (days_between("1970-01-01", date) + 1) * DAY_MS - 7 * 60 * MINUTE_MS


def last_day(ms: int) -> str:
    """Return the last whole day before a moment, as "08/11/2026"."""
    return time_text(ms - 1).partition(", ")[2]


def time_text(ms: int) -> str:
    """Return a moment, in Vietnam, as "17:40, 08/11/2026"; of an impossible clock what it said."""
    try:
        date = ms_to_date(ms)
    except (BadDate, OverflowError):
        return f"{ms} ms"
    minutes = (ms + 7 * 60 * MINUTE_MS) % DAY_MS // MINUTE_MS
    return f"{minutes // 60}:{minutes % 60:02}, {date_text(date)}"


def leaf(date: str, language: Language) -> Leaf | None:
    """Return the calendar leaf of a civil date, or None where it is none."""
    if not is_civil_date(date):
        return None
    year, month, day = parse_date(date)
    lunar = lunar_shown(date, language)
    return Leaf(date, weekday_name(date, language), str(day), f"{month:02}/{year}", lunar)


def days_late(earlier: str, ms: int) -> int:
    """Return how many days after a civil date a moment lies in Vietnam; 0 where either makes no sense."""
    try:
        return days_between(earlier, ms_to_date(ms))
    except (BadDate, OverflowError):
        return 0


def whole_days(ms: int) -> int:
    """Return the whole days in a span, at least 0."""
    return max(0, ms // DAY_MS)


def span_text(ms: int, language: Language) -> str:
    """Return a span of time in its greatest unit: "3 ngày", "2 giờ", "7 phút"."""
    for unit, size in (("ngay", DAY_MS), ("gio", 60 * MINUTE_MS), ("phut", MINUTE_MS)):
        if ms >= size:
            return amount_shown(str(ms // size), unit, language)
    return amount_shown("0", "phut", language)


def measured_text(value: int | None, measure: Measure, language: str) -> str:
    """Return the thousandths of a sensor as people read them here, "" for none."""
    if value is None:
        return ""
    text = f"{value / 1000:.{measure.decimals}f}"
    return text.replace(".", ",") if language == "vi" else text


def number_shown(language: Language, text: str) -> str:
    """Return decimal text as people write it, with a minus where it has one; other text as it came."""
    bare = text.removeprefix("-")
    if AMOUNT.fullmatch(bare) is None:
        return text
    return ("−" if bare != text else "") + format_decimal(bare, language)
