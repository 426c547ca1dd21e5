"""The tables of a dossier in words: which entry stands in which table and column, and what is marked at it.

Always in Vietnamese: it is what the standard asks for. The state of a line stands under its date, so that the
columns are the standard's and no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from server.pages.console_show import Shower, area_text, date_text, days_late, line_ids
from server.pages.console_views import LATE_DAYS_MIN, shower_of
from server.pages.console_words import say
from server.services.books import Book, Column, Table
from server.services.dossiers import Dossier, Line, Part
from sync.checklists import load_checklists
from sync.forms import Form, load_forms
from sync.ids import split_ref
from sync.units import UnitError, find_unit, to_base
from sync.values import Json

_PIECE: Final = re.compile(r"^(.*)\{([a-z0-9_.|]+)(?::(kg))?\}(.*)$")
_GRAMS: Final = 1000


@dataclass(frozen=True)
class Row:
    """One row: its cells, what is marked at it, and the entry behind it ("" for none)."""

    cells: tuple[str, ...]
    marks: tuple[str, ...] = ()
    doc: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table. `facts`: its own head (product, plot, area …); `signers`: who signs below it."""

    code: str
    title: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    signers: tuple[str, ...]


def sheets_of(dossier: Dossier, part: Part) -> list[Sheet]:
    """Return the tables of one farm, in the order of the book."""
    shower = shower_of("vi", dossier.names, part.farm.scope)
    found = []
    for table in dossier.asked.book.tables:
        lines = [line for line in part.lines if line.form in table.forms]
        if table.per == "plot":
            found += [_of_plot(table, part, shower, *group) for group in _groups(part, lines)]
        else:
            found.append(_sheet(table, (), lines, shower))
    return found + _inspections(dossier.asked.book, part)


def states_of(line: Line) -> tuple[str, ...]:
    """Return what is marked at an entry: its state, a conflict, that it was recorded late."""
    found = [say("vi", f"dossier_{line.state}")]
    if line.is_answered and line.state == "asked":
        found.append(say("vi", "dossier_answered"))
    if line.has_conflict:
        found.append(say("vi", "dossier_conflict"))
    late = days_late(line.happened_on, line.recorded_at)
    if late >= LATE_DAYS_MIN:
        found.append(say("vi", "recorded_late", n=late).lower())
    return tuple(found)


def general(part: Part) -> list[tuple[str, str]]:
    """Return the head of a farm's book: who, where, what is grown."""
    grown = [_product(said) for said in part.seasons.values()]
    rows = [
        (say("vi", "dossier_producer"), f"{part.farm.code} {part.farm.name}"),
        (say("vi", "dossier_address"), ", ".join(one for one in (part.address, part.farm.village) if one)),
        (say("vi", "dossier_products"), "; ".join(dict.fromkeys(one for one in grown if one))),
    ]
    certificates = {
        str(said["certificate_no"]) for said in part.seasons.values() if said.get("certificate_no")
    }
    rows.append((say("vi", "dossier_certificate"), ", ".join(sorted(certificates))))
    return [(label, text) for label, text in rows if text]


def _groups(part: Part, lines: list[Line]) -> list[tuple[str, str, list[Line]]]:
    """Return (plot, season, lines) for each of C.3's tables; what names no plot is at a season's only one.

    Shape:  a season's plot without entries has its (empty) table; a plot of "" holds what has none.
    """
    only = {
        season: plots[0]
        for season, said in part.seasons.items()
        if isinstance(plots := said.get("plots"), list) and len(plots) == 1
    }
    found: dict[tuple[str, str], list[Line]] = {}
    for season, said in part.seasons.items():
        named = said.get("plots")
        for plot in named if isinstance(named, list) else []:
            found[str(plot), season] = []
    for line in lines:
        season = str(line.values.get("season") or "")
        for plot in line.plots or (str(only.get(season, "")),):
            found.setdefault((plot, season), []).append(line)
    return [(plot, season, some) for (plot, season), some in found.items()]


def _of_plot(table: Table, part: Part, shower: Shower, plot: str, season: str, lines: list[Line]) -> Sheet:
    said, about = part.seasons.get(season, {}), part.plots.get(plot, {})
    code = about.get("code")
    area = part.areas.get(plot)
    started = said.get("started_on")
    facts = [
        (say("vi", "dossier_product"), _product(said)),
        (say("vi", "dossier_plot"), " · ".join(str(one) for one in (about.get("name"), code) if one)),
        (say("vi", "dossier_code"), part.farm.code),
        (say("vi", "dossier_area"), area_text(area, "vi") if area is not None else ""),
        (say("vi", "dossier_started"), date_text(started) if isinstance(started, str) else ""),
    ]
    if not plot:
        facts[1] = (say("vi", "dossier_plot"), say("vi", "dossier_no_plot"))
    return _sheet(table, tuple(one for one in facts if one[1]), lines, shower)


