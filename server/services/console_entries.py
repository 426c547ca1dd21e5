"""The list of merged entries that the cooperative's pages show, newest first, and what narrows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.views import DocumentView, EntryView
from server.services.console import FarmName, Staff, Who, names_of
from server.services.console_lookups import Names, Photo, list_of, lookups, members, photos_of
from server.services.viewing import make_current
from server.store import people, views
from server.store.views import EntryFilter
from sync import ids
from sync.civil import is_civil_date
from sync.values import Json

PAGE_ENTRIES = 30  # our choice: with photos, a page of some 300 KB


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to. An empty text does not narrow; ids that fit nothing give an empty list.

    Shape:  `farm`, `season`, `plot`: uuids; `form`: a code; `first_day`, `last_day`: civil dates, included.
    """

    farm: str = ""
    season: str = ""
    plot: str = ""
    form: str = ""
    first_day: str = ""
    last_day: str = ""
    conflicts: bool = False
    deleted: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Return whether anything narrows the list."""
        return self != Wanted()


@dataclass(frozen=True)
class Line:
    """One entry of the list with what its row shows. Times in ms."""

    farm: FarmName
    doc: str
    form: str
    happened_on: str
    season: str
    plots: tuple[str, ...]
    values: Mapping[str, Json]
    conflicts: tuple[str, ...]
    is_deleted: bool
    photos: tuple[Photo, ...]
    who: Who | None
    recorded_at: int
    received_at: int
    changed_at: int

    @property
    def uuid(self) -> str:
        """Return the uuid of the entry."""
        return ids.split_ref(self.doc)[1]


@dataclass(frozen=True)
class EntryList:
    """One page: its lines, where the next one goes on (None at the end), and the names behind its ids."""

    lines: tuple[Line, ...]
    next: str | None
    names: Names


@dataclass(frozen=True)
class Choices:
    """What may narrow the list: forms that occur; (uuid, name) of the chosen farm's seasons and plots."""

    forms: tuple[str, ...]
    seasons: tuple[tuple[str, str], ...]
    plots: tuple[tuple[str, str], ...]


def entry_list(staff: Staff, wanted: Wanted, after: str | None) -> EntryList:
    """Return a page of entries of the staff's farms.

    Raises: ServiceError(not_found) for a farm that is not one of them.
    """
    scopes = _scopes(staff, wanted)
    make_current(scopes)
    with reading() as session:
        rows, place = views.entries(session, scopes, _filter(wanted), after, PAGE_ENTRIES)
        names = lookups(session, {row.scope for row in rows})
        return EntryList(tuple(lines_of(session, staff, rows, names)), place, names)


def choices(staff: Staff, wanted: Wanted) -> Choices:
    """Return what the list may be narrowed by."""
    scopes = _scopes(staff, wanted)
    with reading() as session:
        forms = session.scalars(select(EntryView.form).where(EntryView.scope.in_(scopes)).distinct())
        one = scopes if wanted.farm else []
        seasons = [
            (ids.split_ref(row.doc)[1], row.name)
            for row in views.seasons_of(session, one)
            if not row.is_deleted
        ]
        plots = [
            (ids.split_ref(row.doc)[1], row.name)
            for row in views.plots_of(session, one)
            if not row.is_deleted
        ]
        return Choices(tuple(sorted(form for form in forms if form)), tuple(seasons), tuple(plots))


def _scopes(staff: Staff, wanted: Wanted) -> list[str]:
    return [staff.farm(wanted.farm).scope] if wanted.farm else list(staff.farms)


def _filter(wanted: Wanted) -> EntryFilter:
    return EntryFilter(
        season=f"season:{wanted.season}" if wanted.season else None,
        plot=f"plot:{wanted.plot}" if wanted.plot else None,
        form=wanted.form or None,
        first_day=wanted.first_day if is_civil_date(wanted.first_day) else None,
        last_day=wanted.last_day if is_civil_date(wanted.last_day) else None,
        has_conflict=True if wanted.conflicts else None,
        is_deleted=None if wanted.deleted else False,
    )


def lines_of(session: Session, staff: Staff, rows: Sequence[EntryView], names: Names) -> list[Line]:
    """Return entries as their lists show them, in the order given."""
    by_scope: dict[str, list[str]] = {}
    for row in rows:
        by_scope.setdefault(row.scope, []).append(row.doc)
    documents: dict[tuple[str, str], DocumentView] = {}
    photos: dict[tuple[str, str], tuple[Photo, ...]] = {}
    plots: dict[tuple[str, str], list[str]] = {}
    for scope, docs in by_scope.items():
        query = select(DocumentView).where(DocumentView.scope == scope, DocumentView.doc.in_(docs))
        documents |= {(scope, one.doc): one for one in session.scalars(query)}
        photos |= {(scope, doc): found for doc, found in photos_of(session, scope, docs).items()}
        plots |= {(scope, doc): found for doc, found in views.plots_of_entries(session, scope, docs).items()}
    who = names_of(session, staff, (row.by for row in rows))
    gone = people.erased_among(session, {row.by for row in rows})
    lines = []
    for row in rows:
        key = (row.scope, row.doc)
        said = documents[key]
        lines.append(
            Line(
                farm=staff.farms[row.scope],
                doc=row.doc,
                form=row.form,
                happened_on=row.happened_on,
                season=names.of(row.scope, row.season),
                plots=tuple(name for plot in plots.get(key, ()) if (name := names.of(row.scope, plot))),
                values={**({} if row.by in gone else members(said.private)), **members(said.values)},
                conflicts=tuple(str(name) for name in list_of(said.conflicts)),
                is_deleted=row.is_deleted,
                photos=photos.get(key, ()),
                who=who.get(row.by),
                recorded_at=row.recorded_at,
                received_at=row.received_at,
                changed_at=said.changed_at,
            )
        )
    return lines
