"""Published lots' histories read for EPCIS: one lot's events, and those of all, page by page.

A page looks at a bounded number of lots, in the order of their codes, so whoever asks for everything costs no
more than whoever asks for one; the token says where the next one begins.
Source: PROTOCOL §38; EPCIS 2.0 §8.2.7 (SimpleEventQuery), §12.5 (paging).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import Fault, ServiceError
from server.models.lots import LotView
from server.services import tracing
from server.services.epcis_filters import Filters, is_match
from server.services.tracing import Traced
from server.store import lots
from server.store.view_lots import documents_of
from sync.lots import reach
from sync.lots.epcis import History, Named, Told, events_of
from sync.lots.shape import DOMESTIC, Event, parse_lot
from sync.lots.states import RECALLED

LOTS_A_PAGE: Final = 40  # our choice: what one request may cost
_TOKEN: Final = re.compile(r"([0-9A-Z]{8})\.(\d{1,5})")


@dataclass(frozen=True)
class Page:
    """Some events. `token`: where the next page begins, "" where there is none; a page may be empty."""

    events: list[Told]
    token: str


def events_of_lot(traced: Traced, base: str) -> list[Told]:
    """Return the events of a published lot, by time."""
    with reading() as session:
        return events_of(_history(session, traced), base)


def page_of(filters: Filters, base: str) -> Page:
    """Return the events that match, from where the token says. Raises: ServiceError(bad_request)."""
    code, skipped = _read_token(filters.token)
    codes = _codes(filters, code)
    found: list[Told] = []
    seen: set[str] = set()
    for at in codes[:LOTS_A_PAGE]:
        traced = tracing.find(at)
        events = [] if traced is None else events_of_lot(traced, base)
        for place, event in enumerate(events):
            if at == code and place < skipped:
                continue
            if event["eventID"] in seen or not is_match(event, filters):
                continue
            if len(found) == filters.per_page:
                return Page(found, f"{at}.{place}")
            seen.add(event["eventID"])
            found.append(event)
    rest = codes[LOTS_A_PAGE:]
    return Page(found, f"{rest[0]}.0" if rest else "")


def _read_token(token: str) -> tuple[str, int]:
    match = _TOKEN.fullmatch(token)
    if token and match is None:
        raise ServiceError("bad_request", errors=(Fault("a nextPageToken of this server", "/nextPageToken"),))
    return (match[1], int(match[2])) if match else ("", 0)


def _codes(filters: Filters, since: str) -> list[str]:
    """Return the codes of lots to look at, one more than a page takes."""
    if filters.codes is not None:
        return [one for one in sorted(filters.codes) if one >= since]
    query = select(LotView.code).distinct().where(LotView.published_at.is_not(None), LotView.code >= since)
    query = query.where(LotView.code != "").order_by(LotView.code).limit(LOTS_A_PAGE + 1)
    tracing.make_lots_current()
    with reading() as session:
        return list(session.scalars(query))


def _history(session: Session, traced: Traced) -> History:
    """Return what is known of a lot. Its own events are all told, of those behind it what made it."""
    family = lots.family(session, traced.scope, [traced.doc], is_ahead=False)
    behind = reach.backward(reach.make_graph(family.lots, family.events), [traced.doc]).lots
    told = [one for one in family.events if _touches(one, traced.doc, behind)]
    docs = {one.doc for one in family.events}
    wanted = {part.lot for one in told for part in (*one.ins, *one.outs)} | {traced.doc, *behind}
    records = documents_of(session, traced.scope, docs | wanted)
    tied = _tied([one.doc for one in told], family.events)
    return History(
        lot=Named(traced.doc, traced.code, traced.facts),
        made=[one for one in family.lots if one.doc in behind or one.doc == traced.doc],
        events=[one for one in family.events if one.doc in tied],
        named=_named(session, traced.scope, wanted),
        received_at={one.doc: one.received_at or 0 for one in records},
        at={one.doc: one.values.get("at") for one in records},
        recall=traced.recall if traced.state == RECALLED else None,
    )


def _touches(event: Event, doc: str, behind: Collection[str]) -> bool:
    if any(part.lot == doc for part in (*event.ins, *event.outs)):
        return True
    return event.kind in DOMESTIC and any(part.lot in behind for part in (event.outs or event.ins))


def _tied(docs: Sequence[str], events: Sequence[Event]) -> set[str]:
    """Return these events with all that correct them."""
    found, fresh = set(docs), set(docs)
    while fresh:
        fresh = {one.doc for one in events if one.corrects in fresh} - found
        found |= fresh
    return found


def _named(session: Session, scope: str, docs: Collection[str]) -> dict[str, Named]:
    """Return lots by document, with code and facts where they are published under that code."""
    found: dict[str, Named] = {}
    for record in documents_of(session, scope, docs):
        lot = parse_lot(record)
        first = lots.by_code(session, lot.code) if lot.is_published else None
        facts = record.values.get("facts")
        is_public = first is not None and (first.scope, first.doc) == (scope, lot.doc)
        is_public = is_public and first is not None and first.published_at is not None
        shown = facts if is_public and isinstance(facts, dict) else {}
        found[lot.doc] = Named(lot.doc, lot.code if is_public else "", shown)
    return found
