"""A trace code looked up by anybody: what was published under it, what stands now, how often it was opened.

Shown is what the publishing op signed; live beside it are the lot's state, a recall, changes of the diary
since, and counts. A code that was never published is the same as none. Nobody who looks is noted.
Source: DESIGN §3 "Transparency log"; PROTOCOL §33, §36; faults.md 96, 97, 104.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from server.db import reading, run, run_write
from server.models.blobs import Blob
from server.models.log import Head
from server.models.lots import LotEdge, LotSource, LotView
from server.models.views import DocumentView, EntryView, PhotoView, ViewHead
from server.services import rates
from server.services.folding import make_folded
from server.services.viewing import make_current
from server.store import bundles, consents, lots, people, trace_scans, views
from server.store.trace_scans import Scans
from sync.codes import SERIAL_KEY_LENGTH
from sync.lots import labels
from sync.lots.states import RECALLED
from sync.reviews import APPROVED
from sync.values import Json

MISSES_AN_HOUR: Final = (
    60  # our choice: a family's typing mistakes behind one address, not a machine's guessing
)
DAY_MS: Final = 86_400_000
VIETNAM_MS: Final = 7 * 3_600_000
_LOT = (
    select(LotView, DocumentView.values)
    .join(DocumentView, (DocumentView.scope == LotView.scope) & (DocumentView.doc == LotView.doc))
    .where(LotView.code == bindparam("code"))
    .order_by(LotView.received_at, LotView.scope, LotView.doc)
    .limit(1)
)
_HEADS = {
    of: select(of.scope, of.seq).where(of.scope.in_(bindparam("scopes", expanding=True)))
    for of in (Head, ViewHead)
}
_BEHIND = (
    select(Head.scope)
    .outerjoin(ViewHead, ViewHead.scope == Head.scope)
    .where(Head.scope.startswith("org:"), Head.seq > func.coalesce(ViewHead.seq, 0))
)


@dataclass(frozen=True)
class Traced:
    """A published lot. `facts`: as signed; `recall`: of the op that recalled it, or None.

    Shape:  times in ms; `is_amended`: a harvest behind it is no longer as it was approved; `farms`: scopes
            of its harvests, where its photos lie; `folded`: up to which number of each log this is so;
            `is_logged`: its bundle was made, so anybody can check it.
    """

    scope: str
    doc: str
    code: str
    state: str
    facts: Mapping[str, Json]
    recall: Mapping[str, Json] | None
    override: Mapping[str, Json] | None
    published_at: int
    changed_at: int
    is_amended: bool
    farms: tuple[str, ...]
    folded: Mapping[str, int]
    is_logged: bool


@dataclass(frozen=True)
class Label:
    """One label of a print run. `number`: from 1 in its run; `scans`: this one not included."""

    number: int
    scans: Scans


def find(code: str) -> Traced | None:
    """Return the published lot of a code in its one form, or None. Raises: DatabaseTrouble."""
    make_lots_current()
    with reading() as session:
        # Two lots of one code: the one received first has it, published or not.
        row = session.execute(_LOT, {"code": code}).first()
        if row is None or row[0].published_at is None:
            return None
        farms = tuple(sorted({one.farm for one in _own_sources(session, row[0])}))
        late = views.behind(session, farms)
    if late:
        make_current(late)
    with reading() as session:
        folded = heads_of(session, ViewHead, (row[0].scope, *farms))  # first: what is read next is not older
        row = session.execute(_LOT, {"code": code}).first()
        return None if row is None else _traced(session, row[0], json.loads(row[1]), farms, folded)


def make_lots_current() -> None:
    """Fold what the organisations' logs have and the lots' views lack. Raises: DatabaseTrouble."""
    with reading() as session:
        late = list(session.scalars(_BEHIND))
    if late:
        make_folded(late)


def is_current(folded: Mapping[str, int]) -> bool:
    """Say whether the logs of these scopes still end where they were folded. One statement, by key."""
    with reading() as session:
        return heads_of(session, Head, tuple(folded)) == folded


def heads_of(session: Session, of: type[Head] | type[ViewHead], scopes: tuple[str, ...]) -> dict[str, int]:
    """Return up to which number the logs, or their views, of some scopes go."""
    asked = {"scopes": sorted(set(scopes))}
    return {str(row[0]): int(row[1]) for row in run(session, _HEADS[of], asked)}


def _traced(
    session: Session, lot: LotView, values: dict[str, Json], farms: tuple[str, ...], folded: dict[str, int]
) -> Traced | None:
    facts = values.get("facts")
    if not isinstance(facts, dict) or lot.published_at is None:
        return None
    return Traced(
        scope=lot.scope,
        doc=lot.doc,
        code=lot.code,
        state=lot.state,
        facts=facts,
        recall=_object(values.get("recall")) if lot.state == RECALLED else None,
        override=_object(values.get("override")),
        published_at=lot.published_at,
        changed_at=lot.changed_at,
        is_amended=_is_amended(session, _own_sources(session, lot)),
        farms=farms,
        folded=folded,
        is_logged=bundles.is_made(session, lot.scope, lot.doc, lot.published_at),
    )


def photo_scope(traced: Traced, sha256: str) -> str | None:
    """Return the scope in which a picture of the facts lies, or None where its bytes are not here."""
    with reading() as session:
        if not _is_agreed(session, traced, sha256):
            return None
        query = select(Blob.scope).where(Blob.scope.in_((traced.scope, *traced.farms)), Blob.sha256 == sha256)
        return session.scalars(query.order_by(Blob.scope.desc()).limit(1)).first()


def _is_agreed(session: Session, traced: Traced, sha256: str) -> bool:
    """Say whether whoever took a photo agrees today that photos are shown; a product's picture has nobody."""
    query = select(DocumentView.by).join(
        PhotoView, (PhotoView.scope == DocumentView.scope) & (PhotoView.doc == DocumentView.doc)
    )
    takers = session.scalars(query.where(PhotoView.scope.in_(traced.farms), PhotoView.sha256 == sha256))
    members = [people.member(session, one) for one in set(takers)]
    return all(one is not None and consents.is_given(session, one.person.id, "photo") for one in members)


