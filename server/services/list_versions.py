"""A list is brought in: a dry run that is kept beside the lists, then taken or thrown away; versions stay.

Nothing counts before it is taken. A new whole list ends the one before it on the day before its own first;
what was taken once is only ever dropped, with its rows kept, so that it can be seen what counted when.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.lists import ListVersion
from server.services.console import Staff
from server.services.console_reach import NAME_CHARS_MAX, NotDone, allow, clean, write_rows
from server.services.list_files import read_lines
from server.services.list_rows import Reading, parse_day, read_rows
from server.services.setup import new_id
from server.store import lists
from server.store.lists import DRAFT, DROPPED, LABEL, TAKEN
from sync.civil import add_days

KINDS = lists.KINDS
MARKS = ("V", "V2", "R")
PAGE_ROWS = 50
WHOLE = ("pesticide", "veterinary", "fertiliser", lists.BANNED)


@dataclass(frozen=True)
class About:
    """What a person says of a file: which list it is, by what it holds, since when, how well checked."""

    kind: str
    title: str
    mark: str
    valid_from: str
    is_whole: bool


@dataclass(frozen=True)
class Change:
    """What a dry run would change against the list of its kind in force, in products or ingredients."""

    new: int
    changed: int
    same: int
    gone: int


@dataclass(frozen=True)
class Version:
    """A version with what its page shows. `rows`: one page of (line, plain name, data)."""

    row: ListVersion
    report: Mapping[str, Any]
    rows: tuple[tuple[int, str, Mapping[str, Any]], ...]
    change: Change | None
    next: int | None
    is_own: bool


def about_of(kind: str, title: str, mark: str, day: str, *, is_whole: bool) -> About:
    """Return what a form says of a file. Raises: NotDone."""
    if kind not in lists.KINDS or mark not in MARKS:
        raise ServiceError("not_found")  # no page of ours wrote it
    since = parse_day(day)
    name = clean(title, NAME_CHARS_MAX)
    if not name:
        raise NotDone("not_list_title")
    if not since:
        raise NotDone("not_list_since")
    return About(kind, name, mark, since, is_whole and kind in WHOLE)


def try_list(staff: Staff, data: bytes, about: About) -> str:
    """Keep a dry run of a file, in place of an earlier one of the organisation; return its id.

    Raises: ServiceError(no_right); NotDone for a file of which nothing can be read.
    """
    allow(staff, "import_lists")
    found = read_rows(about.kind, read_lines(data))
    now = now_ms()

    def work(session: Session) -> str:
        for old in lists.versions(session, [staff.organisation], DRAFT):
            lists.drop_rows(session, old.id)
        return add_version(session, staff.organisation, about, found, now, staff.membership).id

    return write_rows(work)


def add_version(
    session: Session, organisation: str, about: About, found: Reading, now: int, by: str | None
) -> ListVersion:
    """Add a version as a draft, with its rows."""
    version = ListVersion(
        id=new_id(now), organisation=organisation, kind=about.kind, title=about.title, mark=about.mark,
        valid_from=about.valid_from, valid_to="", is_whole=about.is_whole, state=DRAFT,
        rows=len(found.rows), uses=found.uses, made_by=by, made_at=now,
        report=json.dumps(found.as_data(), ensure_ascii=False, separators=(",", ":")),
    )  # fmt: skip
    session.add(version)
    session.flush()
    lists.add_rows(session, version.id, [(one.line, one.plain, one.data) for one in found.rows])
    return version


def take_list(staff: Staff, version: str) -> None:
    """Let a dry run count. Raises: ServiceError(no_right, not_found); NotDone for one without rows."""
    allow(staff, "import_lists")

    def work(session: Session) -> None:
        draft = _own(session, staff, version)
        if draft.state != DRAFT:
            return  # pressed twice
        if draft.rows == 0:
            raise NotDone("not_list_rows_none")
        settle(session, draft, now_ms(), staff.membership)

    write_rows(work)


def settle(session: Session, draft: ListVersion, now: int, by: str | None) -> None:
    """Let a draft count, and end the whole list of its kind that it follows."""
    if draft.is_whole:
        for old in lists.versions(session, [draft.organisation], TAKEN):
            if old.kind != draft.kind or not old.is_whole or old.valid_from > draft.valid_from:
                continue
            if old.valid_from == draft.valid_from:
                old.state, old.settled_by, old.settled_at = DROPPED, by, now  # the same list, read anew
            elif not old.valid_to or old.valid_to >= draft.valid_from:
                old.valid_to = add_days(draft.valid_from, -1)
        later = [
            one.valid_from
            for one in lists.versions(session, [draft.organisation], TAKEN)
            if one.kind == draft.kind and one.is_whole and one.valid_from > draft.valid_from
        ]
        draft.valid_to = add_days(min(later), -1) if later else ""
    draft.state, draft.settled_by, draft.settled_at = TAKEN, by, now
    lists.forget_texts(session)


def drop_list(staff: Staff, version: str) -> None:
    """Throw a dry run away, or let a version count no more; that one stays to be seen.

    Raises: ServiceError(no_right, not_found).
    """
    allow(staff, "import_lists")

    def work(session: Session) -> None:
        found = _own(session, staff, version)
        if found.state == DRAFT:
            lists.drop_rows(session, found.id)
        elif found.state == TAKEN:
            found.state, found.settled_by, found.settled_at = DROPPED, staff.membership, now_ms()
            lists.forget_texts(session)

    write_rows(work)


def version_page(staff: Staff, version: str, first: int) -> Version:
    """Return a version: one's own, or one of the commune that was ever taken.

    Raises: ServiceError(not_found).
    """
    with reading() as session:
        found = _seen(session, staff, version)
        rows = lists.rows_of(session, found.id, first, PAGE_ROWS + 1)
        change = _change(session, found) if found.state == DRAFT else None
    shown = tuple((one.line, one.plain, lists.row_data(one.data)) for one in rows[:PAGE_ROWS])
    is_more = len(rows) > PAGE_ROWS
    is_own = found.organisation == staff.organisation and staff.may_act("import_lists")
    return Version(
        found, json.loads(found.report), shown, change, first + PAGE_ROWS if is_more else None, is_own
    )


def whole_version(staff: Staff, version: str) -> tuple[ListVersion, list[Mapping[str, Any]]]:
    """Return a version with all its rows, to be taken away as a file. Raises: ServiceError(not_found)."""
    with reading() as session:
        found = _seen(session, staff, version)
        return found, [lists.row_data(one.data) for one in lists.rows_of(session, found.id)]


def _own(session: Session, staff: Staff, version: str) -> ListVersion:
    query = select(ListVersion).where(
        ListVersion.id == version, ListVersion.organisation == staff.organisation
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        raise ServiceError("not_found")
    return found


def _seen(session: Session, staff: Staff, version: str) -> ListVersion:
    found = session.get(ListVersion, version)
    if found is None or found.organisation not in lists.organisations_for(session, staff.organisation):
        raise ServiceError("not_found")
    if found.state == DRAFT and (
        found.organisation != staff.organisation or not staff.may_act("import_lists")
    ):
        raise ServiceError("not_found")
    return found


def _change(session: Session, draft: ListVersion) -> Change:
    """Compare with the newest version of the same kind that counts."""
    taken = lists.versions(session, [draft.organisation], TAKEN)
    before = next((one for one in taken if one.kind == draft.kind and one.is_whole == draft.is_whole), None)
    old = {} if before is None else {one.plain: one.data for one in lists.rows_of(session, before.id)}
    new = {one.plain: one.data for one in lists.rows_of(session, draft.id)}
    same = sum(old.get(name) == data for name, data in new.items())
    known = len(new.keys() & old.keys())
    gone = len(old) - known if draft.kind != LABEL and draft.is_whole else 0
    return Change(len(new) - known, known - same, same, gone)
