"""A season as its page shows it: its entries, its waiting time, its plots, what is open, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.views import DocumentView, EntryView, SeasonView
from server.services import dossiers, findings
from server.services.books import Book, book_for
from server.services.console import FarmName, Staff
from server.services.console_entries import Line, lines_of
from server.services.console_lookups import Names, lookups, members
from server.services.findings import Noticed
from server.services.inspections import Inspection, inspections_of, record_in
from server.store import people, views
from sync.checklists import INSPECTION
from sync.civil import add_days, is_civil_date
from sync.rules import Gap, Piece, Record, completeness, season_gaps
from sync.rules.completeness import loose_from
from sync.rules.form_rules import Produce, codes, rules_of
from sync.rules.waiting import Statement, ground, statements, waiting
from sync.values import Json

LINES_MAX: Final = 400  # our choice: more makes no picture of a season
_PRODUCE: Final[Mapping[str, Produce]] = {"crop": "crop", "livestock": "meat", "aquaculture": "fish"}


@dataclass(frozen=True)
class Ground:
    """A plot of the farm. `points`: its boundary as (lat, lng) in 10⁻⁷ degree, none where it is not known.

    `state`: of its waiting time: free, days, unknown, not_defined; `until`: first safe day, "" for none.
    """

    doc: str
    name: str
    area_m2: int | None
    points: tuple[tuple[int, int], ...]
    is_ours: bool
    state: str
    until: str


@dataclass(frozen=True)
class SeasonPage:
    """A season. `lines`: its entries with the state of each, the newest first.

    Shape:  `waits`: what its entries say of waits; `inspections`: those about it, the newest first.
    """

    farm: FarmName
    season: SeasonView
    values: Mapping[str, Json]
    lines: tuple[tuple[Line, str], ...]
    is_cut: bool
    plots: tuple[Ground, ...]
    waits: tuple[Statement, ...]
    findings: tuple[Noticed, ...]
    book: Book
    whole: Whole
    inspections: tuple[Inspection, ...]
    names: Names


@dataclass(frozen=True)
class Whole:
    """How whole the book of a season is: its pieces, and where it is silent for long."""

    pieces: tuple[Piece, ...]
    gaps: tuple[Gap, ...]


def season_page(staff: Staff, farm: str, season: str, today: str) -> SeasonPage:
    """Return a season of one of the staff's farms. Raises: ServiceError(not_found)."""
    found = dossiers.season_of(staff, farm, season)
    home = staff.farm(farm)
    book = book_for(found.sector, found.standard)
    with reading() as session:
        query = select(EntryView).where(
            EntryView.scope == home.scope, EntryView.season == found.doc, EntryView.is_deleted.is_(False)
        )
        order = (EntryView.happened_on.desc(), EntryView.recorded_at.desc(), EntryView.doc)
        rows = list(session.scalars(query.order_by(*order).limit(LINES_MAX + 1)))
        names = lookups(session, [home.scope])
        kept = rows[:LINES_MAX]
        said = session.get(DocumentView, (home.scope, found.doc))
        values = {} if said is None else members(said.values)
        ours = {str(one) for one in named} if isinstance(named := values.get("plots"), list) else set()
        records = _records(session, home.scope, found.doc)
        produce = _PRODUCE.get(found.sector, "crop")
        own = [one for one in records if one.values.get("season") == found.doc]
        return SeasonPage(
            farm=home,
            season=found,
            values=values,
            lines=tuple(
                (line, row.state)
                for line, row in zip(lines_of(session, staff, kept, names), kept, strict=True)
            ),
            is_cut=len(rows) > LINES_MAX,
            plots=tuple(_plots(session, home.scope, ours, records, produce, found.doc, today)),
            waits=tuple(one for record in own for one in statements(record) if one.produce == produce),
            findings=findings.of_season(session, home.scope, found.doc),
            book=book,
            whole=_whole(session, found, today),
            inspections=tuple(
                one
                for one in inspections_of(session, home.scope)
                if book.inspection and dossiers.is_inspected(one.values, found)
            ),
            names=names,
        )


def whole_of(staff: Staff, farm: str, season: str, today: str) -> Whole:
    """Return how whole the book of a season is. Raises: ServiceError(not_found)."""
    found = dossiers.season_of(staff, farm, season)
    with reading() as session:
        return _whole(session, found, today)


def _whole(session: Session, season: SeasonView, today: str) -> Whole:
    """Return it of the season's entries, of those that name none and may be its, and of inspections."""
    is_own = EntryView.season == season.doc
    if is_civil_date(season.started_on):
        first, last = add_days(season.started_on, -loose_from()), season.ended_on or today
        is_own |= (EntryView.season == "") & EntryView.happened_on.between(first, last)
    entries = (
        select(DocumentView)
        .join(EntryView, (EntryView.scope == DocumentView.scope) & (EntryView.doc == DocumentView.doc))
        .where(EntryView.scope == season.scope, is_own)
        .order_by(EntryView.happened_on.desc(), EntryView.doc)
        .limit(dossiers.LINES_MAX)
    )
    said = session.get(DocumentView, (season.scope, season.doc))
    checked = views.documents_of(session, season.scope, INSPECTION)
    records = [record_in(one) for one in (*session.scalars(entries), *checked)]
    if said is None:
        return Whole((), ())
    own = record_in(said)
    return Whole(tuple(completeness(own, records, today)), tuple(season_gaps(own, records, today)))


def _records(session: Session, scope: str, season: str) -> list[Record]:
    """Return the treatments of the farm's plots, whatever season they name: days count over all of them."""
    forms = [code for code in codes() if rules_of(Record("", "entry", {"form": code})).waits]
    query = (
        select(DocumentView)
        .join(EntryView, (EntryView.scope == DocumentView.scope) & (EntryView.doc == DocumentView.doc))
        .where(EntryView.scope == scope, EntryView.is_deleted.is_(False), EntryView.form.in_(forms))
        .order_by(EntryView.season != season, EntryView.happened_on.desc())
        .limit(dossiers.LINES_MAX)
    )
    return [record_in(one) for one in session.scalars(query)]


def _plots(
    session: Session,
    scope: str,
    ours: set[str],
    records: list[Record],
    produce: Produce,
    season: str,
    today: str,
) -> Iterable[Ground]:
    rows = [one for one in views.plots_of(session, [scope]) if not one.is_deleted]
    query = select(DocumentView).where(
        DocumentView.scope == scope, DocumentView.doc.in_([row.doc for row in rows])
    )
    said = {one.doc: one for one in session.scalars(query)}
    gone = people.erased_among(session, {one.by for one in said.values()})
    for row in rows:
        held = waiting(ground(row.doc, produce, records), season if row.doc in ours else "", None)
        is_over = held.state == "days" and held.until <= today
        private = {} if said[row.doc].by in gone else members(said[row.doc].private)
        yield Ground(
            doc=row.doc,
            name=row.name,
            area_m2=row.area_m2,
            points=boundary_points(private.get("boundary")),
            is_ours=row.doc in ours,
            state="free" if is_over else held.state,
            until="" if is_over else held.until,
        )


def boundary_points(value: Json) -> tuple[tuple[int, int], ...]:
    """Return the corners of a boundary; none of one that is no boundary."""
    listed = value if isinstance(value, list) else []
    pairs = [
        (one[0], one[1])
        for one in listed
        if isinstance(one, list) and len(one) == 2 and all(isinstance(side, int) for side in one)
    ]
    return tuple(pairs) if len(pairs) >= 3 else ()
