"""What is noticed about the values of one document, by its form alone.

`check_values` never refuses: an entry is kept whatever it says, and what looks wrong becomes a finding.
It does not look at other entries (isolation times, stock): that is what rules do.
Twin: `pwa/src/core/form_values.ts`. Source: DESIGN §2, §4; tests/vectors/forms.json.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sync.civil import is_civil_date
from sync.form_shape import Field, Form, Lines, Words
from sync.ids import is_doc
from sync.limits import BOUNDARY_POINTS_MAX
from sync.units import UNITS
from sync.values import DELETED, Json, is_decimal, split_line

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_DECIMALS_MAX: Final = 9  # of a decimal amount: sync/values.py
_DEGREE: Final = 10**7  # positions are integers of 10⁻⁷ degree

SENTENCES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "required_missing": ("Chưa ghi «{}».", "“{}” is missing."),
        "advised_missing": ("Nên ghi thêm «{}».", "“{}” would help."),
        "one_of_missing": ("Ghi ít nhất một mục, ví dụ «{}».", "Give at least one, for example “{}”."),
        "line_missing": ("Chưa có dòng nào ở «{}».", "“{}” has no line yet."),
        "too_many_lines": ("«{}»: nhiều dòng quá, hãy ghi tách ra.", "“{}”: too many lines; split them."),
        "unknown_choice": ("«{}»: không có lựa chọn này.", "“{}”: no such choice."),
        "unit_not_allowed": ("«{}»: đơn vị này không dùng ở đây.", "“{}”: this unit is not used here."),
        "not_a_date": ("«{}»: ngày này không có trong lịch.", "“{}”: no such day in the calendar."),
        "not_a_time": ("«{}»: giờ này không đúng.", "“{}”: not a time of day."),
        "not_decimal": ("«{}»: chưa phải là số.", "“{}”: not a number."),
        "out_of_range": ("«{}»: số này lạ, xem lại.", "“{}”: an unusual figure; look again."),
        "wrong_type": ("«{}»: ghi chưa đúng kiểu.", "“{}”: not the right kind of value."),
        "private_in_public": ("«{}» phải giữ kín mà để công khai.", "“{}” is private, yet in public."),
    }
)
HINTS: Final = frozenset({"advised_missing"})  # said softly; every other code is to be looked at


@dataclass(frozen=True, slots=True)
class FormFinding:
    """What was noticed about one field, in one sentence. `field` is its name in `set`, `label` its words."""

    code: str
    field: str
    label: Words

    @property
    def vi(self) -> str:
        """Return the sentence in Vietnamese; written when it is asked for, which rules never do."""
        return SENTENCES[self.code][0].format(self.label.vi)

    @property
    def en(self) -> str:
        """Return the sentence in English."""
        return SENTENCES[self.code][1].format(self.label.en)

    @property
    def is_hint(self) -> bool:
        """Say whether it is only advice."""
        return self.code in HINTS


def check_values(
    form: Form, values: Mapping[str, Json], private_values: Mapping[str, Json] | None = None
) -> list[FormFinding]:
    """Return what is to be looked at in the folded values of one document, in the order of the form.

    Shape:  values are the public part, private_values the private one; erased means absent there: pass None
            for a private part that this reader may not see or that was erased, and nothing of it is missed.
    Source: tests/vectors/forms.json.
    """
    if values.get(DELETED) is True or form.kind == "view":
        return []
    check = _Check(values, private_values)
    for field in form.fields:
        check.field(field, field.name, "")
    for names in form.one_of:
        if all(check.values.get(name) in _EMPTY for name in names):
            first = form.field(names[0])
            if first:
                check.add("one_of_missing", names[0], first.label)
    if form.lines:
        check.lines(form.lines)
    return check.found


_EMPTY: Final[tuple[Json, ...]] = (None, "", [])
_LACKING: Final[Mapping[str, str]] = MappingProxyType({"no": "", "advised": "advised_missing"})


class _Check:
    """The findings of one document while they are gathered."""

    def __init__(self, values: Mapping[str, Json], private: Mapping[str, Json] | None) -> None:
        self.public = values
        told = {name: value for name, value in (private or {}).items() if value is not None}
        self.values = {**values, **told} if told else values
        self.sees_private = private is not None
        self.found: list[FormFinding] = []

    def add(self, code: str, name: str, label: Words) -> None:
        self.found.append(FormFinding(code, name, label))

    def lines(self, lines: Lines) -> None:
        parts = (split_line(name) for name, value in self.values.items() if value is not None)
        ids = sorted({part[0] for part in parts if part})
        if len(ids) < lines.min:
            self.add("line_missing", "line", lines.title)
        if len(ids) > lines.max:
            self.add("too_many_lines", "line", lines.title)
        for line in ids:
            for field in lines.fields:
                self.field(field, f"line.{line}.{field.name}", f"line.{line}.")

    def field(self, field: Field, name: str, prefix: str) -> None:
        if not field.public and self.public.get(name) is not None:
            self.add("private_in_public", name, field.label)
        value = self.values.get(name)
        if value not in _EMPTY:
            code = _fault(field, value)
        elif field.public or self.sees_private:
            code = _LACKING.get(field.required, "required_missing")
        else:
            code = ""
        if code and self._is_asked(field, prefix):  # asked last: as a rule nothing is wrong
            self.add(code, name, field.label)

    def _is_asked(self, field: Field, prefix: str) -> bool:
        """Say whether `when` holds; the field it names is one of the line, else one of the form."""
        if field.when is None:
            return True
        name, wanted = field.when
        value = self.values.get(prefix + name)
        if value is None:
            value = self.values.get(name)
        held = value if isinstance(value, list) else [value]
        return any(type(a) is type(b) and a == b for a in held for b in wanted)


def _fault(field: Field, value: Json) -> str:
    """Return the code of what is wrong with a value; empty text where nothing is."""
    kind = field.type
    if kind in ("text", "longtext", "person", "product"):
        return "" if isinstance(value, str) else "wrong_type"
    if kind in ("choice", "choices"):
        return _choice_fault(field, value)
    if kind == "bool":
        return "" if isinstance(value, bool) else "wrong_type"
    if kind == "date":
        return "" if is_civil_date(value) else "not_a_date"
    if kind == "time":
        return "" if isinstance(value, str) and _TIME.fullmatch(value) else "not_a_time"
    if kind in ("amount", "integer", "days", "decimal"):
        return _number_fault(field, value)
    return "" if _is_shape(kind, field.of, value) else "wrong_type"


def _choice_fault(field: Field, value: Json) -> str:
    many = field.type == "choices"
    if isinstance(value, list) is not many:
        return "wrong_type"
    known = all(isinstance(v, str) and v in field.codes for v in (value if many else [value]))
    return "" if known else "unknown_choice"


def _number_fault(field: Field, value: Json) -> str:
    if field.type == "amount":
        if not isinstance(value, dict) or value.keys() != {"amount", "unit"}:
            return "wrong_type"
        if value["unit"] not in field.units:
            return "unit_not_allowed"
        if not is_decimal(value["amount"]):
            return "not_decimal"
        return "" if _is_in_range(field, value["amount"], value["unit"]) else "out_of_range"
    if field.type == "decimal":
        if not is_decimal(value):
            return "not_decimal"
        return "" if _is_in_range(field, value, "") else "out_of_range"
    if not isinstance(value, int) or isinstance(value, bool):
        return "wrong_type"
    return "" if value >= 0 and _is_in_range(field, str(value), "") else "out_of_range"


def _is_in_range(field: Field, amount: str, unit: str) -> bool:
    """Say whether an amount lies in the range, which is in the default unit. A unit that does not
    convert to that one (a rate, a sack) is not judged."""
    if field.range is None:
        return True
    mine = theirs = 1
    if unit and unit != field.units[0]:
        said, default = UNITS[unit], UNITS[field.units[0]]
        if said.dimension != default.dimension or said.factor is None or default.factor is None:
            return True
        mine, theirs = said.factor, default.factor
    low, high = (_scaled(bound) * theirs for bound in field.range)
    return low <= _scaled(amount) * mine <= high


def _scaled(decimal: str) -> int:
    """Return decimal text in units of 10⁻⁹."""
    whole, _, fraction = decimal.partition(".")
    return int(whole + fraction.ljust(_DECIMALS_MAX, "0"))


def _is_shape(kind: str, of: str, value: Json) -> bool:
    """Say whether a value of type ref, refs, position or boundary has its shape."""
    if kind == "position":
        return isinstance(value, dict) and _is_point([value.get("lat"), value.get("lng")])
    if not isinstance(value, list):
        return kind == "ref" and _is_ref(value, of)
    if kind == "refs":
        return all(_is_ref(v, of) for v in value)
    return kind == "boundary" and 3 <= len(value) <= BOUNDARY_POINTS_MAX and all(_is_point(v) for v in value)


def _is_ref(value: Json, of: str) -> bool:
    return isinstance(value, str) and is_doc(value) and value.startswith(f"{of}:")


def _is_point(value: Json) -> bool:
    if not isinstance(value, list) or len(value) != 2 or any(type(v) is not int for v in value):
        return False
    return bool(abs(value[0]) <= 90 * _DEGREE and abs(value[1]) <= 180 * _DEGREE)
