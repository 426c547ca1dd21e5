"""What the city's system was told: what waits and why, what was refused, receipts.

A cooperative's manager sees his own, the commune's administrator and officer those of the commune. Nothing
here says more of the other side than it answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.city import CityDelivery
from server.services import city, tracing
from server.services.city.package import zip_of
from server.services.city_planning import key_of
from server.services.console import Staff
from server.services.console_reach import NotDone, allow, clean
from server.services.epcis import events_of_lot
from server.services.photos import PhotoStore
from server.store import city as rows
from server.store import people
from sync.civil import ms_to_date

ACT: Final = "send_to_city"
SHOWN: Final = 50  # our choice: of each state; the counts are whole
RECEIPT_CHARS_MAX: Final = 200


@dataclass(frozen=True)
class Delivery:
    """A delivery as the page shows it. `is_behind`: an earlier one of its lot is not settled.

    Shape:  `digest`: of what it holds, so that nobody reports having handed over what has changed since.
    """

    row: CityDelivery
    organisation: str
    is_behind: bool
    digest: str


@dataclass(frozen=True)
class CityPage:
    """What the page shows. Times in ms, None for never.

    Shape:  `host`: where it is sent, "" where a person takes it; `counts` and `lines` by state.
    """

    adapter: str
    host: str
    last_at: int | None
    looked_at: int | None
    counts: dict[str, int]
    lines: dict[str, list[Delivery]]
    is_of_many: bool


def city_page(staff: Staff) -> CityPage:
    """Return how it stands with the adapter that is set."""
    adapter = city.current()
    host = urlsplit(current_settings().city_url).hostname or "" if adapter.send is not None else ""
    with reading() as session:
        names = _reached(session, staff)
        scopes = sorted(names)
        counted = rows.counts(session, scopes, adapter.name)
        counts = {one: sum(n for (_, state), n in counted.items() if state == one) for one in rows.STATES}
        found = {one: rows.page(session, scopes, adapter.name, one, SHOWN) for one in rows.STATES}
        stuck = {(one.scope, one.lot) for one in found[rows.REFUSED]}
        return CityPage(
            adapter=adapter.name,
            host=host,
            last_at=rows.last_delivered(session, scopes, adapter.name),
            looked_at=rows.looked_at(session, scopes, adapter.name),
            counts=counts,
            lines={one: _lines(some, names, stuck) for one, some in found.items()},
            is_of_many=len(scopes) > 1,
        )


def package_of(staff: Staff, uuid: str, store: PhotoStore) -> tuple[str, IO[bytes]]:
    """Return a package's lot code and its ZIP, opened. Raises: ServiceError(not_found); NotDone."""
    row = _look(staff, uuid)
    traced = tracing.find(row.code)
    if row.adapter != "package" or traced is None or traced.doc != row.lot:
        raise ServiceError("not_found")
    return row.code, zip_of(row.body, traced, store)


def send_again(staff: Staff, uuid: str, now: int) -> None:
    """Let a delivery that was refused, or failed, go again now; a refused one is made anew, of its events.

    Raises: ServiceError(no_right, not_found); NotDone where it is settled.
    """
    allow(staff, ACT)
    row = _look(staff, uuid)
    body = _made_anew(row) if row.state == rows.REFUSED else row.body

    def work(session: Session) -> None:
        found = _open(session, row)
        found.body, found.state, found.job = body, rows.WAITING, ""
        found.tries, found.next_try_at, found.problem = 0, now, ""

    run_write(work)


def leave(staff: Staff, uuid: str, now: int) -> None:
    """Send a delivery no more, so that the later ones of its lot go on. Raises: as `send_again`."""
    allow(staff, ACT)
    row = _look(staff, uuid)
    run_write(partial(_settle, row=row, state=rows.LEFT, staff=staff, now=now))


def hand_over(staff: Staff, uuid: str, digest: str, day: str, receipt: str, now: int) -> None:
    """Note that a person took a package to the city's system, when, and what he got for it.

    Raises: ServiceError(no_right, not_found); NotDone where there is no day, or the package changed since.
    """
    allow(staff, ACT)
    row = _look(staff, uuid)
    if row.adapter != "package":
        raise ServiceError("not_found")
    if not day or day > ms_to_date(now):
        raise NotDone("not_city_day")
    if digest != _digest(row):
        raise NotDone("not_city_changed")

    def work(session: Session) -> None:
        found = _settle(session, row, rows.DELIVERED, staff, now)
        found.handed_on, found.receipt = day, clean(receipt, RECEIPT_CHARS_MAX)

    run_write(work)


def _reached(session: Session, staff: Staff) -> dict[str, str]:
    """Return the organisations whose deliveries a staff member sees, by scope, with their names."""
    is_commune = staff.may_see("commune")
    return {
        f"org:{one.id}": one.name
        for one in people.organisations(session)
        if one.id == staff.organisation or (is_commune and one.parent == staff.organisation)
    }


def _look(staff: Staff, uuid: str) -> CityDelivery:
    with reading() as session:
        found = rows.look(session, sorted(_reached(session, staff)), uuid)
    if found is None:
        raise ServiceError("not_found")
    return found


def _open(session: Session, row: CityDelivery) -> CityDelivery:
    """Return a delivery as it is now, locked. Raises: NotDone where it is settled or was made anew."""
    found = rows.find(session, row.scope, row.id)
    if found is None or found.state not in rows.UNSETTLED or found.body != row.body:
        raise NotDone("not_city_settled")
    return found


def _settle(session: Session, row: CityDelivery, state: str, staff: Staff, now: int) -> CityDelivery:
    found = _open(session, row)
    found.state, found.settled_at, found.settled_by = state, now, staff.membership
    return found


def _made_anew(row: CityDelivery) -> str:
    """Return a delivery's events as they are told today: what was wrong may have been mended."""
    traced = tracing.find(row.code)
    if traced is None or traced.doc != row.lot:
        return row.body
    with reading() as session:
        keys = rows.keys_of(session, row)
    events = [one for one in events_of_lot(traced, current_settings().public_url) if key_of(one) in keys]
    return city.current().body(traced, events) if events else row.body


def _lines(
    found: Sequence[CityDelivery], names: dict[str, str], stuck: Collection[tuple[str, str]]
) -> list[Delivery]:
    seen = set(stuck)
    lines = []
    for row in found:
        lot = (row.scope, row.lot)
        lines.append(Delivery(row, names[row.scope], row.state == rows.WAITING and lot in seen, _digest(row)))
        seen.add(lot)
    return lines


def _digest(row: CityDelivery) -> str:
    return hashlib.sha256(row.body.encode()).hexdigest()[:16]
