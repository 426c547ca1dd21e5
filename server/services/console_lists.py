"""The reference lists as the console shows them: what counts now, one product, what a few letters find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.db import reading
from server.models.lists import ListVersion
from server.services.console import Staff
from server.services.lists import index_for, lists_for
from server.store import lists
from server.store.lists import DRAFT
from sync.lists import Banned, LabelUse, Listed, ListKind, Product, find, find_banned, in_force, is_listed
from sync.lists_search import search
from sync.plain import plain, words

FOUND_MAX = 40


@dataclass(frozen=True)
class Found:
    """A product of a search, with what it is today."""

    product: Product
    listed: Listed
    banned: Banned | None
    in_book: int


@dataclass(frozen=True)
class Overview:
    """All lists that count for the organisation, and what was found of `typed`.

    Shape:  `is_more`: more fits than is shown; `banned`: ingredients that are sought by their own name;
            `owners`: names of organisations by id.
    """

    found: tuple[Found, ...]
    banned: tuple[Banned, ...]
    is_more: bool
    versions: tuple[ListVersion, ...]
    draft: ListVersion | None
    owners: Mapping[str, str]
    products: int
    in_book: int


@dataclass(frozen=True)
class ProductPage:
    """A product by its plain name: what it is today, every entry of a list, what the label book says."""

    name: str
    active: str
    listed: Listed
    banned: Banned | None
    today: Product | None
    entries: tuple[Product, ...]
    book: tuple[LabelUse, ...]
    versions: tuple[ListVersion, ...]


def overview(staff: Staff, typed: str, today: str) -> Overview:
    """Return the lists of the staff's organisation and what a few typed letters find in them."""
    known, index = index_for(staff.organisation)
    hits = search(index, typed, FOUND_MAX + 1)
    sought = [f" {one}" for one in words(typed).split(" ") if one]
    banned = [
        one
        for one in known.banned
        if sought and any(all(part in f" {name}" for part in sought) for name in one.names)
    ]
    with reading() as session:
        owners = lists.organisations_for(session, staff.organisation)
        versions = lists.versions(session, owners)
        names = lists.names_of(session, owners)
    drafts = [one for one in versions if one.state == DRAFT and one.organisation == staff.organisation]
    return Overview(
        found=tuple(
            Found(
                one,
                is_listed(known, one.name, today, one.kind),
                find_banned(known, one.active, today),
                len(known.label_uses.get(one.plain, ())),
            )
            for one in hits[:FOUND_MAX]
        ),
        banned=tuple(banned),
        is_more=len(hits) > FOUND_MAX,
        versions=tuple(one for one in versions if one.state != DRAFT),
        draft=drafts[0] if drafts and staff.may_act("import_lists") else None,
        owners=names,
        products=sum(
            any(one.permits and in_force(one, today) for one in same) for same in known.products.values()
        ),
        in_book=sum(len(same) for same in known.label_uses.values()),
    )


def product_page(staff: Staff, name: str, today: str) -> ProductPage | None:
    """Return a product by its name, None where no list and no label book has one."""
    known = lists_for(staff.organisation)
    sought = plain(name)
    entries, book = known.products.get(sought, ()), known.label_uses.get(sought, ())
    if not entries and not book:
        return None
    newest = max(entries, key=lambda one: (one.permits, one.valid_from), default=None)
    shown, active = (newest.name, newest.active) if newest else (book[0].product, book[0].active)
    kind: ListKind = newest.kind if newest else "pesticide"
    with reading() as session:
        owners = lists.organisations_for(session, staff.organisation)
        versions = {one.id: one for one in lists.versions(session, owners) if one.state != DRAFT}
        rows = lists.rows_named(session, list(versions), sought)
    return ProductPage(
        name=shown,
        active=active,
        listed=is_listed(known, name, today, kind),
        banned=find_banned(known, active, today),
        today=find(known, name, today),
        entries=tuple(sorted(entries, key=lambda one: one.valid_from, reverse=True)),
        book=book,
        versions=tuple(versions[one] for one in dict.fromkeys(row.version for row in rows)),
    )
