"""How many uploads a device may begin in a day, and how much room the photos of one organisation may take.

Photos count as announced, finished or not; what is made of them (two smaller pictures) comes on top. Text is
never bound by this: an entry whose photo must wait is sent all the same.
Source: security.md §7.4 "quotas"; faults.md 93, ODK and CHT operators' wish for storage per cooperative.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.config import current_settings
from server.errors import ServiceError
from server.store import devices, people
from server.store import photos as rows
from sync import ids

DAY_MS = 86_400_000
MEGABYTE = 1_000_000


def check(session: Session, scope: str, device: str, length: int, per_day: int, now: int) -> None:
    """Refuse a new upload above a quota.

    Raises: ServiceError: quota for the device's day; storage_full where the organisation's room is used up.
    """
    if rows.count_begun(session, device, now - DAY_MS) >= per_day:
        raise ServiceError("quota", retry_after=3600)
    room = current_settings().photo_mb_per_organisation * MEGABYTE
    if rows.bytes_of(session, _scopes_beside(session, scope)) + length > room:
        raise ServiceError("storage_full", "Hợp tác xã đã dùng hết chỗ lưu ảnh.", retry_after=3600)


def _scopes_beside(session: Session, scope: str) -> list[str]:
    """Return the scopes that share their room with this one: all of its organisation."""
    kind, uuid = ids.split_ref(scope)
    organisation = uuid if kind == "org" else devices.farm_organisation(session, uuid)
    if organisation is None:
        return [scope]
    farms = [farm.id for farm in people.farms_of(session, organisation)]
    return [f"org:{organisation}", *(f"farm:{farm}" for farm in farms), *(f"sensor:{farm}" for farm in farms)]
