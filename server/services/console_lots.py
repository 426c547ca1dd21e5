"""Lots on the console: the list by state, what a new one can be made of, and one lot with its way.

The browser signs every act (`/api/v1/sync`); these pages offer only what the rules of lots allow, and say
what does not add up. Buyers are private parts: whoever reads the organisation's log sees them, nobody else.
Source: PROTOCOL §36; DESIGN §3 "Who signs".
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.lots import LotView
from server.models.people import Farm
from server.models.views import DocumentView, EntryView, SeasonView
from server.services.console import Staff
from server.services.console_lookups import members
from server.services.console_reach import allow
from server.services.viewing import make_current
from server.store import inbox, lots, own_products, views
from sync import ids
from sync.civil import add_days
from sync.codes import new_code
from sync.lots import states
from sync.lots.shape import measure_of
from sync.rights import may_pass_guard, may_write
from sync.rules.form_rules import codes, rules_of
from sync.rules.shape import Record
from sync.units import UNITS
from sync.values import Json

PAGE_LOTS: Final = 50  # our choice
HARVEST_DAYS: Final = 120  # our choice: older harvests are not offered for new lots
HARVESTS_MAX: Final = 200
_SAID: Final = {"g": "kg", "ml": "l", "count": "cai"}


@dataclass(frozen=True)
class Size:
    """How much, in whole base units and as people say it. `text`: decimal, `unit`: a code of the table."""

    size: int
    text: str
    unit: str


@dataclass(frozen=True)
class LotLine:
    """One lot of the list. `problems`: codes of what does not add up."""

    row: LotView
    uuid: str
    product: str
    came: Size
    left: Size
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Lots:
    """A page of lots in one state, how many each state has, and where the next goes on ("" at the end)."""

    state: str
    lines: tuple[LotLine, ...]
    counts: Mapping[str, int]
    next: str


@dataclass(frozen=True)
class Harvest:
    """An approved harvest of which something is left. `heads`: what the lot's op names.

    Shape:  `factor`: base units of one `unit`; `farm`: its document; `code`: what names the household here.
    """

    farm: str
    code: str
    entry: str
    day: str
    crop: str
    whole: Size
    left: Size
    base: str
    factor: int
    heads: tuple[str, ...]


@dataclass(frozen=True)
class NewLot:
    """What a new lot can be made of. `products`: (id, name); `codes`: fresh ones for the lots it makes."""

    scope: str
    harvests: tuple[Harvest, ...]
    products: tuple[tuple[str, str], ...]
    codes: tuple[str, ...]
    waiting: int


def may_make(staff: Staff) -> bool:
    """Say whether the staff member makes lots and records what happens to them."""
    return may_write(staff.role, "org", "lot", is_first=True)


def may_publish(staff: Staff) -> bool:
    """Say whether the staff member publishes and recalls lots."""
    return may_pass_guard(staff.role, "org", "lot")


def overview(staff: Staff, state: str, after: str) -> Lots:
    """Return a page of the lots in a state, the newest first; an unknown state is the first one."""
    make_current([staff.org_scope])
    wanted = state if state in states.STATES else states.OPEN
    day, _, doc = after.partition("~")
    with reading() as session:
        rows = lots.page(session, staff.org_scope, wanted, (day, doc) if doc else None, PAGE_LOTS + 1)
        names = product_names(session, staff)
        shown = tuple(line_of(row, names) for row in rows[:PAGE_LOTS])
        last = rows[PAGE_LOTS - 1] if len(rows) > PAGE_LOTS else None
        return Lots(
            wanted,
            shown,
            lots.counts(session, staff.org_scope),
            "" if last is None else f"{last.happened_on}~{last.doc}",
        )


def new_lot(staff: Staff, today: str) -> NewLot:
    """Return what a new lot can be made of. Raises: ServiceError(no_right)."""
    allow(staff, "make_lots")
    with reading() as session:
        farms = {f"farm:{one.id}": one for one in _farms(session, staff)}
    make_current([*farms, staff.org_scope])
    with reading() as session:
        taken = lots.taken(session, staff.org_scope, list(farms))
        rows = _harvest_rows(session, list(farms), today)
        found = [
            harvest
            for row in rows
            if row.state == "approved" and not row.has_conflict
            if (harvest := _harvest(session, row, farms[row.scope], taken.get((row.scope, row.doc), {})))
        ]
        products = current_products(session, staff)
        waiting = sum(row.state != "approved" for row in rows)
        return NewLot(staff.org_scope, tuple(found), products, fresh_codes(session, 1), waiting)


def fresh_codes(session: Session, count: int) -> tuple[str, ...]:
    """Return codes that no lot has, whoever's."""
    found: list[str] = []
    while len(found) < count:
        code = new_code(secrets.token_bytes(5))
        if lots.by_code(session, code) is None:
            found.append(code)
    return tuple(found)


