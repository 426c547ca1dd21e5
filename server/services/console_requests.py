"""What was asked from the field, before whoever decides: looked at for duplicates, settled or declined."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Farm, Membership, Person, Request, Village
from server.services import console_people, settling
from server.services.console import Staff
from server.services.console_people import PersonLine
from server.services.console_reach import NotDone, allow, clean, fold, person_of
from server.services.console_roles import Similar
from server.store import people
from sync.rights import may_settle

PAGE_ROWS = 30
REASON_CHARS_MAX = 300


@dataclass(frozen=True)
class Asked:
    """One request. `facts`: word key and text of what it says; `needs`: requests that are settled with it.

    Shape:  `like`: persons who may be the one asked for; `like_farms`: farms of the same name, likewise.
    """

    id: str
    kind: str
    organisation: str
    who: str
    who_role: str
    made_at: int
    received_at: int
    facts: tuple[tuple[str, str], ...]
    until: int | None
    needs: tuple[str, ...]
    like: tuple[PersonLine, ...]
    like_farms: tuple[str, ...]


@dataclass(frozen=True)
class AskedList:
    """A page of what waits, the oldest first."""

    asked: tuple[Asked, ...]
    total: int
    page: int
    pages: int


def asked_list(staff: Staff, page: int) -> AskedList:
    """Return the requests that this staff member may decide."""
    with reading() as session:
        rows = _rows(session, staff)
        pages = max(1, -(-len(rows) // PAGE_ROWS))
        page = min(max(1, page), pages)
        shown = rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
        waiting = {row.id: row for row in rows}
        return AskedList(tuple(_asked(session, staff, row, waiting) for row in shown), len(rows), page, pages)


def settle(staff: Staff, request: str, *, is_sure: bool = False, same_as: str = "") -> None:
    """Make the row that was asked for, and before it those that it speaks of and that wait too.

    Shape:  `same_as`: the person who is here already; the request's id then stands for that person.
    Raises: ServiceError: no_right, not_found; Similar; NotDone with the reason, it waits on then.
    """
    allow(staff, "settle_request")
    with reading() as session:
        waiting = {row.id: row for row in _rows(session, staff)}
        row = waiting.get(request)
        if row is None:
            raise ServiceError("not_found")
        order = [*_needs(row, waiting), request]
        if not is_sure and not same_as:
            for one in order:
                found = _like(session, waiting[one])
                if found:
                    raise Similar(found)
    if same_as:
        run_write(lambda session: _make_same(session, staff, request, same_as))
        return
    for one in order:
        try:
            settling.settle(one, now_ms())
        except ServiceError as error:
            raise NotDone("not_made", why=error.detail or "") from error


def decline(staff: Staff, request: str, reason: str) -> None:
    """Say no, and why: the person who asked reads it. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "settle_request")
    with reading() as session:
        if request not in {row.id for row in _rows(session, staff)}:
            raise ServiceError("not_found")
    why = clean(reason, REASON_CHARS_MAX)
    if not why:
        raise NotDone("not_reason")
    settling.decline(request, why)


def _rows(session: Session, staff: Staff) -> list[Request]:
    query = select(Request).where(Request.result == "waiting", Request.organisation.in_(staff.organisations))
    rows = session.scalars(query.order_by(Request.received_at, Request.made_at, Request.id))
    return [row for row in rows if may_settle(staff.role, row.kind)]


def _make_same(session: Session, staff: Staff, request: str, same_as: str) -> None:
    row = people.request_of(session, request)
    known = person_of(session, staff, same_as)
    if (
        row is None
        or row.result != "waiting"
        or row.kind != "person"
        or known.organisation != row.organisation
    ):
        raise ServiceError("not_found")
    if session.get(Person, row.id) is None:
        session.add(
            Person(
                id=row.id, organisation=row.organisation, name="", created_at=now_ms(), merged_into=known.id
            )
        )
    row.result, row.row, row.reason = "settled", row.id, None


def _needs(row: Request, waiting: Mapping[str, Request]) -> list[str]:
    values = _values(row)
    named = [str(values.get(name, "")) for name in ("person", "farm")]
    return [one for one in named if one in waiting and one != row.id]


def _values(row: Request) -> dict[str, object]:
    found = json.loads(row.values)
    return found if isinstance(found, dict) else {}


def _like(session: Session, row: Request) -> tuple[PersonLine, ...]:
    if row.kind != "person":
        return ()
    values = _values(row)
    phone = values.get("phone")
    return console_people.similar(
        session, row.organisation, str(values.get("name", "")), phone if isinstance(phone, str) else None
    )


def _asked(session: Session, staff: Staff, row: Request, waiting: Mapping[str, Request]) -> Asked:
    member = people.member(session, row.membership)
    values = _values(row)
    until = values.get("valid_until")
    needs = _needs(row, waiting)
    return Asked(
        id=row.id,
        kind=row.kind,
        organisation="" if member is None or len(staff.organisations) == 1 else member.organisation.name,
        who="" if member is None else member.person.name,
        who_role="" if member is None else member.membership.role,
        made_at=row.made_at,
        received_at=row.received_at,
        facts=tuple(_facts(session, row, values, waiting)),
        until=until if isinstance(until, int) else None,
        needs=tuple(waiting[one].kind for one in needs),
        like=_like(session, row),
        like_farms=tuple(_like_farms(session, row, values)),
    )


def _facts(
    session: Session, row: Request, values: Mapping[str, object], waiting: Mapping[str, Request]
) -> list[tuple[str, str]]:
    found = []
    for name, word in (("name", "name"), ("phone", "phone_number"), ("address", "address")):
        if isinstance(values.get(name), str):
            found.append((word, str(values[name])))
    village = session.get(Village, str(values.get("village", "")))
    if village is not None:
        found.append(("village", village.name))
    if "person" in values:
        found.append(("person_title", _person_named(session, str(values["person"]), waiting)))
    if "membership" in values:
        helper = session.get(Membership, str(values["membership"]))
        found.append(
            ("person_title", "" if helper is None else _person_named(session, helper.person, waiting))
        )
    if "farm" in values and row.kind != "farm":
        found.append(("farm", _farm_named(session, str(values["farm"]), waiting)))
    return [(word, text) for word, text in found if text]


def _person_named(session: Session, person: str, waiting: Mapping[str, Request]) -> str:
    known = people.standing_person(session, person)
    asked = waiting.get(person)
    return known.name if known is not None else "" if asked is None else str(_values(asked).get("name", ""))


def _farm_named(session: Session, farm: str, waiting: Mapping[str, Request]) -> str:
    known, asked = session.get(Farm, farm), waiting.get(farm)
    if known is not None:
        return f"{known.code} {known.name}"
    return "" if asked is None else str(_values(asked).get("name", ""))


def _like_farms(session: Session, row: Request, values: Mapping[str, object]) -> Sequence[str]:
    if row.kind != "farm":
        return ()
    wanted = fold(str(values.get("name", "")))
    farms = people.farms_of(session, row.organisation)
    return [f"{one.code} {one.name}" for one in farms if fold(one.name) == wanted]
