"""Farms, persons and plots from a table: a dry run that says line by line what would happen, then the rows.

One line is a household with at most one person and one plot; further lines of its code or name add to it.
What is there already is left as it is, so that the same file again adds only what is missing. Plots and books
are ops: the result names them, and the browser signs them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.people import Farm, Membership, Person
from server.services.console import Staff
from server.services.console_reach import (
    ADDRESS_CHARS_MAX,
    CODE_CHARS_MAX,
    NotDone,
    allow,
    clean,
    fold,
    named,
    organisation_of,
    phone_of,
    plain_phone,
    write_rows,
)
from server.services.setup import add_membership, new_id
from server.services.viewing import make_current
from server.store import people, views
from server.store.tables import BadTable, read_table
from sync.rights import HOUSEHOLD, ROLES, may_write
from sync.units import UnitError, to_base

HEAD_ROWS = 10  # our choice: a title and notes may stand above the head
COLUMNS = ("code", "farm", "village", "address", "person", "role", "phone", "plot", "area", "unit")
HEADS = {
    "code": ("Mã hộ", "Farm code"),
    "farm": ("Tên hộ", "Farm"),
    "village": ("Thôn", "Village"),
    "address": ("Địa chỉ", "Address"),
    "person": ("Họ và tên", "Name"),
    "role": ("Vai trò", "Role"),
    "phone": ("Số điện thoại", "Phone number"),
    "plot": ("Thửa, ao, chuồng", "Plot"),
    "area": ("Diện tích", "Area"),
    "unit": ("Đơn vị", "Unit"),
}
_AT_HOME: list[str] = [role for role in ROLES if role in HOUSEHOLD]
ROLE_NAMES = dict(zip(_AT_HOME, (("chủ hộ", "head"), ("người nhà", "household")), strict=True))
UNITS = {
    "sao": "sao",
    "m2": "m2",
    "m²": "m2",
    "met vuong": "m2",
    "thuoc": "thuoc",
    "mau": "mau",
    "ha": "ha",
    "hecta": "ha",
}


@dataclass
class Line:
    """One line of the table: what it would do, or what is wrong with it.

    Shape:  `does`: word keys of `import_…`; `wrong`: key and values of a sentence, None where it can be done.
    """

    number: int
    cells: dict[str, str]
    does: list[str] = field(default_factory=list)
    wrong: tuple[str, dict[str, object]] | None = None


@dataclass(frozen=True)
class Plan:
    """A dry run. `text`: the lines as the confirmation sends them back."""

    lines: tuple[Line, ...]
    farms: int
    persons: int
    plots: int
    bad: int
    text: str


@dataclass(frozen=True)
class NewOp:
    """An op that the browser signs for a farm: a plot, or the farm's first book."""

    scope: str
    type: str
    fields: dict[str, object]


@dataclass(frozen=True)
class Imported:
    """What was added."""

    farms: int
    persons: int
    ops: tuple[NewOp, ...]


def plan_file(staff: Staff, data: bytes) -> Plan:
    """Return what a file would do; nothing is changed. Raises: ServiceError(no_right); NotDone."""
    allow(staff, "import_rows")
    try:
        rows = read_table(data)
    except BadTable as error:
        raise NotDone(f"not_table_{error.slug}") from error
    return _plan(staff, _cells(rows))


def plan_text(staff: Staff, text: str) -> Plan:
    """Return what the lines of a dry run would do now. Raises: ServiceError(no_right); NotDone."""
    allow(staff, "import_rows")
    return _plan(staff, _parse(text))


def carry_out(staff: Staff, text: str) -> Imported:
    """Add what the lines of a dry run say, the bad ones left out, in one transaction.

    Raises: ServiceError(no_right); NotDone.
    """
    allow(staff, "import_rows")
    cells = _parse(text)
    made = write_rows(lambda session: _Import(session, staff, is_real=True).run(cells))
    return Imported(made.farms, made.persons, tuple(made.ops))


def _plan(staff: Staff, cells: Sequence[tuple[int, dict[str, str]]]) -> Plan:
    make_current(list(staff.farms))  # plots of the same name are known by the views
    with reading() as session:
        done = _Import(session, staff, is_real=False).run(cells)
    text = json.dumps([[number, row] for number, row in cells], ensure_ascii=False, separators=(",", ":"))
    bad = sum(one.wrong is not None for one in done.lines)
    plots = sum(one.type == "plot" for one in done.ops)
    return Plan(tuple(done.lines), done.farms, done.persons, plots, bad, text)


