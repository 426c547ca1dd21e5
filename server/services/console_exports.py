"""Tables of an organisation for a spreadsheet: households as they can be imported again, and its people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.models.people import Farm, Membership, Person, Village
from server.services.console import Staff
from server.services.console_imports import COLUMNS, HEADS, ROLE_NAMES
from server.services.console_reach import allow, organisation_of
from server.services.viewing import make_current
from server.store import people, views
from server.store.tables import write_csv, write_sheets, write_xlsx
from sync.rights import OPERATOR, SENSOR
from sync.units import m2_to_sao

KINDS = ("households", "people", "example")
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def export(staff: Staff, kind: str, ending: str, language: int) -> bytes:
    """Return one of `KINDS` as a file of one of `TYPES`; `language`: 0 Vietnamese, 1 English heads.

    Raises: ServiceError(no_right).
    """
    allow(staff, "export_rows")
    heads = [HEADS[name][language] for name in COLUMNS]
    if kind == "households":
        make_current(list(staff.farms))
    with reading() as session:
        place = organisation_of(session, staff, "")
        if kind == "people":
            rows = [heads[4:7] + heads[2:3] + heads[:2], *_people(session, place.id)]
        elif kind == "example":
            rows = [heads, *_example(session)]
        else:
            rows = [heads, *_households(session, place.id, staff)]
    return write_csv(rows) if ending == "csv" else write_xlsx(heads[1], rows)


def sheets_file(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]], ending: str) -> bytes:
    """Return named tables as one XLSX file; as CSV, which holds one table, the last of them."""
    return write_csv(sheets[-1][1]) if ending == "csv" else write_sheets(sheets)


def _households(session: Session, organisation: str, staff: Staff) -> Iterator[list[str]]:
    """Give the lines of each farm: its people and its plots side by side."""
    now, villages = now_ms(), _villages(session)
    farms = people.farms_of(session, organisation)
    members: dict[str, list[tuple[Person, str]]] = {}
    query = select(Membership, Person).join(Person, Person.id == Membership.person)
    query = query.where(
        Membership.farm.in_([one.id for one in farms]),
        Membership.merged_into.is_(None),
        Membership.role != SENSOR,
    )
    for membership, person in session.execute(query.order_by(Membership.role.desc(), Membership.id)):
        if membership.valid_until is None or membership.valid_until > now:
            members.setdefault(str(membership.farm), []).append((person, membership.role))
    scopes = [f"farm:{one.id}" for one in farms if f"farm:{one.id}" in staff.farms]
    plots: dict[str, list[list[str]]] = {}
    for plot in views.plots_of(session, scopes):
        if not plot.is_deleted:
            area = ["", ""] if plot.area_m2 is None else [m2_to_sao(plot.area_m2).replace(".", ","), "sào"]
            plots.setdefault(plot.scope.removeprefix("farm:"), []).append([plot.name, *area])
    for farm in farms:
        lines = zip_longest(members.get(farm.id, []), plots.get(farm.id, []))
        for who, plot_cells in [*lines] or [(None, None)]:
            yield [*_farm(farm, villages), *_person(who), *(plot_cells or ["", "", ""])]


def _farm(farm: Farm, villages: dict[str, str]) -> list[str]:
    return [farm.code, farm.name, villages.get(farm.village or "", ""), farm.address or ""]


def _person(who: tuple[Person, str] | None) -> list[str]:
    if who is None:
        return ["", "", ""]
    person, role = who
    return [person.name, ROLE_NAMES.get(role, (role,))[0], person.phone or ""]


def _people(session: Session, organisation: str) -> Iterator[list[str]]:
    """Give the people of an organisation who have a role today, the staff and the households."""
    now, villages = now_ms(), _villages(session)
    mine = Membership.organisation == organisation
    for one in people.members_where(session, mine, Membership.merged_into.is_(None)):
        row = one.membership
        if row.role == OPERATOR or (row.valid_until is not None and row.valid_until <= now):
            continue
        farm = ["", ""] if one.farm is None else [one.farm.code, one.farm.name]
        role = ROLE_NAMES.get(row.role, (row.role,))[0]
        village = villages.get(one.person.village or "", "")
        yield [one.person.name, role, one.person.phone or "", village, *farm]


def _example(session: Session) -> list[list[str]]:
    """Return two lines that show how a table is filled."""
    village: Sequence[Village] = people.villages(session)
    place = village[0].name if village else ""
    return [
        [
            "",
            "Nhà ông Thành",
            place,
            "Ngõ 3",
            "Phạm Văn Thành",
            "chủ hộ",
            "0912 345 678",
            "Đồng Cửa",
            "2,5",
            "sào",
        ],
        ["", "Nhà ông Thành", place, "", "Vũ Thị Hạnh", "người nhà", "", "Ao sau nhà", "300", "m²"],
    ]


def _villages(session: Session) -> dict[str, str]:
    return {one.id: one.name for one in people.villages(session)}