def label_of(traced: Traced, serial: str) -> Label | None:
    """Return the label whose serial begins with 20 characters; None for one that is void, or none."""
    key = serial[:SERIAL_KEY_LENGTH]
    runs = select(LotEdge.doc).where(
        LotEdge.scope == traced.scope, LotEdge.lot == traced.doc, LotEdge.side == "label"
    )
    wanted = (DocumentView.scope == traced.scope, DocumentView.doc.in_(runs), ~DocumentView.is_deleted)
    with reading() as session:
        for one in session.scalars(select(DocumentView).where(*wanted)):
            run = labels.parse_run(one.doc, json.loads(one.values), json.loads(one.private or "{}"))
            number = run.number_of(key)
            if number is not None:
                scans = trace_scans.of_label(session, traced.code, key)
                return None if run.is_void(number) else Label(number, scans)
    return None


def note_scan(code: str, serial: str, now: int, times: int = 1) -> None:
    """Count that a code was opened; only the day is kept."""
    day = (now + VIETNAM_MS) // DAY_MS
    key = serial[:SERIAL_KEY_LENGTH]
    run_write(lambda session: trace_scans.add(session, code, key, day, times), is_note=True)


def scans_of(code: str) -> int:
    """Return how often a lot's page was opened, its labels' included."""
    with reading() as session:
        return trace_scans.of_lot(session, code)


def check_miss(address: str, now: int) -> None:
    """Count a code that was not found. Raises: ServiceError(too_many) for whoever guesses."""
    rates.check("trace", address, rates.HOUR_MS, MISSES_AN_HOUR, now)


def _object(value: Json) -> Mapping[str, Json] | None:
    return value if isinstance(value, dict) else None


def _own_sources(session: Session, lot: LotView) -> list[LotSource]:
    """Return the harvests behind a lot, those of the lots that it was made from included.

    Only of farms of the lot's organisation: what else a lot names opens no diary.
    """
    wanted, seen = {lot.doc}, set[str]()
    while wanted:
        seen |= wanted
        made = select(LotEdge.doc).where(
            LotEdge.scope == lot.scope, LotEdge.lot.in_(wanted), LotEdge.side == "out"
        )
        came = session.scalars(
            select(LotEdge.lot).where(LotEdge.scope == lot.scope, LotEdge.doc.in_(made), LotEdge.side == "in")
        )
        wanted = set(came) - seen
    query = select(LotSource).where(LotSource.scope == lot.scope, LotSource.doc.in_(seen))
    found = list(session.scalars(query))
    own = lots.own_farms(session, lot.scope, {one.farm for one in found})
    return [one for one in found if one.farm in own]


def _is_amended(session: Session, sources: list[LotSource]) -> bool:
    """Say whether a harvest was changed since it was approved; faults.md 65."""
    for one in sources:
        state = session.scalar(
            select(EntryView.state).where(EntryView.scope == one.farm, EntryView.doc == one.entry)
        )
        if state not in (None, APPROVED):
            return True
    return False
