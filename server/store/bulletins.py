"""Rows of bulletins, market prices and proposals: look-ups and inserts, nothing decided here."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.bulletins import Bulletin, BulletinRead, MarketPrice, NewsSource, Proposal
from server.models.people import Farm, HelperVillage, Membership, Person
from server.models.views import SeasonView
from server.store.upserts import insert_new, upsert

PUBLISHED = "published"


def told(session: Session, organisations: Collection[str], today: str, until: str) -> list[Bulletin]:
    """Return what is published and runs at `today` or begins up to `until`, urgent first, then newest."""
    query = (
        select(Bulletin)
        .where(
            Bulletin.organisation.in_(organisations),
            Bulletin.state == PUBLISHED,
            Bulletin.ends_on >= today,
            Bulletin.starts_on <= until,
        )
        .order_by(Bulletin.urgent.desc(), Bulletin.published_at.desc(), Bulletin.id)
    )
    return list(session.scalars(query))


def public(session: Session, organisations: Collection[str], today: str, most: int) -> list[Bulletin]:
    """Return what the public page and the feeds tell at a day, the newest first."""
    query = select(Bulletin).where(
        Bulletin.organisation.in_(organisations),
        Bulletin.state == PUBLISHED,
        Bulletin.is_public.is_(True),
        Bulletin.starts_on <= today,
        Bulletin.ends_on >= today,
    )
    return list(session.scalars(query.order_by(Bulletin.published_at.desc(), Bulletin.id).limit(most)))


def of_organisation(session: Session, organisation: str, most: int) -> list[Bulletin]:
    """Return an organisation's bulletins, drafts too, what changed last first."""
    query = select(Bulletin).where(Bulletin.organisation == organisation)
    return list(session.scalars(query.order_by(Bulletin.changed_at.desc(), Bulletin.id).limit(most)))


def find(session: Session, organisation: str, bulletin: str) -> Bulletin | None:
    """Return a bulletin of an organisation."""
    found = session.get(Bulletin, bulletin)
    return found if found is not None and found.organisation == organisation else None


def of_question(session: Session, question: str) -> Bulletin | None:
    """Return the newest bulletin that tells the answer to a question."""
    query = select(Bulletin).where(Bulletin.question == question)
    return session.scalar(query.order_by(Bulletin.changed_at.desc()).limit(1))


def urgent_since(session: Session, since: int, today: str) -> list[Bulletin]:
    """Return the urgent ones that were published after a time and run at a day."""
    query = select(Bulletin).where(
        Bulletin.state == PUBLISHED,
        Bulletin.urgent.is_(True),
        Bulletin.published_at > since,
        Bulletin.starts_on <= today,
        Bulletin.ends_on >= today,
    )
    return list(session.scalars(query))


def note_read(session: Session, bulletin: str, membership: str, read_at: int) -> None:
    """Keep that somebody opened a bulletin; the first time stands."""
    row = {"bulletin": bulletin, "membership": membership, "read_at": read_at}
    session.execute(insert_new(session, BulletinRead).values(**row))


def existing(session: Session, bulletins: Collection[str]) -> set[str]:
    """Return those of the ids that are bulletins."""
    return set(session.scalars(select(Bulletin.id).where(Bulletin.id.in_(sorted(bulletins)))))


def read_counts(session: Session, bulletins: Collection[str]) -> dict[str, int]:
    """Return how many people opened each."""
    query = select(BulletinRead.bulletin, func.count()).where(BulletinRead.bulletin.in_(sorted(bulletins)))
    return {str(one): int(count) for one, count in session.execute(query.group_by(BulletinRead.bulletin))}


def readers(session: Session, bulletin: str) -> set[str]:
    """Return the memberships that opened a bulletin."""
    return set(session.scalars(select(BulletinRead.membership).where(BulletinRead.bulletin == bulletin)))


def prices(session: Session, organisations: Collection[str], since: str) -> list[MarketPrice]:
    """Return prices from a day on, by product, market and day."""
    query = select(MarketPrice).where(MarketPrice.organisation.in_(organisations), MarketPrice.day >= since)
    return list(
        session.scalars(
            query.order_by(MarketPrice.product, MarketPrice.market, MarketPrice.day, MarketPrice.organisation)
        )
    )


def price(session: Session, organisation: str, product: str, market: str, day: str) -> MarketPrice | None:
    """Return one price."""
    return session.get(MarketPrice, (organisation, product, market, day))


def put_price(session: Session, key: dict[str, object], values: dict[str, object]) -> None:
    """Insert a price, or replace what was said of that product, market and day."""
    upsert(session, MarketPrice, key, values, values)


def source(session: Session, name: str) -> NewsSource | None:
    """Return when a source last gave something."""
    return session.get(NewsSource, name)


def note_source(session: Session, name: str, now: int, problem: str) -> None:
    """Keep how an attempt at a source ended."""
    later: dict[str, object] = {"tried_at": now, "problem": problem}
    went_well = {"succeeded_at": now} if not problem else {}
    upsert(
        session, NewsSource, {"name": name}, {"succeeded_at": None, **later, **went_well}, later | went_well
    )


def proposals_of(session: Session, membership: str) -> list[Proposal]:
    """Return what somebody proposed, the newest first."""
    query = select(Proposal).where(Proposal.by == membership)
    return list(session.scalars(query.order_by(Proposal.received_at.desc(), Proposal.id)))


def proposals(session: Session, commune: str, most: int) -> list[Proposal]:
    """Return what was proposed to a commune, the newest first."""
    query = select(Proposal).where(Proposal.commune == commune)
    return list(session.scalars(query.order_by(Proposal.received_at.desc(), Proposal.id).limit(most)))


def new_proposals(session: Session, commune: str) -> int:
    """Count what was proposed to a commune and nobody looked at."""
    query = select(func.count()).where(Proposal.commune == commune, Proposal.state == "new")
    return session.scalar(query) or 0


def crops_of(session: Session, scopes: Iterable[str]) -> dict[str, set[str]]:
    """Return the products of the running seasons of farms, by scope."""
    query = select(SeasonView.scope, SeasonView.product).where(
        SeasonView.scope.in_(sorted(scopes)),
        SeasonView.is_deleted.is_(False),
        SeasonView.ended_on == "",
        SeasonView.product != "",
    )
    found: dict[str, set[str]] = {}
    for scope, product in session.execute(query):
        found.setdefault(scope, set()).add(product)
    return found


def villages_of(session: Session, membership: Membership) -> set[str]:
    """Return where somebody is to be told of: the farm's village, a helper's own ones, else the person's."""
    if membership.farm is not None:
        farm = session.get(Farm, membership.farm)
        return {farm.village} if farm is not None and farm.village else set()
    own = select(HelperVillage.village).where(HelperVillage.membership == membership.id)
    found = set(session.scalars(own))
    person = None if found else session.get(Person, membership.person)
    return found or ({person.village} if person is not None and person.village else set())


def listed(text: str) -> list[str]:
    """Return the list in a column of `Bulletin`."""
    found: list[str] = json.loads(text)
    return found
