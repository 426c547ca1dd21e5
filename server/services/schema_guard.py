"""Whether the database has the schema that this version of the server knows, and who must stop where not.

Serving processes do not start on another schema, and commands that work with rows refuse; what mends it
(`db`, `upgrade`, `restore`, `doctor`, `verify`) runs. A database without any migration is empty, and neither.
Source: faults.md §10 "Migrations"; DESIGN §4 "Databases".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.config import command
from server.db import reading
from server.store import half_restored, people
from server.store.schema import is_known, newest_revision, revision_of

State = Literal["fits", "older", "newer", "none"]


class WrongSchema(Exception):
    """The database has another schema than this version works with; the message says what to run."""


class HalfRestored(WrongSchema):
    """A restore was cut off: rows are here, and not all that belongs to them."""


class NewerSchema(WrongSchema):
    """A newer version of the server migrated the database; this one must not write into it."""


class OlderSchema(WrongSchema):
    """The database waits for migrations that this version has."""


@dataclass(frozen=True)
class Schema:
    """How the database stands to this version: its own migration and the newest one known here."""

    state: State
    here: str | None
    newest: str


def look() -> Schema:
    """Return how the database stands to this version. Raises: DatabaseTrouble."""
    with reading() as session:
        here = revision_of(session.connection())
    newest = str(newest_revision())
    if here is None:
        return Schema("none", here, newest)
    if here == newest:
        return Schema("fits", here, newest)
    return Schema("older" if is_known(here) else "newer", here, newest)


def check() -> None:
    """Refuse to work with rows of another schema, or of none. Raises: WrongSchema, DatabaseTrouble."""
    found = look()
    refuse(found)
    with reading() as session:
        if found.state == "none" and not people.has_tables(session):
            raise OlderSchema(
                f"Cơ sở dữ liệu còn trống: chạy {command('upgrade')} "
                f"/ The database is empty: run {command('upgrade')}"
            )


def check_whole() -> None:
    """Refuse to work with half of a restored database. Raises: HalfRestored, DatabaseTrouble."""
    with reading() as session:
        if half_restored.is_so(session):
            raise HalfRestored(
                f"Lần phục hồi trước bị ngắt giữa chừng: chạy lại {command('restore TỆP')} / the last "
                f"restore was cut off: run {command('restore FILE')} again, it begins anew"
            )


def refuse(found: Schema) -> None:
    """Raise what stands in the way, where something does. Raises: NewerSchema, OlderSchema."""
    if found.state == "newer":
        raise NewerSchema(
            f"Cơ sở dữ liệu ở bản {found.here}, mới hơn chương trình này ({found.newest}): hãy cập nhật "
            f"chương trình. / The database is at {found.here}, newer than this program ({found.newest}): "
            "update the program, or restore a backup of before."
        )
    if found.state == "older":
        raise OlderSchema(
            f"Cơ sở dữ liệu ở bản {found.here}, chương trình cần {found.newest}: chạy "
            f"{command('upgrade')} / The database is at {found.here}, this program needs {found.newest}: "
            f"run {command('upgrade')}"
        )
