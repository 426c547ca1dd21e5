"""A dossier: what a farm's book, or that of a cooperative's farms, says of a season or of a range of days.

Gathers documents and their states and names the ops that they stand on; words and tables are made by the
pages (`pages.dossier_tables`). Source: reference forms §0 (TCVN 11892-1:2017, Annexes C and D).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.people import Farm
from server.models.views import DocumentView, EntryView, PlotView, ReviewView, SeasonView
from server.services.books import Book, forms_of, unbound_forms
from server.services.console import FarmName, Staff
from server.services.console_lookups import Names, Photo, list_of, lookups, members, photos_of, said_of
from server.services.console_reach import NotDone
from server.services.viewing import make_current
from server.store import log, people, views
from sync.civil import add_days, is_civil_date, ms_to_date
from sync.ids import b64_encode
from sync.values import Json

LINES_MAX: Final = 3000  # our choice: some 150 pages
UNBOUND_DAYS: Final = 365  # what names no season counts for one that began up to a year later
_DOMAIN: Final = "so-nha-nong/1/dossier "


@dataclass(frozen=True)
class Asked:
    """What a dossier is of: a season of a farm, or the staff's farms from a day to a day, both included.

    Shape:  ids are uuids, days civil dates; `only_approved`: leave out what no reviewer approved as it is.
    """

    book: Book
    farm: str = ""
    season: str = ""
    first_day: str = ""
    last_day: str = ""
    only_approved: bool = False


@dataclass(frozen=True)
class Line:
    """An entry of a dossier. Times in ms; `plots`: documents, those of the harvests it sells too."""

    doc: str
    form: str
    happened_on: str
    plots: tuple[str, ...]
    values: Mapping[str, Json]
    state: str
    is_answered: bool
    has_conflict: bool
    recorded_at: int
    photos: tuple[Photo, ...]


@dataclass(frozen=True)
class Part:
    """What a dossier says of one farm. `plots`, `seasons`: their values by document."""

    farm: FarmName
    address: str
    seasons: Mapping[str, Mapping[str, Json]]
    plots: Mapping[str, Mapping[str, Json]]
    areas: Mapping[str, int]
    lines: tuple[Line, ...]
    inspections: tuple[tuple[str, Mapping[str, Json]], ...]
    left_out: int


@dataclass(frozen=True)
class Dossier:
    """A whole dossier. `digest` names the ops it stands on; `changes`: (ms, farm, document), newest first."""

    asked: Asked
    made_at: int
    digest: str
    parts: tuple[Part, ...]
    names: Names
    changes: tuple[tuple[int, FarmName, str], ...]

    @property
    def lines(self) -> int:
        """Return how many entries it holds."""
        return sum(len(part.lines) for part in self.parts)

    @property
    def left_out(self) -> int:
        """Return how many entries it does not hold because nobody approved them as they are."""
        return sum(part.left_out for part in self.parts)


def gather(staff: Staff, asked: Asked) -> Dossier:
    """Return a dossier of the staff's farms.

    Raises: ServiceError(not_found) for a foreign farm or a season that is not there; NotDone above
            `LINES_MAX` entries.
    """
    farms = [staff.farm(asked.farm)] if asked.farm else list(staff.farms.values())
    scopes = [farm.scope for farm in farms]
    make_current(scopes)
    with reading() as session:
        names, parts = lookups(session, scopes), []
        stands: list[tuple[str, DocumentView]] = []
        left = LINES_MAX
        for farm in farms:
            part, documents = _part(session, farm, asked, left)
            left -= len(part.lines) + part.left_out
            if part.lines or part.inspections or asked.farm:
                parts.append(part)
                stands += [(farm.scope, one) for one in documents]
        by_scope = {farm.scope: farm for farm in farms}
        changes = [(one.changed_at, by_scope[scope], one.doc) for scope, one in stands]
        return Dossier(
            asked=asked,
            made_at=now_ms(),
            digest=_digest(log.origin(session), stands),
            parts=tuple(parts),
            names=names,
            changes=tuple(sorted(changes, key=lambda one: (-one[0], one[2]))),
        )


def season_of(staff: Staff, farm: str, season: str) -> SeasonView:
    """Return a season of one of the staff's farms. Raises: ServiceError(not_found)."""
    scope = staff.farm(farm).scope
    make_current([scope])
    with reading() as session:
        found = session.get(SeasonView, (scope, f"season:{season}"))
        if found is None or found.is_deleted:
            raise ServiceError("not_found")
        return found


