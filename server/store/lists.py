"""Rows of the reference lists, and the `Lists` that rules read, made of the versions that were taken.

Every look-up takes the organisations whose lists count: one's own and the commune's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.db import run
from server.models.lists import PLAIN_CHARS, ListRow, ListText, ListVersion
from server.models.people import Organisation
from server.store.bulk import among
from sync import ids
from sync.civil import add_days
from sync.lists import Banned, Dose, ListKind, Lists, Loaded, Mark, Product, Use, make_lists
from sync.plain import plain
from sync.values import Json, write_text

DRAFT, TAKEN, DROPPED = "draft", "taken", "dropped"
BANNED, LABEL = "banned", "label"
KINDS: Final = ("pesticide", "veterinary", "fertiliser", BANNED, LABEL)
# Built once: every look at a farm asks these.
_COMMUNES = select(Organisation.id).where(Organisation.kind == "commune")
_TAKEN = (
    select(ListVersion.id, ListVersion.valid_from, ListVersion.valid_to)
    .where(among(ListVersion.organisation, "organisations"), ListVersion.state == TAKEN)
    .order_by(ListVersion.id)
)
_SHAPE: Final = "1"  # another text is made for the same versions where this changes


def organisations_for(session: Session, organisation: str) -> list[str]:
    """Return whose lists count for an organisation: its own and the commune's."""
    communes = run(session, _COMMUNES, {}).scalars()
    return sorted({organisation, *communes})


def names_of(session: Session, organisations: Collection[str]) -> dict[str, str]:
    """Return how these organisations are called, by id."""
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisations))
    return {str(one): str(name) for one, name in session.execute(query)}


def versions(session: Session, organisations: Collection[str], *states: str) -> list[ListVersion]:
    """Return the versions of these organisations, the newest in force first."""
    query = select(ListVersion).where(ListVersion.organisation.in_(organisations))
    if states:
        query = query.where(ListVersion.state.in_(states))
    order = (ListVersion.valid_from.desc(), ListVersion.made_at.desc(), ListVersion.id)
    return list(session.scalars(query.order_by(*order)))


def rows_of(session: Session, version: str, first: int = 0, most: int | None = None) -> list[ListRow]:
    """Return rows of a version in their order, from a position on."""
    query = select(ListRow).where(ListRow.version == version, ListRow.position >= first)
    return list(session.scalars(query.order_by(ListRow.position).limit(most)))


def rows_named(session: Session, wanted: Collection[str], name: str) -> list[ListRow]:
    """Return the rows of this plain name in these versions."""
    query = select(ListRow).where(ListRow.plain == name[:PLAIN_CHARS], ListRow.version.in_(wanted))
    return list(session.scalars(query.order_by(ListRow.version, ListRow.position)))


def add_rows(session: Session, version: str, rows: Sequence[tuple[int, str, dict[str, Json]]]) -> None:
    """Add the rows of a version: (line, plain name, data), in their order."""
    if rows:
        session.execute(
            insert(ListRow),
            [
                {"version": version, "position": at, "line": line, "plain": name, "data": write_text(data)}
                for at, (line, name, data) in enumerate(rows)
            ],
        )


def drop_rows(session: Session, version: str) -> None:
    """Take a dry run away, with its rows."""
    session.execute(delete(ListRow).where(ListRow.version == version))
    session.execute(delete(ListVersion).where(ListVersion.id == version))


def forget_texts(session: Session) -> None:
    """Drop what phones were given: the lists have changed."""
    session.execute(delete(ListText))


def tag_of(session: Session, organisations: Collection[str]) -> str:
    """Return the name of the state of these organisations' lists, another one after every change."""
    rows = run(session, _TAKEN, {"organisations": organisations})
    said = "\n".join(" ".join(row) for row in rows)
    return ids.b64_encode(hashlib.sha256(f"{_SHAPE}\n{said}".encode()).digest()[:16])