def _sheet(table: Table, facts: tuple[tuple[str, str], ...], lines: Iterable[Line], shower: Shower) -> Sheet:
    rows = tuple(row for line in lines for row in _rows(table, line, shower))
    signers = (say("vi", "dossier_recorder"), say("vi", "dossier_owner"), say("vi", "dossier_reviewer"))
    return Sheet(table.code, table.title, facts, table.columns, rows, signers)


def _rows(table: Table, line: Line, shower: Shower) -> list[Row]:
    """Return the rows of an entry: one for each of its lines where the columns ask for lines, else one."""
    form = load_forms().get(line.form)
    said = [piece for column in table.columns for piece in column.cells.get(line.form, ())]
    numbered = any("{line." in piece or "|line." in piece for piece in said)
    places = (line_ids(line.values) if numbered else []) or [""]
    marks = states_of(line)
    return [
        Row(
            tuple(
                _cell(column.cells.get(line.form, ()), form, line.values, place, shower)
                for column in table.columns
            ),
            marks,
            line.doc,
        )
        for place in places
    ]


def _cell(
    pieces: Iterable[str], form: Form | None, values: Mapping[str, Json], place: str, shower: Shower
) -> str:
    texts = []
    for piece in pieces:
        match = _PIECE.match(piece)
        assert match is not None, piece
        for name in match[2].split("|"):
            full = name.replace("line.", f"line.{place}.") if name.startswith("line.") else name
            field = None if form is None else form.field(full)
            value = values.get(full)
            text = _kilograms(value) if match[3] else ""
            text = text or shower.value(field, value)
            if text:
                texts.append(f"{match[1]}{text}{match[4]}")
                break
    return ", ".join(texts)


def _kilograms(value: Json) -> str:
    """Return an amount of mass in kilograms, as the column's head says; "" for one that is none."""
    if not isinstance(value, dict):
        return ""
    amount, unit = value.get("amount"), value.get("unit")
    if not isinstance(amount, str) or not isinstance(unit, str):
        return ""
    try:
        if find_unit(unit).base != "g":
            return ""
        grams = to_base(amount, unit)
    except UnitError:
        return ""
    whole, rest = divmod(grams, _GRAMS)
    shown = f"{whole:,}".replace(",", ".")
    return shown if not rest else f"{shown},{rest:03}".rstrip("0")


def _product(said: Mapping[str, Json]) -> str:
    parts = [said.get("product_name"), said.get("variety") or said.get("breed")]
    return ", ".join(str(one) for one in parts if one)


def _inspections(book: Book, part: Part) -> list[Sheet]:
    """Return table D for each inspection; one with nothing in it where none was made."""
    checklist = load_checklists().get(book.inspection)
    if checklist is None:
        return []
    columns = tuple(
        Column(say("vi", f"dossier_d_{name}"), "", width, {})
        for name, width in (
            ("clause", 2),
            ("criterion", 3),
            ("requirement", 6),
            ("result", 2),
            ("cause", 4),
            ("action", 5),
        )
    )
    signers = (say("vi", "dossier_d_farm"), say("vi", "dossier_d_inspector"))
    sheets = []
    for doc, said in part.inspections or (("", {}),):
        day = said.get("happened_on")
        facts = [
            (say("vi", "dossier_facility"), f"{part.farm.code} {part.farm.name}"),
            (
                say("vi", "dossier_address"),
                ", ".join(one for one in (part.address, part.farm.village) if one),
            ),
            (
                say("vi", "dossier_d_time"),
                date_text(day) if isinstance(day, str) else say("vi", "dossier_d_none"),
            ),
        ]
        rows = []
        for item in checklist.items:
            result = said.get(item.name("result"))
            shown = say("vi", f"dossier_d_{result}") if result in ("pass", "fail", "na") else ""
            rows.append(
                Row(
                    (
                        item.clause,
                        item.criterion["vi"],
                        item.requirement["vi"],
                        shown,
                        str(said.get(item.name("cause")) or ""),
                        _action(said, item.name("action"), item.name("due_on"), item.name("closed_on")),
                    ),
                    doc=doc,
                )
            )
        sheets.append(Sheet("D", checklist.title["vi"], tuple(facts), columns, tuple(rows), signers))
    return sheets


def _action(said: Mapping[str, Json], action: str, due: str, closed: str) -> str:
    parts = [str(said.get(action) or "")]
    for name, key in ((due, "dossier_d_due"), (closed, "dossier_d_closed")):
        day = said.get(name)
        if isinstance(day, str):
            parts.append(say("vi", key, day=date_text(day)))
    return ", ".join(one for one in parts if one)


def uuid_of(doc: str) -> str:
    """Return the uuid of a document."""
    return split_ref(doc)[1]