def seasons_of(staff: Staff) -> list[tuple[FarmName, SeasonView]]:
    """Return the seasons of the staff's farms, farm by farm, the newest first."""
    make_current(list(staff.farms))
    with reading() as session:
        found = [one for one in views.seasons_of(session, list(staff.farms)) if not one.is_deleted]
    order = {scope: place for place, scope in enumerate(staff.farms)}
    found.sort(key=lambda one: order[one.scope])
    return [(staff.farms[one.scope], one) for one in found]


def _part(session: Session, farm: FarmName, asked: Asked, most: int) -> tuple[Part, list[DocumentView]]:
    season = session.get(SeasonView, (farm.scope, f"season:{asked.season}")) if asked.season else None
    if asked.season and (season is None or season.is_deleted):
        raise ServiceError("not_found")
    rows = _entries(session, farm.scope, asked, season, most)
    kept = [row for row in rows if not asked.only_approved or _is_approved(row)]
    documents = _documents(session, farm.scope, [row.doc for row in kept])
    plots = views.plots_of_entries(session, farm.scope, [row.doc for row in rows])
    photos = photos_of(session, farm.scope, [row.doc for row in kept])
    gone = people.erased_among(session, {one.by for one in documents.values()})
    lines = [_line(row, said_of(documents[row.doc], gone), plots, photos.get(row.doc, ())) for row in kept]
    seasons = {row.season for row in kept if row.season} | ({season.doc} if season else set())
    season_docs = _documents(session, farm.scope, seasons)
    plot_docs = {one for line in lines for one in line.plots} | _plots_said(season_docs.values())
    about = _documents(session, farm.scope, plot_docs)
    checked = [one for one in views.documents_of(session, farm.scope, "inspection") if not one.is_deleted]
    checked = [one for one in checked if _is_wanted(one, asked, season)]
    areas = select(PlotView).where(PlotView.scope == farm.scope, PlotView.doc.in_(about))
    row_of_farm = session.get(Farm, farm.id)
    shown = [*documents.values(), *season_docs.values(), *about.values(), *checked]
    gone |= people.erased_among(session, {one.by for one in shown})
    beside = {photo.doc for line in lines for photo in line.photos} | _reviews(session, farm.scope, kept)
    shown += _documents(session, farm.scope, beside).values()
    part = Part(
        farm=farm,
        address=(row_of_farm.address or "") if row_of_farm else "",
        seasons={doc: said_of(one, gone) for doc, one in season_docs.items()},
        plots={doc: said_of(one, gone) for doc, one in about.items()},
        areas={one.doc: one.area_m2 for one in session.scalars(areas) if one.area_m2 is not None},
        lines=tuple(lines),
        inspections=tuple((one.doc, said_of(one, gone)) for one in checked),
        left_out=len(rows) - len(kept),
    )
    return part, shown


