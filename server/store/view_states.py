"""What an entry's row holds of its reviews: kept current when the entry, a photo or a review changes.

The rule is `sync.reviews`; here stands only where its arguments are read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.db import run
from server.models.views import DocumentView, EntryView, PhotoView, ReviewView
from server.store.bulk import among
from server.store.view_fold import Row
from sync.reviews import Review, standing_of

STATE_COLUMNS: Final = ("state", "is_answered", "approvals", "reviewed_at", "queue")

# Built once: making a statement anew costs as much as running it.
_SAID = (
    select(ReviewView.__table__)
    .where(ReviewView.scope == bindparam("in"), among(ReviewView.of, "docs"))
    .order_by(ReviewView.of, ReviewView.seq)
)
_ENTRIES = select(DocumentView.doc, DocumentView.doc, DocumentView.heads, DocumentView.conflicts).where(
    DocumentView.scope == bindparam("in"), among(DocumentView.doc, "docs")
)
_PHOTOS = (
    select(PhotoView.of, PhotoView.doc, DocumentView.heads, DocumentView.conflicts)
    .join(DocumentView, (DocumentView.scope == PhotoView.scope) & (DocumentView.doc == PhotoView.doc))
    .where(PhotoView.scope == bindparam("in"), among(PhotoView.of, "docs"))
)
_STATES = select(EntryView.doc, EntryView.is_deleted, *(getattr(EntryView, name) for name in STATE_COLUMNS))
_STATES = _STATES.where(EntryView.scope == bindparam("in"), among(EntryView.doc, "docs"))
_SETTLE = (
    update(EntryView.__table__)  # type: ignore[arg-type]
    .where(EntryView.scope == bindparam("in"), EntryView.doc == bindparam("at"))
    .values({name: bindparam(f"new_{name}") for name in STATE_COLUMNS})
)


def columns_of(said: Sequence[Row], shown: Sequence[Row], *, is_deleted: bool) -> Row:
    """Return what the row of an entry holds of its reviews.

    Shape:  said: its rows of `ReviewView`, in any order; shown: `heads` and `conflicts` of the entry and of
            each of its photos, deleted ones too.
    """
    standing = [one for one in sorted(said, key=lambda one: -one["seq"]) if not one["is_deleted"]]
    reviews = [one for one in standing if one["type"] == "review"]
    heads = chain.from_iterable(json.loads(one["heads"]) for one in shown)
    found = standing_of(
        [_review(one) for one in reviews], heads, has_conflict=any(one["conflicts"] != "[]" for one in shown)
    )
    decided = None if found.place is None else reviews[found.place]
    if found.state == "asked" and decided is not None:
        is_answered = any(one["type"] == "comment" and one["answers"] == decided["doc"] for one in standing)
    else:  # nothing is asked: who spoke last
        is_answered = bool(standing and standing[0]["answers"])
    return {
        "state": found.state,
        "is_answered": is_answered,
        "approvals": len(found.approvals),
        "reviewed_at": None if decided is None else decided["received_at"],
        "queue": "" if is_deleted else _queue(found.state, is_answered=is_answered),
    }


def for_new(session: Session, scope: str, rows: Sequence[Row]) -> None:
    """Fill in what rows of entries hold of their reviews; everything else of theirs is stored already."""
    by_doc = {row["doc"]: row for row in rows}
    for doc, columns in _columns(session, scope, {doc: row["is_deleted"] for doc, row in by_doc.items()}):
        by_doc[doc] |= columns
    for row in rows:
        row["queue"] = "" if row["is_deleted"] else row["queue"]


def settle(session: Session, scope: str, docs: Collection[str]) -> None:
    """Write anew what the stored rows of these entries hold of their reviews, where it differs."""
    if not docs:
        return
    states = session.execute(_STATES, {"in": scope, "docs": sorted(docs)}).mappings()
    stored = {str(one["doc"]): dict(one) for one in states}
    known = {doc: bool(one["is_deleted"]) for doc, one in stored.items()}
    wanted = dict(_columns(session, scope, known))
    changed = []
    for doc, is_deleted in known.items():
        columns = wanted.get(doc) or columns_of((), (), is_deleted=is_deleted)
        if any(stored[doc][name] != value for name, value in columns.items()):
            changed.append(
                {"in": scope, "at": doc, **{f"new_{name}": value for name, value in columns.items()}}
            )
    if changed:
        session.execute(_SETTLE, changed)


def _columns(session: Session, scope: str, docs: Mapping[str, bool]) -> Iterable[tuple[str, Row]]:
    """Give the columns of those of the entries that have reviews."""
    found = run(session, _SAID, {"in": scope, "docs": sorted(docs)}) if docs else ()
    said: dict[str, list[Row]] = {}
    for one in found:
        said.setdefault(one.of, []).append(dict(one._mapping))
    if not said:
        return
    shown: dict[str, list[dict[str, Any]]] = {}
    for query in (_ENTRIES, _PHOTOS):
        for of, _doc, heads, conflicts in session.execute(query, {"in": scope, "docs": sorted(said)}):
            shown.setdefault(of, []).append({"heads": heads, "conflicts": conflicts})
    for doc, rows in said.items():
        yield doc, columns_of(rows, shown.get(doc, ()), is_deleted=docs[doc])


def _review(row: Row) -> Review:
    return Review(row["decision"], frozenset(json.loads(row["heads"])), row["by"], row["needs"])


def _queue(state: str, *, is_answered: bool) -> str:
    """Return who is to act on an entry."""
    if is_answered or state not in ("asked", "approved"):
        return "review"
    return "household" if state == "asked" else "approved"