def lists_of(session: Session, organisations: Collection[str]) -> Lists:
    """Return the lists of these organisations, without a label book."""
    taken = versions(session, organisations, TAKEN)
    by_id = {one.id: one for one in taken}
    rows = session.execute(
        select(ListRow.version, ListRow.data)
        .where(ListRow.version.in_(by_id))
        .order_by(ListRow.plain, ListRow.version, ListRow.position)
    )
    products: list[Product] = []
    banned: list[Banned] = []
    uses: dict[str, Use] = {}
    for version, text in rows:
        of = by_id[version]
        data = row_data(text)
        if of.kind == BANNED:
            banned.append(banned_of(of, data))
        else:
            products.append(product_of(of, data, uses))
    loaded = [
        Loaded(cast(ListKind, one.kind), one.valid_from, one.valid_to, one.title, cast(Mark, one.mark))
        for one in taken
        if one.is_whole and one.kind not in (BANNED, LABEL)
    ]
    tag = tag_of(session, organisations)
    return make_lists(tag, joined(products), joined_bans(banned), loaded)


def row_data(text: str) -> dict[str, Any]:
    """Return the data of a row."""
    return cast(dict[str, Any], json.loads(text))


def use_to_data(use: Use) -> list[Json]:
    """Return a use as a row keeps it; the inverse is `use_of_data`."""
    dose = None if use.dose is None else [[one.low, one.high, one.unit] for one in use.dose]
    phi = [use.phi_text, use.phi_kind, use.phi_days, list(use.stages)]
    return [use.crop, use.pest, use.dose_text, dose, *phi, *([use.produce] if use.produce else [])]


def use_of_data(row: Sequence[Any]) -> Use:
    """Return the use that a row keeps."""
    crop, pest, dose_text, dose, phi_text, kind, days, stages, *produce = row
    doses = None if dose is None else tuple(Dose(*one) for one in dose)
    return Use(crop, pest, doses, dose_text, kind, days, phi_text, tuple(stages), *produce)


def product_of(version: ListVersion, data: dict[str, Any], known: dict[str, Use] | None = None) -> Product:
    """Return the product of a row, in force while its version and its own dates are; equal uses once."""
    known = {} if known is None else known
    uses = tuple(known.setdefault(repr(row), use_of_data(row)) for row in data.get("uses", ()))
    ends = [one for one in (version.valid_to, data.get("valid_to", "")) if one]
    return Product(
        name=data["name"],
        plain=plain(data["name"]),
        kind="pesticide" if version.kind == LABEL else cast(ListKind, version.kind),
        active=data.get("active", ""),
        group=data.get("group", ""),
        registrant=data.get("registrant", ""),
        valid_from=max(version.valid_from, data.get("valid_from", "")),
        valid_to=min(ends, default=""),
        usable_until=data.get("usable_until", ""),
        source=data.get("source") or version.title,
        mark=cast(Mark, version.mark),
        uses=uses,
        permits=version.kind != LABEL,
    )


def banned_of(version: ListVersion, data: dict[str, Any]) -> Banned:
    """Return the banned ingredient of a row."""
    since = max(version.valid_from, data.get("valid_from", ""))
    ends = [one for one in (version.valid_to, data.get("valid_to", "")) if one]
    source = data.get("source") or version.title
    kind, mark = cast(ListKind, data.get("kind", "pesticide")), cast(Mark, version.mark)
    return Banned(data["name"], tuple(data["names"]), kind, source, since, mark, min(ends, default=""))


def joined_bans(banned: Iterable[Banned]) -> list[Banned]:
    """Return bans in which those of one ingredient that follow or overlap each other are one."""
    found: list[Banned] = []
    for one in sorted(banned, key=lambda ban: (ban.active, ban.valid_from)):
        before = found[-1] if found else None
        if before is None or before.active != one.active or not _follows(before, one):
            found.append(one)
            continue
        ends = (before.valid_to, one.valid_to)
        names = tuple(dict.fromkeys((*before.names, *one.names)))
        found[-1] = replace(before, names=names, valid_to="" if "" in ends else max(ends))
    return found


def joined(products: Iterable[Product]) -> list[Product]:
    """Return products in which the same entry of one list and the next is one, from its first day on."""
    last: dict[Product, int] = {}
    found: list[Product] = []
    for one in sorted(products, key=lambda product: (product.plain, product.valid_from)):
        bare = replace(one, valid_from="", valid_to="", source="", mark="R")
        at = last.get(bare)
        if at is not None and _follows(found[at], one):
            found[at] = replace(one, valid_from=found[at].valid_from)
        else:
            last[bare] = len(found)
            found.append(one)
    return found


def _follows(before: Product | Banned, after: Product | Banned) -> bool:
    return not before.valid_to or after.valid_from <= add_days(before.valid_to, 1)