def _parse(text: str) -> list[tuple[int, dict[str, str]]]:
    """Return the lines that a confirmation brings back; they are judged again like those of a file."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ServiceError("not_found") from error  # no page of ours wrote it
    found = []
    for row in rows if isinstance(rows, list) else ():
        number, cells = row if isinstance(row, list) and len(row) == 2 else (0, None)
        if not isinstance(number, int) or not isinstance(cells, dict):
            raise ServiceError("not_found")
        found.append((number, {name: str(cells[name]) for name in COLUMNS if name in cells}))
    return found


def _cells(rows: Sequence[Sequence[str]]) -> list[tuple[int, dict[str, str]]]:
    """Return the lines below the head by column name. Raises: NotDone where the head has no farms' names."""
    names = {fold(head): name for name, heads in HEADS.items() for head in heads}
    heads = [
        {place: names[fold(cell)] for place, cell in enumerate(row) if fold(cell) in names}
        for row in rows[:HEAD_ROWS]
    ]
    first = next((at for at, one in enumerate(heads) if {"farm", "code"} & set(one.values())), None)
    if first is None:
        raise NotDone("not_head")
    places, found = heads[first], []
    for number, row in enumerate(rows[first + 1 :], first + 2):
        cells = {places[place]: cell for place, cell in enumerate(row) if place in places and cell}
        if cells:
            found.append((number, cells))
    if not found:
        raise NotDone("not_lines")
    return found


class _Import:
    """One run over the lines, real or dry: the same decisions, written to the session only where real."""

    def __init__(self, session: Session, staff: Staff, *, is_real: bool) -> None:
        self.session, self.staff, self.is_real, self.now = session, staff, is_real, now_ms()
        self.place = organisation_of(session, staff, "")
        self.lines: list[Line] = []
        self.ops: list[NewOp] = []
        self.farms = self.persons = 0
        self.villages = {fold(one.name): one.id for one in people.villages(session)}
        rows = people.farms_of(session, self.place.id)
        self.by_code = {fold(one.code): one.id for one in rows}
        self.by_name: dict[str, list[str]] = {}
        for one in rows:
            self.by_name.setdefault(fold(one.name), []).append(one.id)
        self.known = _persons_of(session, [one.id for one in rows])
        self.plots = _plots_of(session, [one.id for one in rows])
        self.new: set[str] = set()

    def run(self, cells: Iterable[tuple[int, dict[str, str]]]) -> _Import:
        """Go through the lines in their order."""
        for number, row in cells:
            line = Line(number, row)
            self.lines.append(line)
            try:
                self._line(line, row)
            except NotDone as error:
                line.wrong = (error.key, error.values)
                line.does.clear()
        return self

    def _line(self, line: Line, row: dict[str, str]) -> None:
        village = self._village(row.get("village", ""))
        person, phone = row.get("person", ""), phone_of(_phone(row.get("phone", "")))
        role = _role(row.get("role", ""))
        area = _area(row.get("area", ""), row.get("unit", "")) if row.get("plot") else None
        if (phone or row.get("role")) and not person:
            raise NotDone("not_person_named")
        if person:
            named(person)
        if row.get("plot") and not may_write(self.staff.role, "farm", "plot", is_first=True):
            raise NotDone("not_plot_here")
        farm = self._farm(line, row, village)
        if person:
            self._person(line, farm, named(person), phone, role, village)
        if row.get("plot"):
            self._plot(line, farm, named(row["plot"]), area)

    def _farm(self, line: Line, row: dict[str, str], village: str | None) -> str:
        code, name = clean(row.get("code", ""), CODE_CHARS_MAX), row.get("farm", "")
        if code and fold(code) in self.by_code:
            line.does.append("import_farm_known")
            return self.by_code[fold(code)]
        if not code:
            same = self.by_name.get(fold(name), []) if name else []
            if len(same) > 1:
                raise NotDone("not_one_farm")
            if same:
                line.does.append("import_farm_known")
                return same[0]
        wanted = named(name)
        address = clean(row.get("address", ""), ADDRESS_CHARS_MAX) or None
        line.does.append("import_farm_new")
        self.farms += 1
        made = new_id(self.now)
        if self.is_real:
            farm = Farm(
                id=made, organisation=self.place.id, village=village, name=wanted, address=address,
                code=code or people.next_farm_code(self.session, self.place.id), created_at=self.now,
            )  # fmt: skip
            self.session.add(farm)
            self.session.flush()
        if code:
            self.by_code[fold(code)] = made
        self.by_name.setdefault(fold(wanted), []).append(made)
        self.new.add(made)
        if may_write(self.staff.role, "farm", "book", is_first=True):
            self.ops.append(NewOp(f"farm:{made}", "book", {"organisation": self.place.id}))
        return made

    def _person(
        self, line: Line, farm: str, name: str, phone: str | None, role: str, village: str | None
    ) -> None:
        here = self.known.setdefault(farm, set())
        if fold(name) in here or (phone and plain_phone(phone) in here):
            line.does.append("import_person_known")
            return
        here |= {fold(name)} | ({plain_phone(phone)} if phone else set())
        line.does.append("import_person_new")
        self.persons += 1
        if self.is_real:
            made = Person(
                id=new_id(self.now), organisation=self.place.id, name=name, phone=phone, village=village,
                created_at=self.now,
            )  # fmt: skip
            self.session.add(made)
            self.session.flush()
            add_membership(self.session, made.id, self.place.id, farm, role, self.now)

    def _plot(self, line: Line, farm: str, name: str, area: dict[str, str] | None) -> None:
        here = self.plots.setdefault(farm, set())
        if fold(name) in here:
            line.does.append("import_plot_known")
            return
        here.add(fold(name))
        line.does.append("import_plot_new")
        fields: dict[str, object] = {"kind": _kind(name), "name": name}
        self.ops.append(NewOp(f"farm:{farm}", "plot", fields | ({} if area is None else {"area": area})))

    def _village(self, text: str) -> str | None:
        if not text:
            return None
        found = self.villages.get(fold(text)) or self.villages.get(fold(f"Thôn {text}"))
        if found is None:
            raise NotDone("not_village_named", name=text[:60])
        return found


