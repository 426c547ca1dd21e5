"""An urgent bulletin wakes the phones that it is for, beside the one reminder a day, and never at night."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import run_write
from server.models.bulletins import Bulletin
from server.models.people import Membership, Organisation
from sync.civil import add_days, ms_to_date
from tests.server.diaries import new_uuid
from tests.server.test_reminders import HOUR, Wakeable, service, settings, woken

__all__ = ["service", "settings", "woken"]


def publish(phone: Wakeable, *, urgent: bool = True, **aims: str) -> None:
    """Publish a bulletin of the commune, a little after the phone was last heard of."""
    phone.later(60_000)
    at = phone.clock.now
    said: dict[str, Any] = dict.fromkeys(("villages", "crops", "roles"), "[]")
    said |= {"title": "Bão", "text": "Bão", "kind": "weather", "state": "published", "is_public": True}

    def work(session: Session) -> None:
        commune = session.scalars(select(Organisation.id).where(Organisation.kind == "commune")).one()
        writer = session.scalars(select(Membership.id)).first()
        session.add(
            Bulletin(
                id=new_uuid(), organisation=commune, urgent=urgent, starts_on=ms_to_date(at),
                ends_on=add_days(ms_to_date(at), 2), written_by=writer, changed_at=at, published_at=at,
                **(said | aims),
            )
        )  # fmt: skip

    run_write(work)


def test_what_is_urgent_wakes_a_phone_that_was_reminded_today_and_once_only(woken: Wakeable) -> None:
    woken.asked_back()
    assert woken.run() == 1
    publish(woken, urgent=False)
    assert woken.run() == 1
    publish(woken)
    assert woken.run() == 2
    assert woken.service.taken[-1].body == b""
    assert woken.run() == 2


def test_what_is_urgent_for_others_wakes_nobody_here(woken: Wakeable) -> None:
    publish(woken, crops='["pig"]')
    publish(woken, villages=f'["{new_uuid()}"]')
    publish(woken, roles='["staff"]')
    assert woken.run() == 0


def test_what_is_urgent_waits_for_the_morning(woken: Wakeable) -> None:
    woken.later(12 * HOUR)
    publish(woken)
    assert woken.run() == 0
    woken.later(8 * HOUR)
    assert woken.run() == 1


def test_a_phone_that_fetched_it_meanwhile_is_left_alone(woken: Wakeable) -> None:
    publish(woken)
    woken.later(60_000)
    woken.home.phone.open_session()
    assert woken.run() == 0
