"""The cooperative's label book: what a label's photo says, read by a reviewer beside the entry that has it.

The page offers what the entry says as a first guess; the browser signs what the reviewer confirms.
Source: PROTOCOL §29.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from server.db import reading
from server.errors import ServiceError
from server.models.views import DocumentView, PhotoView
from server.services.console import FarmName, Staff
from server.services.console_lookups import Photo, photos_of
from server.services.viewing import make_current
from server.store import label_book, views
from sync.lists import LabelUse
from sync.plain import plain
from sync.rights import may_write
from sync.values import Json

PHOTOS_MAX = 60  # our choice: the newest labels that nobody has read
_LINE = re.compile(r"line\.([a-z2-7]{8})\.product")
_ENTRY = "entry:"
_WAITED_FOR = ("pesticide", "medicine")


@dataclass(frozen=True)
class Guess:
    """What an entry says of one product: the first guess of what its label says."""

    product: str
    active: str = ""
    crop: str = ""
    pest: str = ""
    phi_days: str = ""


@dataclass(frozen=True)
class Unread:
    """A label's photo whose products are not all in the book. `products`: those that are not."""

    farm: FarmName
    entry: str
    day: str
    sha256: str
    products: tuple[str, ...]


@dataclass(frozen=True)
class Book:
    """The label book, and the photos of labels that nobody has read yet. `is_writer`: may add to it."""

    lines: tuple[LabelUse, ...]
    unread: tuple[Unread, ...]
    is_writer: bool


@dataclass(frozen=True)
class LabelPage:
    """One label to read. `doc` and `tips` are those of a line that is read anew, else "" and nothing."""

    scope: str
    doc: str
    tips: tuple[str, ...]
    farm: FarmName | None
    entry: str
    photos: tuple[Photo, ...]
    photo_scope: str
    guesses: tuple[Guess, ...]
    now: LabelUse | None


def may_keep(staff: Staff) -> bool:
    """Say whether the staff member may write in the label book."""
    return may_write(staff.role, "org", label_book.TYPE, is_first=True)


def book(staff: Staff) -> Book:
    """Return the label book of the staff's organisation, and which labels of its farms wait to be read."""
    make_current([*staff.farms, staff.org_scope])
    with reading() as session:
        lines = label_book.label_uses(session, staff.org_scope)
        known = {plain(one.product) for one in lines}
        query = (
            select(PhotoView, DocumentView)
            .join(
                DocumentView, (DocumentView.scope == PhotoView.scope) & (DocumentView.doc == PhotoView.of)
            )
            .where(
                PhotoView.scope.in_(list(staff.farms)), PhotoView.kind == "label",
                PhotoView.is_deleted.is_(False), DocumentView.is_deleted.is_(False),
            )
            .order_by(DocumentView.received_at.desc(), PhotoView.doc)
            .limit(PHOTOS_MAX)
        )  # fmt: skip
        found: dict[tuple[str, str], Unread] = {}
        for photo, entry in session.execute(query):
            values = json.loads(entry.values)
            products = tuple(one.product for one in _guesses(values) if plain(one.product) not in known)
            if products and photo.of.startswith(_ENTRY):
                known |= {plain(one) for one in products}  # one photo of a label is enough
                day = values.get("happened_on", "")
                of = staff.farms[photo.scope]
                uuid = photo.of.removeprefix(_ENTRY)
                found.setdefault((photo.scope, photo.of), Unread(of, uuid, day, photo.sha256, products))
    shown = sorted(lines, key=lambda one: plain(one.product))
    return Book(tuple(shown), tuple(found.values()) if may_keep(staff) else (), may_keep(staff))


def new_label(staff: Staff, farm: str, entry: str) -> LabelPage:
    """Return the label of an entry to be read. Raises: ServiceError(no_right, not_found)."""
    _check(staff)
    of = staff.farm(farm)
    make_current([of.scope])
    doc = f"{_ENTRY}{entry}"
    with reading() as session:
        found = views.document(session, of.scope, doc)
        if found is None:
            raise ServiceError("not_found")
        values = json.loads(found.values)
        season = views.document(session, of.scope, str(values.get("season", "")))
        crop = "" if season is None else str(json.loads(season.values).get("product_name", ""))
        photos = photos_of(session, of.scope, [doc]).get(doc, ())
    labels = tuple(one for one in photos if one.kind == "label" and not one.is_sound)
    if not labels:
        raise ServiceError("not_found")
    guesses = tuple(_guesses(values, crop)) or (Guess("", crop=crop),)
    return LabelPage(staff.org_scope, "", (), of, entry, labels, of.scope, guesses, None)


def known_label(staff: Staff, uuid: str) -> LabelPage:
    """Return a line of the book to be read anew, with its photo where it is known.

    Raises: ServiceError(no_right, not_found).
    """
    _check(staff)
    make_current([*staff.farms, staff.org_scope])
    doc = f"{label_book.TYPE}:{uuid}"
    with reading() as session:
        found = views.document(session, staff.org_scope, doc)
        if found is None or found.is_deleted:
            raise ServiceError("not_found")
        values = json.loads(found.values)
        named = str(values.get("from_entry", ""))
        query = select(PhotoView).where(
            PhotoView.scope.in_(list(staff.farms)), PhotoView.sha256 == str(values.get("photo", "")),
            PhotoView.of == named,
        )  # fmt: skip
        row = session.scalar(query.limit(1))
        photos: tuple[Photo, ...] = ()
        if row is not None:
            photos = tuple(
                one
                for one in photos_of(session, row.scope, [row.of]).get(row.of, ())
                if one.sha256 == row.sha256
            )
        now = label_book.label_use_of(doc, values)
    return LabelPage(
        scope=staff.org_scope, doc=doc, tips=tuple(sorted(json.loads(found.tips))),
        farm=None if row is None else staff.farms[row.scope],
        entry=named.removeprefix(_ENTRY) if row is not None else "", photos=photos,
        photo_scope="" if row is None else row.scope, guesses=(), now=now,
    )  # fmt: skip


def _check(staff: Staff) -> None:
    if not may_keep(staff):
        raise ServiceError("no_right")


def _guesses(values: Mapping[str, Json], crop: str = "") -> Iterator[Guess]:
    """Give what an entry says of each product of it after which people wait: in its lines, or in itself."""
    pest = _text(values.get("target_pest"))
    starts = ["", *(f"line.{found[1]}." for name in sorted(values) if (found := _LINE.fullmatch(name)))]
    for start in starts:
        product = _text(values.get(f"{start}product"))
        if product and _is_waited_for(values, start):
            time = "phi" if f"{start}phi_kind" in values else "withdrawal"
            days = values.get(f"{start}{time}_days")
            is_days = values.get(f"{start}{time}_kind") == "days" and isinstance(days, int)
            active = _text(values.get(f"{start}active_ingredient"))
            yield Guess(product, active, crop, pest, str(days) if is_days else "")


def _is_waited_for(values: Mapping[str, Json], start: str) -> bool:
    """Say whether a product is one after which people wait: no seed, no fertiliser, no feed."""
    told = (f"{start}{name}" in values for name in ("phi_kind", "withdrawal_kind", "active_ingredient"))
    return any(told) or values.get(f"{start}input_type") in _WAITED_FOR


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
