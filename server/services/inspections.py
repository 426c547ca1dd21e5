"""Internal inspections as the cooperative's pages show them: a farm's, one whole, and what is due when.

Nothing is written here: an inspection is signed in the browser, as on the phone.
Source: TCVN 11892-1:2017, Annex D, 3.1.8; PROTOCOL §30; sync/checklists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Session

from server.db import reading
from server.models.findings import RecordKey
from server.models.views import DocumentView, SeasonView
from server.services.console import FarmName, Staff
from server.services.console_document import Page, document_page
from server.services.console_lookups import said_of
from server.services.viewing import make_current
from server.store import people, views
from server.store.rule_book import record_of
from sync.checklists import INSPECTION, Checklist, Item, Stand, checklist_for, stand_of
from sync.rules import Due, Record, due
from sync.rules.due import KEY
from sync.values import Json

FARM: Final = "farm"  # what an inspection of the whole farm is about
_COLUMNS: Final = tuple(inspect(DocumentView).columns.keys())


@dataclass(frozen=True)
class Inspection:
    """One inspection. `of`: a season's document or `FARM`; `values`: all it says, private ones too."""

    doc: str
    of: str
    happened_on: str
    values: Mapping[str, Json]
    checklist: Checklist
    stand: Stand
    has_conflict: bool

    def said(self, item: Item, field: str) -> str:
        """Return what is written of an item, "" for nothing."""
        value = self.values.get(item.name(field))
        return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class FarmInspections:
    """The inspections of a farm, the newest first; `seasons`: those that one may be about."""

    farm: FarmName
    inspections: tuple[Inspection, ...]
    seasons: tuple[SeasonView, ...]
    dues: tuple[Due, ...]


@dataclass(frozen=True)
class InspectionPage:
    """One inspection with its history, conflicts, photos; `season`: what it is about, None for the farm."""

    page: Page
    inspection: Inspection
    season: SeasonView | None


def inspections_of(session: Session, scope: str) -> list[Inspection]:
    """Return the inspections of a farm, the newest first; the views must be current."""
    rows = [one for one in views.documents_of(session, scope, INSPECTION) if not one.is_deleted]
    gone = people.erased_among(session, {one.by for one in rows})
    found = [_inspection(one.doc, said_of(one, gone), has_conflict=one.conflicts != "[]") for one in rows]
    return sorted(found, key=lambda one: (one.happened_on, one.doc), reverse=True)


def dues_of(session: Session, scopes: Collection[str], today: str) -> dict[str, list[Due]]:
    """Return what each of these farms has to do by a day, by scope; those with nothing are left out."""
    query = (
        select(DocumentView)
        .join(RecordKey, (RecordKey.scope == DocumentView.scope) & (RecordKey.doc == DocumentView.doc))
        .where(RecordKey.scope.in_(scopes), RecordKey.key == KEY)
    )
    records: dict[str, list[Record]] = {}
    for one in session.scalars(query):
        records.setdefault(one.scope, []).append(record_in(one))
    found = {scope: due(some, today) for scope, some in records.items()}
    return {scope: some for scope, some in found.items() if some}


def record_in(one: DocumentView) -> Record:
    """Return a document of the views as rules see it."""
    return record_of({name: getattr(one, name) for name in _COLUMNS})


def farm_inspections(staff: Staff, farm: str, today: str) -> FarmInspections:
    """Return the inspections of one of the staff's farms. Raises: ServiceError(not_found)."""
    home = staff.farm(farm)
    make_current([home.scope])
    with reading() as session:
        return FarmInspections(
            farm=home,
            inspections=tuple(inspections_of(session, home.scope)),
            seasons=tuple(_open(views.seasons_of(session, [home.scope]), today)),
            dues=tuple(dues_of(session, [home.scope], today).get(home.scope, ())),
        )


def inspection_page(staff: Staff, farm: str, inspection: str) -> InspectionPage:
    """Return an inspection of one of the staff's farms. Raises: ServiceError(not_found)."""
    home = staff.farm(farm)
    page = document_page(staff, home, INSPECTION, inspection)
    found = _inspection(page.doc, page.values, has_conflict=page.has_conflict)
    with reading() as session:
        season = None if found.of == FARM else session.get(SeasonView, (home.scope, found.of))
    return InspectionPage(page, found, season)


def _inspection(doc: str, values: Mapping[str, Json], *, has_conflict: bool) -> Inspection:
    checklist = checklist_for(values.get("checklist"))
    of, day = values.get("of"), values.get("happened_on")
    return Inspection(
        doc=doc,
        of=of if isinstance(of, str) else FARM,
        happened_on=day if isinstance(day, str) else "",
        values=values,
        checklist=checklist,
        stand=stand_of(checklist, values),
        has_conflict=has_conflict,
    )


def _open(seasons: Iterable[SeasonView], today: str) -> Iterable[SeasonView]:
    return (one for one in seasons if not one.is_deleted and (not one.ended_on or one.ended_on >= today))
