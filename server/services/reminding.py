"""Reminders: a phone is woken, without any content, when there is something new in its book.

In a request a phone only says where it may be woken, and on which days. Everything else a command does
(`flask reminders send`): `plan` looks what there is to remind of and puts it into the rows, `send_due` sends
what waits there. A row is claimed for some minutes before its message goes out, so a worker that dies in
between loses nothing, and two workers send nothing twice but for that.
Few, and never at night: one a day for a phone beside what is urgent, none of what it has fetched meanwhile.
Source: PROTOCOL §Reminders; RFC 8030; faults.md 99.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import reading, run_write
from server.errors import Fault, ServiceError
from server.models.people import Membership
from server.models.reminders import PushSubscription
from server.services import bulletins
from server.services.sensor_warned import warned
from server.services.viewing import make_current
from server.store import bulletins as news
from server.store import push_key, reminders, web_push
from server.store.devices import Writer
from server.store.outward import BadHost, Line
from server.store.reminders import Subscribed
from server.store.web_push import Answer
from sync import ids
from sync.civil import VIETNAM_MINUTES, is_civil_date, ms_to_date
from sync.rights import HOUSEHOLD
from sync.signing import SoftwareKey
from sync.values import write_text

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
FIRST_HOUR: Final = 6  # our choice: a day's first and last hour for a reminder, in Vietnam
LAST_HOUR: Final = 20
DAYS_MAX: Final = 10  # our choice: days that a phone may name; it names them anew when it is opened
AT_ONCE: Final = 50
CLAIM_MS: Final = 600_000
FIRST_WAIT_MS: Final = 300_000
WAIT_MS_MAX: Final = 6 * HOUR_MS
TRIES_MAX: Final = 10  # our choice: about a day and a half; then the phone finds it by itself

log = logging.getLogger("so_nha_nong.reminders")


@dataclass(frozen=True)
class _Job:
    device: str
    endpoint: str


def state_of(who: Writer) -> dict[str, object]:
    """Return what a phone must know: the server's key (None: it reminds nobody) and whether it is on here."""
    with reading() as session:
        is_on = reminders.is_subscribed(session, who.device)
    key = push_key.FILES.public_key() if _may_be_reminded(who) else None
    return {"key": None if key is None else ids.b64_encode(key), "on": is_on}


def switch(who: Writer, endpoint: str | None, days: Iterable[str], now: int) -> dict[str, object]:
    """Keep where a device is woken and on which days; None for the address: nowhere. Return `state_of`.

    Raises: ServiceError: push_host for an address that is not one of a push service; bad_request for a day
            that is none; no_right for a device that nobody confirmed, or of no household.
    """
    named = sorted(set(days))[:DAYS_MAX]
    wrong = [place for place, day in enumerate(named) if not is_civil_date(day)]
    if wrong:
        raise ServiceError("bad_request", errors=(Fault("no civil date", f"/days/{wrong[0]}"),))
    if endpoint is None:
        run_write(lambda session: reminders.drop(session, [who.device]))
        return state_of(who)
    if not _may_be_reminded(who):
        raise ServiceError("no_right")
    try:
        web_push.check_endpoint(endpoint, _hosts())
    except BadHost as error:
        raise ServiceError("push_host") from error
    run_write(lambda session: _keep(session, who.device, endpoint, named, now))
    return state_of(who)


def plan(now: int) -> int:
    """Put into the queue what there is to remind of; return how many reminders wait since this.

    Shape:  subscriptions of devices that were ended, or whose person left the household, go.
    """
    with reading() as session:
        known = reminders.subscribed(session, now)
        over = reminders.devices(session) - {one.row.device for one in known}
    if over:
        run_write(lambda session: reminders.drop(session, over))
    asked = [one for one in known if one.has_agreed]
    scopes = {one.scope for one in asked}
    make_current(scopes)
    with reading() as session:
        since = min((one.row.told_at for one in asked), default=0)
        said = reminders.said(session, scopes, since)
        urgent = _urgent(session, asked, since, now)
    warnings = warned([ids.split_ref(scope)[1] for scope in scopes], now)
    for one in asked:
        urgent[one.row.device] += warnings.get(ids.split_ref(one.scope)[1], [])
    changed = [
        one for one in asked if _is_changed(one, [*said.get(one.scope, ()), *urgent[one.row.device]], now)
    ]
    return sum(
        run_write(
            partial(_want_all, some=changed[start : start + AT_ONCE], said=said, urgent=urgent, now=now)
        )
        for start in range(0, len(changed), AT_ONCE)
    )


def send_due(now: int, line: Line, key: SoftwareKey) -> Counter[str]:
    """Send what waits in the queue, by day; return how often push services gave which kind of answer.

    Shape:  every answer is kept before the next message goes out.
    """
    done: Counter[str] = Counter()
    while jobs := run_write(partial(_claim, now=now)):
        for job in jobs:
            answer = web_push.push(line, job.endpoint, _hosts(), key, current_settings().public_url, now)
            run_write(partial(_settle, job=job, answer=answer, now=now))
            if answer.kind != "taken":
                log.info("a push service answered %s (%d)", answer.kind, answer.status)
            done[answer.kind] += 1
    return done


