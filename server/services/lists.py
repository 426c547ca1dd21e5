"""The lists that an organisation's rules read, kept in memory by their state, and the text of the phones."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.models.lists import ListText
from server.services.folding import make_folded
from server.store import label_book, lists
from server.store.upserts import upsert
from sync import ids
from sync.lists import LabelUse, Lists, make_lists
from sync.lists_search import Row, make_index
from sync.lists_wire import lists_to_wire
from sync.values import write_text

KEPT = 3  # our choice: the commune's, and two cooperatives' with lists of their own
_kept: OrderedDict[str, Lists] = OrderedDict()
_with_books: OrderedDict[str, Lists] = OrderedDict()
_indexes: dict[str, tuple[Row, ...]] = {}
_lock = Lock()


@dataclass(frozen=True)
class Packed:
    """The lists as phones get them: JSON packed with gzip. `size`: bytes unpacked."""

    tag: str
    size: int
    packed: bytes


def lists_in(session: Session, organisation: str) -> Lists:
    """Return the lists of an organisation with its label book; `version` changes whenever anything does.

    Shape:  the views of the organisation's log are current (`label_uses_of` makes them so).
    """
    bare = _bare(session, organisation)
    book = label_book.label_uses(session, f"org:{organisation}")
    found = with_book(bare, book)
    if found is bare:
        return bare
    with _lock:  # the same lists are one object: what was worked out with them holds
        kept = _with_books.setdefault(found.version, found)
        _with_books.move_to_end(found.version)
        while len(_with_books) > KEPT:
            _with_books.popitem(last=False)
    return kept


def lists_for(organisation: str) -> Lists:
    """Return the lists of an organisation with its label book, as they are now."""
    make_folded([f"org:{organisation}"])
    with reading() as session:
        return lists_in(session, organisation)


def index_for(organisation: str) -> tuple[Lists, tuple[Row, ...]]:
    """Return the lists of an organisation and the rows of search in them."""
    found = lists_for(organisation)
    tag = found.version.partition("~")[0]
    with _lock:
        index = _indexes.get(tag)
    if index is None:
        index = make_index(found)
        with _lock:
            _indexes[tag] = index
            for old in [one for one in _indexes if one not in _kept]:
                del _indexes[old]
    return found, index


def with_book(bare: Lists, book: Sequence[LabelUse]) -> Lists:
    """Return lists with a label book; without one they are the same lists."""
    if not book:
        return bare
    said = hashlib.sha256(repr(book).encode()).digest()[:9]
    label_uses = make_lists("", [], [], [], list(book)).label_uses
    return replace(bare, version=f"{bare.version}~{ids.b64_encode(said)}", label_uses=label_uses)


def summary(session: Session, organisation: str) -> dict[str, object]:
    """Return the version of the lists and how big their text is, for the snapshot; 0 until it was made."""
    tag = lists.tag_of(session, lists.organisations_for(session, organisation))
    size = session.scalar(select(ListText.size).where(ListText.tag == tag))
    return {"version": tag, "bytes": size or 0}


def packed_for(organisation: str) -> Packed:
    """Return the text of an organisation's lists; made once for each state of them and stored."""
    with reading() as session:
        tag = lists.tag_of(session, lists.organisations_for(session, organisation))
        kept = session.get(ListText, tag)
        if kept is not None:
            return Packed(tag, kept.size, kept.packed)
        bare = _bare(session, organisation)
    text = write_text(lists_to_wire(bare)).encode("utf-8")
    made = {"size": len(text), "packed": gzip.compress(text, 9, mtime=0)}
    run_write(lambda session: upsert(session, ListText, {"tag": bare.version}, made, made), is_note=True)
    return Packed(bare.version, len(text), made["packed"])  # type: ignore[arg-type]


def _bare(session: Session, organisation: str) -> Lists:
    owners = lists.organisations_for(session, organisation)
    tag = lists.tag_of(session, owners)
    with _lock:
        found = _kept.get(tag)
        if found is not None:
            _kept.move_to_end(tag)
            return found
    found = lists.lists_of(session, owners)
    with _lock:
        _kept[tag] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found
