"""What rules need to know of each form, as data: `forms.json` beside this module.

Twin: `pwa/src/core/rules/form_rules.ts`. Source: sync/rules/forms.json.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from sync.rules.shape import Record, line_ids, once, texts
from sync.values import Json

Produce = Literal["crop", "meat", "eggs", "milk", "fish"]
Missing = Literal["unknown", "quiet", "none"]
NO_LINE: Final = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Fields that say how long to wait for one produce; `missing`: what it means where they are empty."""

    produce: Produce
    kind: str
    days: str
    missing: Missing


@dataclass(frozen=True, slots=True)
class Sort:
    """Which of several things a form is about: field `by` looked up in `of`, else `otherwise`.

    `amount`, `pack`: the fields of how much, and of how much one package holds ("" for none).
    """

    by: str
    of: Mapping[str, str]
    otherwise: str
    amount: str = ""
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Fails:
    """Values of field `by` that mean "did not pass", and the fields that must then be filled in."""

    by: str
    values: frozenset[str]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ends:
    """Field `day` says until when something of a kind is good; `by`: the field that names it, "" for none."""

    kind: str
    day: str
    by: str


@dataclass(frozen=True, slots=True)
class FormRules:
    """What rules know of a form. `quantity`: fields of what was taken, the first filled in counts."""

    waits: tuple[Wait, ...]
    until: str
    takes: Sort | None
    quantity: tuple[str, ...]
    uses: Sort | None
    buys: Sort | None
    counts: Sort | None
    sells: tuple[str, ...]
    fails: Fails | None
    trains: bool
    measures: bool
    ends: Ends | None = None


NONE: Final = FormRules((), "", None, (), None, None, None, (), None, trains=False, measures=False)


@cache
def _load() -> Mapping[str, FormRules]:
    data = json.loads(Path(__file__).with_name("forms.json").read_text("utf-8"))["forms"]
    return {code: _parse(one) for code, one in data.items()}


def _parse(one: Mapping[str, Json]) -> FormRules:
    takes, fails, ends = one.get("takes"), one.get("fails"), one.get("ends")
    return FormRules(
        waits=tuple(
            Wait(w["produce"], w["kind"], w["days"], w.get("missing", "unknown"))
            for w in one.get("waits", ())
        ),
        until=one.get("until", ""),
        takes=_sort(takes),
        quantity=tuple(takes["quantity"]) if takes else (),
        uses=_sort(one.get("uses")),
        buys=_sort(one.get("buys")),
        counts=_sort(one.get("counts")),
        sells=tuple(one.get("sells", ())),
        fails=Fails(fails["by"], frozenset(fails["in"]), tuple(fails["needs"])) if fails else None,
        trains=one.get("trains", False),
        measures=one.get("measures", False),
        ends=Ends(ends["kind"], ends["day"], ends.get("by", "")) if ends else None,
    )


def _sort(data: Mapping[str, Json] | None) -> Sort | None:
    if data is None:
        return None
    amount, pack = data.get("amount", "total_used"), data.get("pack", "")
    return Sort(data.get("by", ""), data.get("of", {}), data["else"], amount, pack)


def codes() -> list[str]:
    """Return the forms that rules know something of."""
    return sorted(_load())


@once
def rules_of(record: Record) -> FormRules:
    """Return what rules know of an entry's form; NONE for any other document and for a form in conflict."""
    if record.type != "entry":
        return NONE
    forms = texts(record, "form")
    return _load().get(forms[0], NONE) if forms else NONE


def at(line: str, name: str) -> str:
    """Return the name of a field as it stands in `set`: of a line, or of the entry where `line` is ""."""
    return f"line.{line}.{name}" if line else name


def lines_of(record: Record) -> list[str]:
    """Return the ids of the lines of an entry; one "" where it has none."""
    return line_ids(record) or [NO_LINE]


def sorts(record: Record, sort: Sort | None, line: str = "") -> set[str]:
    """Return everything that a record (or one of its lines) may be about, by any head."""
    if sort is None:
        return set()
    if not sort.by:
        return {sort.otherwise}
    named = texts(record, at(line, sort.by)) or texts(record, sort.by)
    return {sort.of.get(one, sort.otherwise) for one in named} or {sort.otherwise}