def _persons_of(session: Session, farms: Sequence[str]) -> dict[str, set[str]]:
    """Return what the people of each farm are known by: folded names and plain numbers."""
    query = (
        select(Membership.farm, Person.name, Person.phone)
        .join(Person, Person.id == Membership.person)
        .where(Membership.farm.in_(farms))
    )
    found: dict[str, set[str]] = {}
    for farm, name, phone in session.execute(query):
        found.setdefault(str(farm), set()).update({fold(name), plain_phone(phone)} - {""})
    return found


def _plots_of(session: Session, farms: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in views.plots_of(session, [f"farm:{farm}" for farm in farms]):
        if not one.is_deleted:
            found.setdefault(one.scope.removeprefix("farm:"), set()).add(fold(one.name))
    return found


def _phone(text: str) -> str:
    """Return a number as it was meant: a spreadsheet drops the leading 0 of what it takes for a number."""
    return f"0{text}" if len(text) == 9 and text.isascii() and text.isdigit() else text


def _role(text: str) -> str:
    if not text:
        return _AT_HOME[0]
    wanted = fold(text)
    found = next((role for role, names in ROLE_NAMES.items() if wanted in {role, *map(fold, names)}), "")
    if not found:
        raise NotDone("not_role_named", name=text[:60])
    return found


def _area(amount: str, unit: str) -> dict[str, str] | None:
    if not amount:
        return None
    plain = amount.replace(" ", "").replace(",", ".")
    code = UNITS.get(fold(unit)) if unit else "sao"
    if code is None:
        raise NotDone("not_unit_named", name=unit[:60])
    try:
        base = to_base(plain, code)
    except UnitError as error:
        raise NotDone("not_area", name=amount[:60]) from error
    if base <= 0:
        raise NotDone("not_area", name=amount[:60])
    return {"amount": plain, "unit": code}


def _kind(name: str) -> str:
    """Return what a plot of this name is: a pond or a pen says so itself, else it is a field."""
    first = fold(name).split(" ")[0]
    return {"ao": "pond", "dam": "pond", "chuong": "pen", "trai": "pen", "vuon": "garden"}.get(first, "field")