def is_day(now: int) -> bool:
    """Return whether people in Vietnam may be reminded at this hour."""
    hour = (now + VIETNAM_MINUTES * 60_000) // HOUR_MS % 24
    return FIRST_HOUR <= hour < LAST_HOUR


def _hosts() -> Collection[str]:
    return current_settings().push_hosts.split()


def _may_be_reminded(who: Writer) -> bool:
    return who.may_act and who.farm is not None and who.role in HOUSEHOLD


def _keep(session: Session, device: str, endpoint: str, days: list[str], now: int) -> None:
    place = ids.b64_encode(hashlib.sha256(endpoint.encode("ascii")).digest())
    row = reminders.find(session, device)
    if row is None:
        row = PushSubscription(device=device, told_at=now, wanted_at=None, next_try_at=0, tries=0, sent_on="")
        session.add(row)
    row.endpoint, row.place, row.days = endpoint, place, write_text([*days])


def _urgent(session: Session, asked: Sequence[Subscribed], since: int, now: int) -> dict[str, list[int]]:
    """Return by device when urgent bulletins that are for its person were published, after a time."""
    found: dict[str, list[int]] = {one.row.device: [] for one in asked}
    fresh = news.urgent_since(session, since, ms_to_date(now))
    if not fresh:
        return found
    crops = news.crops_of(session, {one.scope for one in asked})
    for one in asked:
        member = session.get_one(Membership, one.membership)
        reached = bulletins.reached_by(session, member, crops.get(one.scope, set()))
        tellers = bulletins.tellers_of(session, member.organisation)
        found[one.row.device] = [
            told.published_at or 0
            for told in fresh
            if told.organisation in tellers and bulletins.is_for(told, reached)
        ]
    return found


def _is_changed(one: Subscribed, times: Collection[int], now: int) -> bool:
    """Return whether something is to be noted at a subscription; `times`: when something was told to it."""
    has_news = any(at > one.row.told_at for at in times)
    days: list[str] = json.loads(one.row.days)
    return has_news or one.row.told_at < now - DAY_MS or any(day <= ms_to_date(now) for day in days)


def _want_all(
    session: Session,
    some: Sequence[Subscribed],
    said: Mapping[str, list[int]],
    urgent: Mapping[str, list[int]],
    now: int,
) -> int:
    return sum(_want(session, one, said.get(one.scope, []), urgent[one.row.device], now) for one in some)


def _want(session: Session, one: Subscribed, said: Sequence[int], urgent: Sequence[int], now: int) -> bool:
    """Note what a phone has to be told; return whether a reminder waits from now on that did not before."""
    row = reminders.find(session, one.row.device)
    if row is None:
        return False
    fresh = [at for at in (*said, *urgent) if at > row.told_at]
    presses = any(at > row.told_at and at >= (one.last_seen or 0) for at in urgent)
    days: list[str] = json.loads(row.days)
    today = ms_to_date(now)
    # An hour behind: what a slower transaction brings was received a little before it is seen here.
    row.told_at = max([row.told_at, *fresh, now - HOUR_MS if row.told_at < now - DAY_MS else 0])
    row.days = write_text([day for day in days if day > today])
    is_new = any(at >= (one.last_seen or 0) for at in fresh) or today in days
    row.is_urgent = row.is_urgent or presses
    if not is_new or row.wanted_at is not None:
        return False
    row.wanted_at, row.next_try_at, row.tries = now, now, 0
    return True


def _claim(session: Session, now: int) -> list[_Job]:
    """Return what is to be sent next, kept from others for some minutes; nothing at night."""
    if not is_day(now):
        return []
    today = ms_to_date(now)
    jobs: list[_Job] = []
    woken: set[str] = set()
    while not jobs:
        rows = reminders.due(session, now, today, AT_ONCE)
        if not rows:
            break
        known = reminders.places_reminded(session, [row.place for row in rows], today)
        seen = reminders.seen_since(session, rows)
        for row in rows:
            if row.device in seen or row.place in (woken if row.is_urgent else known | woken):
                row.wanted_at, row.is_urgent = None, False  # the phone has it: fetched, or told for another
                continue
            woken.add(row.place)
            row.next_try_at = now + CLAIM_MS
            jobs.append(_Job(row.device, row.endpoint))
        session.flush()
    return jobs


def _settle(session: Session, job: _Job, answer: Answer, now: int) -> None:
    row = reminders.find(session, job.device)
    if row is None or row.endpoint != job.endpoint:
        return  # switched off, or on anew, meanwhile
    if answer.kind == "gone":
        reminders.drop(session, [job.device])
    elif answer.kind == "taken":
        row.wanted_at, row.tries, row.sent_on, row.is_urgent = None, 0, ms_to_date(now), False
    else:
        row.tries += 1
        wait = min(FIRST_WAIT_MS << (row.tries - 1), WAIT_MS_MAX)
        row.next_try_at = now + max(wait, answer.after_s * 1000)
        if row.tries >= TRIES_MAX:
            row.wanted_at, row.tries, row.is_urgent = None, 0, False
