"""Where the commune's villages lie: so coarse that it tells no household's place (hundredths of a degree).

A lot's page shows its village on the commune's map by this, and by nothing else: positions of plots are
private. Source: traceability.md §7.7; security.md §8 "GPS".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Organisation, Village
from server.services.console import Staff
from server.services.console_reach import NotDone, allow

LAT: Final = (800, 2400)  # Vietnam, in hundredths of a degree
LNG: Final = (10200, 11000)


@dataclass(frozen=True)
class VillagePlace:
    """A village. `near`: (lat, lng) in hundredths of a degree, None where nobody said."""

    id: str
    name: str
    near: tuple[int, int] | None


def villages_of(staff: Staff) -> list[VillagePlace]:
    """Return the villages of the staff's commune, by name."""
    with reading() as session:
        return [_place(one) for one in _rows(session, staff)]


def village_of(staff: Staff, village: str) -> VillagePlace:
    """Return one of them. Raises: ServiceError(not_found)."""
    with reading() as session:
        return _place(_find(session, staff, village))


def place_village(staff: Staff, village: str, near: tuple[int, int] | None) -> None:
    """Say where a village lies. Raises: ServiceError(no_right, not_found); NotDone(not_village_place)."""
    allow(staff, "place_villages")
    if near is None or not LAT[0] <= near[0] <= LAT[1] or not LNG[0] <= near[1] <= LNG[1]:
        raise NotDone("not_village_place")

    def work(session: Session) -> None:
        row = _find(session, staff, village)
        row.near_lat, row.near_lng = near

    run_write(work)


def _rows(session: Session, staff: Staff) -> list[Village]:
    """Return the villages of the commune to which the staff's organisation belongs."""
    own = session.get_one(Organisation, staff.organisation)
    commune = own.parent or own.id
    return list(session.scalars(select(Village).where(Village.commune == commune).order_by(Village.name)))


def _find(session: Session, staff: Staff, village: str) -> Village:
    found = next((one for one in _rows(session, staff) if one.id == village), None)
    if found is None:
        raise ServiceError("not_found")
    return found


def _place(row: Village) -> VillagePlace:
    is_known = row.near_lat is not None and row.near_lng is not None
    near = (row.near_lat or 0, row.near_lng or 0) if is_known else None
    return VillagePlace(row.id, row.name, near)
