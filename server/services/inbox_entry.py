"""Everything about one entry that a reviewer decides on: what it says, what is doubtful, what was said of it.

The document itself is `console_document`'s: fields, photos, conflicts with their sides, history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.views import DocumentView, EntryView, ReviewView, SeasonView
from server.services import at_hand, console_document
from server.services.at_hand import InStore
from server.services.console import FarmName, Staff, Who, names_of
from server.services.console_document import Page
from server.services.console_lookups import members
from server.services.findings import NAMES, Noticed
from server.services.inbox import Neighbours, Sign, Wanted, neighbours, signs_of
from server.services.inspections import Inspection, inspections_of
from server.services.recorded import Recorded, recorded
from server.services.waits import PlotWait, waits_of
from server.store import people, views
from sync.values import Json


@dataclass(frozen=True)
class Said:
    """One review or comment of the thread. Times in ms; `text` is "" where it was erased or none was written.

    Shape:  `kind`: review or comment; `decision`: approved or asked, "" for a comment; `asks`, `overrides`:
            codes; `field`: the one that it asks about; `answers`: what a comment answers in words;
            `is_message`: a comment that answers nothing, the cooperative's; `is_seen`: one that only says
            that something was read; `is_current`: a review of the entry as it stands now.
    """

    doc: str
    kind: str
    who: Who | None
    is_mine: bool
    received_at: int
    decision: str
    text: str
    asks: tuple[str, ...]
    field: str
    overrides: tuple[str, ...]
    answers: str
    is_message: bool
    is_seen: bool
    is_current: bool


@dataclass(frozen=True)
class EntryPage:
    """An entry with all that its reviewer looks at.

    Shape:  `sign`: what a review must say, of exactly what `page` shows; `thread`: oldest first; `waits`:
            what its plots, and those of its season, wait for, by what is known now; `store`: the inputs
            that it names, at the end of its day; `recorded`: when it can have been made; `inspection`: the
            newest of the farm in which a fault is open.
    """

    page: Page
    state: str
    is_answered: bool
    approvals: int
    severity: str
    findings: tuple[Noticed, ...]
    sign: Sign
    thread: tuple[Said, ...]
    season: SeasonView | None
    waits: tuple[PlotWait, ...]
    store: tuple[InStore, ...]
    recorded: Recorded | None
    beside: Neighbours
    inspection: Inspection | None


def entry_page(staff: Staff, farm: FarmName, entry: str, wanted: Wanted) -> EntryPage:
    """Return an entry of one of the staff's farms; `wanted`: the inbox in which its neighbours stand.

    Raises: ServiceError(not_found) for one that is not there.
    """
    page = console_document.document_page(staff, farm, "entry", entry)
    beside = neighbours(staff, wanted, farm.id, entry)
    with reading() as session:
        row = session.get(EntryView, (farm.scope, page.doc))
        if row is None:
            raise ServiceError("not_found")
        sign, noticed = signs_of(session, staff, [row])[farm.scope, page.doc]
        plots = set(views.plots_of_entries(session, farm.scope, [page.doc]).get(page.doc, []))
        if row.season:
            plots |= set(at_hand.plots_of_season(session, farm.scope, row.season))
        return EntryPage(
            page=page,
            state=row.state,
            is_answered=row.is_answered,
            approvals=row.approvals,
            severity=NAMES[row.severity],
            findings=noticed,
            sign=_as_shown(sign, page),
            thread=_thread(session, staff, farm.scope, page),
            season=session.get(SeasonView, (farm.scope, row.season)) if row.season else None,
            waits=waits_of(session, farm.scope, sorted(plots), row.season),
            store=at_hand.store_at(session, farm.scope, page.doc),
            recorded=recorded(session, farm.scope, page.doc),
            beside=beside,
            inspection=next((one for one in inspections_of(session, farm.scope) if one.stand.open), None),
        )


def _as_shown(sign: Sign, page: Page) -> Sign:
    """Return the same with the heads of what the page shows: more may have come since it was read."""
    heads = () if page.has_conflict else page.heads
    why_not = "conflict" if page.has_conflict and sign.why_not != "deleted" else sign.why_not
    return Sign(sign.scope, sign.of, heads, sign.needs, sign.overrides, why_not)


def _thread(session: Session, staff: Staff, scope: str, page: Page) -> tuple[Said, ...]:
    query = (
        select(ReviewView, DocumentView)
        .join(DocumentView, (DocumentView.scope == ReviewView.scope) & (DocumentView.doc == ReviewView.doc))
        .where(ReviewView.scope == scope, ReviewView.of == page.doc, ReviewView.is_deleted.is_(False))
    )
    rows = [(one, said) for one, said in session.execute(query.order_by(ReviewView.seq))]
    who = names_of(session, staff, (one.by for one, _ in rows))
    gone = people.erased_among(session, {one.by for one, _ in rows})
    return tuple(_said(one, said, staff, who, one.by in gone, page) for one, said in rows)


def _said(
    one: ReviewView, said: DocumentView, staff: Staff, who: Mapping[str, Who], is_gone: bool, page: Page
) -> Said:
    public = members(said.values)
    private = {} if is_gone else members(said.private)
    text = private.get("text" if one.type == "comment" else "comment")
    field = public.get("field")
    return Said(
        doc=one.doc,
        kind=one.type,
        who=who.get(one.by),
        is_mine=one.by == staff.membership,
        received_at=one.received_at,
        decision="" if one.type == "comment" else "approved" if one.decision == "approved" else "asked",
        text=text if isinstance(text, str) else "",
        asks=_texts(public.get("asks")),
        field=field if isinstance(field, str) else "",
        overrides=_texts(public.get("overrides")),
        answers=one.answers,
        is_message=one.type == "comment" and "answers" not in public,
        is_seen=public.get("seen") is True,
        is_current=one.type == "review" and set(_texts(public.get("heads"))) == set(page.heads),
    )


def _texts(value: Json) -> tuple[str, ...]:
    listed: Sequence[Json] = value if isinstance(value, list) else ()
    return tuple(one for one in listed if isinstance(one, str))
