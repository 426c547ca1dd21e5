"""What a phone is told: bulletins aimed at its person, market prices, the answers to what was proposed.

A bulletin reaches who belongs to its organisation or to one below it; what it is aimed at narrows that. Who
has no farm is told whatever the crop: helpers and staff speak with all. What begins soon comes beforehand: a
phone may have no coverage on the day, and shows it by its own calendar.
Source: PROTOCOL "Bulletins and prices".
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session

from server.db import reading
from server.models.bulletins import Bulletin, MarketPrice, Proposal
from server.models.people import Membership, Organisation
from server.services.viewing import make_current
from server.store import bulletins as rows
from server.store import people
from server.store.devices import Writer
from sync import ids
from sync.civil import add_days, ms_to_date
from sync.rights import HELPERS, HOUSEHOLD
from sync.values import Json, write_text

KINDS: Final = ("prices", "weather", "pest", "notice", "story", "answer")
GROUPS: Final = ("household", "helper", "staff")
TOLD_MAX: Final = 60  # our choice: more than anybody reads, and 100 KB packed at the very most
AHEAD_DAYS: Final = 14
PRICE_DAYS: Final = 60
PRICES_MAX: Final = 3000
PROPOSALS_MAX: Final = 20


@dataclass(frozen=True)
class Told:
    """The JSON text of the snapshot and its tag, which changes when the text does."""

    text: str
    tag: str


@dataclass(frozen=True)
class Reached:
    """What decides whether a bulletin is for somebody: place, crops (None: whatever the crop), group."""

    villages: frozenset[str]
    crops: frozenset[str] | None
    group: str


def told_to(who: Writer, now: int) -> Told:
    """Return what a device is told; a device that nobody confirmed is told nothing."""
    scope = None if who.farm is None else f"farm:{who.farm}"
    if scope is not None:
        make_current([scope])
    today = ms_to_date(now)
    with reading() as session:
        found = _collect(session, who, scope, today) if who.may_act else {}
    text = write_text({"bulletins": [], "prices": [], "proposals": [], **found})
    return Told(text, ids.b64_encode(hashlib.sha256(text.encode("utf-8")).digest()[:16]))


def group_of(role: str) -> str:
    """Return the group of a role, as bulletins are aimed."""
    return "household" if role in HOUSEHOLD else "helper" if role in HELPERS else "staff"


def is_for(one: Bulletin, reached: Reached) -> bool:
    """Return whether a bulletin of somebody's organisations is for him."""
    villages, crops, groups = (rows.listed(text) for text in (one.villages, one.crops, one.roles))
    if groups and reached.group not in groups:
        return False
    if villages and reached.villages.isdisjoint(villages):
        return False
    return not crops or reached.crops is None or not reached.crops.isdisjoint(crops)


def reached_by(session: Session, member: Membership, crops: Collection[str]) -> Reached:
    """Return what decides for a membership; `crops`: of its farm's running seasons."""
    return Reached(
        frozenset(rows.villages_of(session, member)),
        None if member.farm is None else frozenset(crops),
        group_of(member.role),
    )


def tellers_of(session: Session, organisation: str) -> list[str]:
    """Return the organisations whose bulletins reach somebody of this one."""
    return [organisation, *people.organisations_above(session, organisation)]


def _collect(session: Session, who: Writer, scope: str | None, today: str) -> dict[str, Json]:
    member = session.get_one(Membership, who.membership)
    crops = rows.crops_of(session, [scope]).get(scope, set()) if scope is not None else set()
    reached = reached_by(session, member, crops)
    tellers = tellers_of(session, who.organisation)
    found = rows.told(session, tellers, today, add_days(today, AHEAD_DAYS))
    names = {one.id: one.name for one in people.organisations(session) if one.id in tellers}
    prices = rows.prices(session, tellers, add_days(today, -PRICE_DAYS))[-PRICES_MAX:]
    mine = rows.proposals_of(session, who.membership)[:PROPOSALS_MAX]
    return {
        "bulletins": [to_wire(one, names) for one in found if is_for(one, reached)][:TOLD_MAX],
        "prices": prices_to_wire(prices),
        "proposals": [_proposal(session, one) for one in mine],
    }


def to_wire(one: Bulletin, names: dict[str, str]) -> dict[str, Json]:
    """Return a bulletin as phones get it."""
    return {
        "id": one.id,
        "kind": one.kind,
        "title": one.title,
        "text": one.text,
        "urgent": one.urgent,
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "published_at": one.published_at,
        "by": names.get(one.organisation, ""),
    }


def prices_to_wire(found: Iterable[MarketPrice]) -> list[Json]:
    """Return prices as phones get them: a line for each product, market and unit, its days in order."""
    lines: list[Json] = []
    for (product, market), days in groupby(found, key=lambda one: (one.product, one.market)):
        by_day = {one.day: one for one in days}  # of two organisations the later in the order stands
        last = by_day[max(by_day)]
        told: list[Json] = [
            [day, one.low, one.high] for day, one in sorted(by_day.items()) if one.unit == last.unit
        ]
        lines.append(
            {"product": product, "market": market, "unit": last.unit, "source": last.source, "days": told}
        )
    return lines


def _proposal(session: Session, one: Proposal) -> dict[str, Json]:
    commune = session.get(Organisation, one.commune)
    return {
        "id": one.id,
        "made_at": one.made_at,
        "text": one.text,
        "voice_seconds": one.voice_seconds if one.voice_type else 0,
        "state": one.state,
        "answer": one.answer,
        "answered_at": one.answered_at,
        "by": "" if commune is None else commune.name,
    }