def current_products(session: Session, staff: Staff) -> tuple[tuple[str, str], ...]:
    """Return id and name of the products that may be chosen for lots."""
    found = own_products.of_organisation(session, staff.organisation)
    return tuple((one.id, one.name_vi) for one in found if one.is_current)


def product_names(session: Session, staff: Staff) -> dict[str, str]:
    """Return the names of the organisation's products by id."""
    return {one.id: one.name_vi for one in own_products.of_organisation(session, staff.organisation)}


def line_of(row: LotView, names: Mapping[str, str]) -> LotLine:
    """Return a lot as lists show it."""
    problems = sorted({str(code) for code, _ in json.loads(row.problems)})
    return LotLine(
        row,
        ids.split_ref(row.doc)[1],
        names.get(row.product, ""),
        size_of(row.unit, row.came),
        size_of(row.unit, row.remains),
        tuple(problems),
    )


def size_of(base: str, size: int, unit: str = "") -> Size:
    """Return a size in the unit that people say, or in one of the same base."""
    code = unit or _SAID.get(base, "cai")
    factor = UNITS[code].factor or 1
    whole, rest = divmod(abs(size), factor)
    digits = f"{rest * 10**6 // factor:06}".rstrip("0")
    text = f"{whole}.{digits}" if digits else str(whole)
    return Size(size, f"-{text}" if size < 0 else text, code)


def _farms(session: Session, staff: Staff) -> list[Farm]:
    """Return the organisation's farms: a packing house learns their codes, and of a harvest what it gave."""
    query = select(Farm).where(Farm.organisation == staff.organisation).order_by(Farm.code, Farm.id)
    return list(session.scalars(query))


def harvest_forms() -> list[str]:
    """Return the forms that say that something was harvested."""
    said = {code: Record("entry:", "entry", {"form": code}) for code in codes()}
    return [code for code, record in said.items() if rules_of(record).takes is not None]


def _harvest_rows(session: Session, farms: Collection[str], today: str) -> list[EntryView]:
    query = (
        select(EntryView)
        .where(
            EntryView.scope.in_(farms),
            EntryView.form.in_(harvest_forms()),
            EntryView.is_deleted.is_(False),
            EntryView.happened_on >= add_days(today, -HARVEST_DAYS),
        )
        .order_by(EntryView.happened_on.desc(), EntryView.scope, EntryView.doc)
        .limit(HARVESTS_MAX)
    )
    return list(session.scalars(query))


def _harvest(session: Session, row: EntryView, farm: Farm, taken: Mapping[str, int]) -> Harvest | None:
    """Return a harvest as a lot may be made of it; None where nothing countable is left."""
    document = session.get_one(DocumentView, (row.scope, row.doc))
    values = members(document.values)
    said = next((one for name in quantity_of(row.form) if isinstance(one := values.get(name), dict)), None)
    measure = measure_of(said)
    if said is None or measure is None:
        return None
    left = measure.size - taken.get(measure.base, 0)
    if left <= 0:
        return None
    heads, _ = inbox.heads_of(session, row.scope, [row.doc]).get(row.doc, (set(), False))
    season = session.get(SeasonView, (row.scope, row.season)) if row.season else None
    unit = str(said["unit"])
    return Harvest(
        row.scope,
        farm.code,
        row.doc,
        row.happened_on,
        "" if season is None else season.name,
        size_of(measure.base, measure.size, unit),
        size_of(measure.base, left, unit),
        measure.base,
        UNITS[unit].factor or 1,
        tuple(sorted(heads)),
    )


def quantity_of(form: str) -> Sequence[str]:
    """Return the fields of a form that say how much was harvested, the first that is filled in counts."""
    return rules_of(Record("entry:", "entry", {"form": form})).quantity


def shown_values(row: DocumentView) -> Mapping[str, Json]:
    """Return what a document of the organisation says, private values too."""
    return {**members(row.values), **members(row.private)}


def document_of(session: Session, scope: str, doc: str) -> DocumentView:
    """Return a document. Raises: ServiceError(not_found)."""
    found = views.document(session, scope, doc)
    if found is None:
        raise ServiceError("not_found")
    return found
