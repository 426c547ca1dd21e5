"""Lines of a file become rows of a list; what can't be read is refused or kept as text, and always told.

A line that has no name or an impossible date is left out; a waiting time that is no number of days and a dose
that is not understood come in as the text that they are. Nothing is guessed.
Source: faults.md 103; PROTOCOL §Reference lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from server.services.console_reach import NAME_CHARS_MAX, NotDone, clean
from server.services.list_files import Line
from server.store.lists import BANNED, use_to_data
from sync.civil import is_civil_date
from sync.lists import Use, UseProduce, parse_dose, parse_phi
from sync.plain import plain, words
from sync.values import Json

TEXT_CHARS_MAX = 500
USES_MAX = 300  # our choice, of one product
LAST_DAY = "2190-01-01"  # our choice: what lies behind is a slip of the pen
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: 00:00:00)?")
# What a waiting time is for, as people write it, without marks.
_PRODUCE: dict[str, UseProduce] = {
    "": "", "thit": "meat", "meat": "meat", "trung": "eggs", "eggs": "eggs", "egg": "eggs", "sua": "milk",
    "milk": "milk", "ca": "fish", "ca, tom": "fish", "tom": "fish", "thuy san": "fish", "fish": "fish",
}  # fmt: skip
_WITH_WAITING = ("pesticide", "veterinary", "label")


@dataclass
class Row:
    """A product, or a banned ingredient. `line`: the first line that told of it."""

    line: int
    plain: str
    data: dict[str, Json]


@dataclass
class Reading:
    """What a file says.

    Shape:  `bad`: (line, key of a sentence, its values), those lines are left out; `unread`: (what, text) →
            lines, which came in as text; `what` is phi_none, phi_unknown, phi_stage, phi_not_defined or dose.
    """

    rows: list[Row] = field(default_factory=list)
    bad: list[tuple[int, str, dict[str, object]]] = field(default_factory=list)
    unread: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    lines: int = 0
    uses: int = 0
    twice: int = 0  # lines that say what another one said

    def as_data(self) -> dict[str, Json]:
        """Return the report as a version keeps it."""
        unread = sorted(self.unread.items(), key=lambda one: (-len(one[1]), one[0]))
        return {
            "lines": self.lines,
            "twice": self.twice,
            "bad": [[line, key, dict(values)] for line, key, values in self.bad],
            "unread": [
                [what, text, len(lines), list(dict.fromkeys(lines))[:20]] for (what, text), lines in unread
            ],
        }


def read_rows(kind: str, lines: Iterable[Line]) -> Reading:
    """Return the rows of a list of a kind; lines of one name are one row."""
    found = Reading()
    by_name: dict[str, Row] = {}
    for line in lines:
        found.lines += 1
        try:
            if kind == BANNED:
                _add_banned(by_name, line)
            else:
                _add_product(found, by_name, kind, line)
        except NotDone as error:
            found.bad.append((line.number, error.key, error.values))
    found.rows = list(by_name.values())
    return found


def _add_banned(by_name: dict[str, Row], line: Line) -> None:
    cells = _cleaned(line)
    name = cells.get("active") or cells.get("name", "")
    if not name:
        raise NotDone("not_list_active")
    dates = _dates(cells)
    other = [one for one in re.split("[;\n]", cells.get("names", "")) if words(one)]
    # "Trichlorfon (Chlorophos)" and "BHC, Lindane" are each known by both names.
    own = re.split(r"[(),]", name) if not re.match("[0-9]", name) else [name]
    known = [words(text) for text in (name, *own, *other)]
    known += [one.removesuffix(" compounds") for one in known]
    names = [one for one in dict.fromkeys(known) if len(one) > 2]  # "as" and "hg" are words of their own
    key = words(name)
    if not names:
        raise NotDone("not_list_active")
    if key in by_name:
        raise NotDone("not_list_twice", name=name[:60])
    data: dict[str, Json] = {"name": name, "names": names, **dates} | _given(cells, "group", "source")
    by_name[key] = Row(line.number, plain(name), data)


def _add_product(found: Reading, by_name: dict[str, Row], kind: str, line: Line) -> None:
    cells = _cleaned(line)
    name = cells.get("name", "")
    if not plain(name):
        raise NotDone("not_list_name")
    if len(name) > NAME_CHARS_MAX:
        raise NotDone("not_short", n=NAME_CHARS_MAX)
    active = " ".join(one for one in (cells.get("active"), cells.get("content")) if one)
    data: dict[str, Any] = {"name": name} | ({"active": active} if active else {})
    data |= _given(cells, "group", "registrant", "source") | _dates(cells)
    row = by_name.get(plain(name))
    if row is None:
        row = Row(line.number, plain(name), data | {"uses": []})
    elif any(plain(str(value)) != plain(str(row.data.get(key, value))) for key, value in data.items()):
        raise NotDone("not_list_same", name=name[:60], line=row.line)
    uses: list[Json] = row.data["uses"]
    use = _use(cells)
    if use is not None and use_to_data(use) in uses:
        found.twice += 1
    elif use is not None:
        if len(uses) >= USES_MAX:
            raise NotDone("not_list_uses", n=USES_MAX)
        uses.append(use_to_data(use))
        found.uses += 1
        if kind in _WITH_WAITING:
            _note(found, line.number, use)
    by_name[row.plain] = row


def _use(cells: dict[str, str]) -> Use | None:
    if not any(cells.get(name) for name in ("crop", "pest", "dose", "phi", "produce")):
        return None
    dose, phi = cells.get("dose", ""), cells.get("phi", "")
    produce = _PRODUCE.get(plain(cells.get("produce", "")))
    if produce is None:
        raise NotDone("not_list_produce", produce=cells["produce"][:40])
    kind, days, stages = parse_phi(phi)
    crop, pest = cells.get("crop", ""), cells.get("pest", "")
    return Use(crop, pest, parse_dose(dose), dose, kind, days, phi, stages, produce)


def _note(found: Reading, line: int, use: Use) -> None:
    if use.phi_kind != "days":
        what = {"stage": "phi_stage", "not_defined_on_label": "phi_not_defined"}.get(use.phi_kind)
        what = what or ("phi_unknown" if use.phi_text else "phi_none")
        found.unread.setdefault((what, use.phi_text), []).append(line)
    if use.dose is None and use.dose_text:
        found.unread.setdefault(("dose", use.dose_text), []).append(line)


def _cleaned(line: Line) -> dict[str, str]:
    if not line.cells:
        raise NotDone("not_list_object")
    return {name: clean(text, TEXT_CHARS_MAX) for name, text in line.cells.items()}


def _given(cells: dict[str, str], *names: str) -> dict[str, Json]:
    return {name: cells[name] for name in names if cells.get(name)}


def _dates(cells: dict[str, str]) -> dict[str, Json]:
    found = {name: parse_day(cells.get(name, "")) for name in ("valid_from", "valid_to", "usable_until")}
    since, till = found["valid_from"], found["valid_to"]
    if since and till and till < since:
        raise NotDone("not_list_days")
    return {name: day for name, day in found.items() if day}


def parse_day(text: str) -> str:
    """Return the civil date of a cell, "" for an empty one. Raises: NotDone for what is none."""
    if not text:
        return ""
    year_first, day_first = _YEAR_FIRST.fullmatch(text), _DAY_FIRST.fullmatch(text)
    day = text
    if year_first is not None:
        day = year_first[1]
    elif day_first is not None:
        day = f"{day_first[3]}-{int(day_first[2]):02}-{int(day_first[1]):02}"
    if not is_civil_date(day) or day >= LAST_DAY:
        raise NotDone("not_list_date", day=text[:40])
    return day
