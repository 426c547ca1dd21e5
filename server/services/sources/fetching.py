"""Fetching from the sources that are set: prices go into the table, a forecast becomes a draft.

A machine publishes nothing. What is not set is not fetched, and how each attempt ended is kept for the page.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import reading, run_write
from server.models.bulletins import Bulletin, NewsSource
from server.models.people import Organisation
from server.services.console_prices import keep_all
from server.services.setup import new_id
from server.services.sources.prices_sheet import BadSheet, read_prices
from server.services.sources.weather_open_meteo import BadForecast, read_forecast
from server.store import bulletins as rows
from server.store import people
from server.store.outward import TLS_PORT, BadHost, Connection, Line
from server.store.tables import BadTable
from sync.civil import add_days, ms_to_date

BYTES_MAX: Final = 1_000_000
SOURCES: Final = ("weather", "prices")
RUNS_DAYS: Final = 2


@dataclass(frozen=True)
class SourceShown:
    """A source as the page tells it: set or not, when it was tried and last gave something."""

    name: str
    host: str
    tried_at: int | None
    succeeded_at: int | None
    problem: str


class NotFetched(Exception):
    """Nothing came; the message is the word of ours that says why."""


def sources() -> list[SourceShown]:
    """Return every source, set or not."""
    with reading() as session:
        known = {name: rows.source(session, name) for name in SOURCES}
    return [_shown(name, known[name]) for name in SOURCES]


def fetch_all(line: Line, now: int) -> dict[str, str]:
    """Fetch from every source that is set; return the problem of each, "" where it went well."""
    take: dict[str, Callable[[bytes, int], None]] = {"weather": _take_weather, "prices": _take_prices}
    done: dict[str, str] = {}
    for name in SOURCES:
        if not _address(name):
            continue
        done[name] = ""
        try:
            take[name](_get(line, _address(name)), now)
        except NotFetched as error:
            done[name] = str(error)
        except (BadForecast, BadSheet, BadTable):
            done[name] = "shape"
        run_write(lambda session, name=name: rows.note_source(session, name, now, done[name]))  # type: ignore[misc]
    return done


def _shown(name: str, known: NewsSource | None) -> SourceShown:
    host = urlsplit(_address(name)).hostname or ""
    if known is None:
        return SourceShown(name, host, None, None, "")
    return SourceShown(name, host, known.tried_at, known.succeeded_at, known.problem)


def _address(name: str) -> str:
    settings = current_settings()
    return settings.weather_url if name == "weather" else settings.prices_url


def _get(line: Line, address: str) -> bytes:
    """Return what an address gives. Raises: NotFetched."""
    parts = urlsplit(address)
    connection = Connection(parts.hostname or "", parts.port or TLS_PORT, line)
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        data = answer.read(BYTES_MAX + 1)
    except BadHost as error:
        raise NotFetched("inner_host") from error
    except (OSError, http.client.HTTPException) as error:
        raise NotFetched("no_answer") from error
    finally:
        connection.close()
    if answer.status != http.client.OK or len(data) > BYTES_MAX:
        raise NotFetched("refused" if answer.status != http.client.OK else "large")
    return data


def _take_prices(data: bytes, now: int) -> None:
    with reading() as session:
        products = {one.code for one in people.products(session)}
        commune = _commune(session)
    found, _ = read_prices(data, products, ms_to_date(now))
    if not found:
        raise NotFetched("empty")
    keep_all(commune, None, found, urlsplit(_address("prices")).hostname or "")


def _take_weather(data: bytes, now: int) -> None:
    lines, today = read_forecast(data), ms_to_date(now)

    def work(session: Session) -> None:
        commune = _commune(session)
        operator = people.operator_membership(session, commune)
        if operator is None:
            raise NotFetched("no_operator")
        title = f"Thời tiết từ {today[8:]}/{today[5:7]}"
        same = select(Bulletin.id).where(Bulletin.organisation == commune, Bulletin.title == title)
        if session.scalar(same.limit(1)) is None:
            row = Bulletin(
                id=new_id(now), organisation=commune, kind="weather", title=title, text="\n".join(lines),
                urgent=False, is_public=True, starts_on=today, ends_on=add_days(today, RUNS_DAYS),
                villages="[]", crops="[]", roles="[]", state="draft", written_by=operator.id, changed_at=now,
            )  # fmt: skip
            session.add(row)

    run_write(work)


def _commune(session: Session) -> str:
    return session.scalars(select(Organisation.id).where(Organisation.kind == "commune")).one()