def _entries(
    session: Session, scope: str, asked: Asked, season: SeasonView | None, most: int
) -> list[EntryView]:
    """Return the entries that the book wants, by day; of a season also what names none but came before it."""
    query = select(EntryView).where(
        EntryView.scope == scope, EntryView.is_deleted.is_(False), EntryView.form.in_(forms_of(asked.book))
    )
    if season is not None:
        last = season.ended_on or ms_to_date(now_ms())
        if is_civil_date(season.started_on):
            first = add_days(season.started_on, -UNBOUND_DAYS)
            loose = (
                EntryView.form.in_(unbound_forms(asked.book))
                & (EntryView.season == "")
                & EntryView.happened_on.between(first, last)
            )
            query = query.where(or_(EntryView.season == season.doc, loose))
        else:
            query = query.where(EntryView.season == season.doc)
    else:
        query = query.where(EntryView.happened_on.between(asked.first_day, asked.last_day))
    query = query.order_by(EntryView.happened_on, EntryView.recorded_at, EntryView.doc)
    rows = list(session.scalars(query.limit(most + 1)))
    if len(rows) > most:
        raise NotDone("not_dossier_short", n=LINES_MAX)
    return rows


def _is_approved(row: EntryView) -> bool:
    return row.state == "approved" and not row.has_conflict


def _is_wanted(one: DocumentView, asked: Asked, season: SeasonView | None) -> bool:
    """Say whether an inspection belongs: the season's, or the farm's from a year before it to its end."""
    if asked.book.inspection == "":
        return False
    said = members(one.values)
    day = said.get("happened_on")
    if not isinstance(day, str) or not is_civil_date(day):
        return False
    return asked.first_day <= day <= asked.last_day if season is None else is_inspected(said, season)


def is_inspected(said: Mapping[str, Json], season: SeasonView) -> bool:
    """Say whether an inspection is a season's: it names it, or the farm from a year before it to its end."""
    if said.get("of") == season.doc:
        return True
    day = said.get("happened_on")
    if not isinstance(day, str) or not is_civil_date(day):
        return False
    first = season.started_on if is_civil_date(season.started_on) else day
    last = season.ended_on or ms_to_date(now_ms())
    return said.get("of") == "farm" and add_days(first, -UNBOUND_DAYS) <= day <= last


def _documents(session: Session, scope: str, docs: Iterable[str]) -> dict[str, DocumentView]:
    query = select(DocumentView).where(DocumentView.scope == scope, DocumentView.doc.in_(sorted(set(docs))))
    return {one.doc: one for one in session.scalars(query.order_by(DocumentView.doc))}


def _reviews(session: Session, scope: str, rows: Iterable[EntryView]) -> set[str]:
    query = select(ReviewView.doc).where(
        ReviewView.scope == scope, ReviewView.of.in_([row.doc for row in rows])
    )
    return set(session.scalars(query))


def _line(
    row: EntryView,
    values: Mapping[str, Json],
    plots: Mapping[str, Sequence[str]],
    photos: tuple[Photo, ...],
) -> Line:
    harvests = values.get("harvests")
    sold = [one for one in harvests if isinstance(one, str)] if isinstance(harvests, list) else []
    own = plots.get(row.doc) or [plot for one in sold for plot in plots.get(one, ())]
    return Line(
        doc=row.doc,
        form=row.form,
        happened_on=row.happened_on,
        plots=tuple(dict.fromkeys(own)),
        values=values,
        state=row.state,
        is_answered=row.is_answered,
        has_conflict=row.has_conflict,
        recorded_at=row.recorded_at,
        photos=photos,
    )


def _plots_said(seasons: Iterable[DocumentView]) -> set[str]:
    found: set[str] = set()
    for one in seasons:
        named = members(one.values).get("plots")
        found |= {plot for plot in named if isinstance(plot, str)} if isinstance(named, list) else set()
    return found


def _digest(origin: str, stands: Iterable[tuple[str, DocumentView]]) -> str:
    """Return the SHA-256 over every document's name, the ops that stand and the newest ones (PROTOCOL §32).

    An op names the ones before it by their ids, so the newest stand for all.
    """
    lines = sorted(
        " ".join([scope, one.doc, *sorted({str(op) for op in (*list_of(one.heads), *list_of(one.tips))})])
        for scope, one in stands
    )
    text = f"{_DOMAIN}{origin}\n" + "".join(f"{line}\n" for line in lines)
    return b64_encode(hashlib.sha256(text.encode()).digest())
