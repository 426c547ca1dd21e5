"""Sending what waits for the city's system: one at a time, in each lot's order, until there is a receipt.

A delivery is claimed for some minutes before it goes out, so two processes send nothing twice, and one that
dies in between loses nothing: the same bytes go again, and the events' ids make that harmless. Where the
system is away the rest waits too; what it refuses stays, with its reason, until a person decides, and keeps
the later ones of its lot back. A wait doubles from try to try, and is drawn by lot so that not all come back
at one moment.
Source: PROTOCOL §38 "Passing on"; tigerbeetle, reliable submission (STYLE 6).
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from server.db import run_write
from server.services import city
from server.services.city.shape import Outcome
from server.store import city as rows

CLAIM_MS: Final = 600_000
FIRST_WAIT_MS: Final = 60_000
WAIT_MS_MAX: Final = 6 * 3_600_000
AT_ONCE: Final = 200  # our choice: what one turn sends at most
PERMILLE: Final = 1000
log = logging.getLogger("so_nha_nong.city")

Lot = Callable[[], int]  # a number below PERMILLE, drawn by lot


@dataclass(frozen=True)
class _Job:
    scope: str
    id: str
    body: str
    job: str


def send_due(now: int, draw: Lot | None = None) -> Counter[str]:
    """Send what waits; return how often which outcome came. Nothing where a person takes it there."""
    adapter, done = city.current(), Counter[str]()
    if adapter.send is None:
        return done
    for _ in range(AT_ONCE):
        job = run_write(partial(_claim, adapter=adapter.name, now=now))
        if job is None:
            break
        outcome = adapter.send(job.body, job.job)
        chance = (draw or _draw)()
        run_write(partial(_settle, job=job, outcome=outcome, now=now, chance=chance))
        done[outcome.kind] += 1
        if outcome.kind == "later":
            log.info("the city's system: %s", outcome.problem)
            break  # away for one is away for all
    return done


def wait_ms(tries: int, after_s: int, chance: int) -> int:
    """Return how long a delivery waits after so many tries. `chance`: 0 to 999, half of it lies in that."""
    longest = min(FIRST_WAIT_MS << min(tries - 1, 20), WAIT_MS_MAX)
    return max(longest // 2 + longest // 2 * chance // PERMILLE, after_s * 1000)


def _draw() -> int:
    return secrets.randbelow(PERMILLE)


def _claim(session: Session, adapter: str, now: int) -> _Job | None:
    row = rows.next_due(session, adapter, now)
    if row is None:
        return None
    row.next_try_at = now + CLAIM_MS
    return _Job(row.scope, row.id, row.body, row.job)


def _settle(session: Session, job: _Job, outcome: Outcome, now: int, chance: int) -> None:
    row = rows.find(session, job.scope, job.id)
    if row is None or row.state != rows.WAITING or row.body != job.body:
        return  # a person decided meanwhile
    row.tried_at, row.answer = now, outcome.answer
    row.problem, row.job = outcome.problem, outcome.job
    row.receipt = outcome.receipt or row.receipt
    if outcome.kind == "delivered":
        row.state, row.settled_at = rows.DELIVERED, now
    elif outcome.kind == "refused":
        row.state = rows.REFUSED
    elif outcome.kind == "asked":
        row.tries, row.next_try_at = 0, now + outcome.after_s * 1000
    else:
        row.tries += 1
        row.next_try_at = now + wait_ms(row.tries, outcome.after_s, chance)
