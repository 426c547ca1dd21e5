"""Many farms at once, over sockets to two workers: a mix of requests, then a storm of phones coming back.

The mix is what phones ask in a day of work: most have nothing new, some bring a few entries, some take what
stands in the log. The storm: every phone returns in the same second with a week of entries, and comes again
where it is told to; at the end every op that was answered `accepted` must stand in the log.
"""

from __future__ import annotations

import gzip
import http.client
import json
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any

from sqlalchemy import bindparam, select

from server.db import reading, run
from server.models.log import OpRow
from server.store import log
from server.store.bulk import among
from sync.log import Cursor
from tests.bench.diaries import Household, pack
from tests.bench.memory import children, peak_mb
from tests.bench.references import KINTO
from tests.bench.servers import Bench, bench_server
from tests.bench.serving import Served
from tests.bench.table import Row, percentile
from tests.server.phones import Phone

WEEK = 21  # ops: two entries and a photo's metadata a day
CLIENTS = 8  # of the mix, at once
ROUNDS = 4
TRIES_MAX = 60
WAIT_MAX = 2.0  # seconds; a real phone waits longer, and the storm is over sooner than it thinks
AGAIN = (0, 429, 503)
TAKEN = ("accepted", "already")
_LOGGED = select(OpRow.id).where(OpRow.scope == bindparam("of"), among(OpRow.id, "ids"))


@dataclass
class Home:
    """One farm with one phone, and where its phone stands in the log."""

    phone: Phone
    diary: Household
    cursor: str
    results: list[Any] = field(default_factory=list)
    again: int = 0  # how often it was told to come again
    waited: list[float] = field(default_factory=list)  # seconds of each request
    back: float = 0.0  # seconds from the storm's beginning until nothing was left to send


def rows(kind: str, phones: int, farms: Sequence[int], requests: int) -> Iterator[Row]:
    """Yield the rows of one database: `requests` of the mix for each number of farms, then the storm."""
    with bench_server(kind) as server:
        homes = [_home(server, place) for place in range(phones)]
        with Served(server.settings) as (port, master):
            yield from _mixes(kind, port, homes, [one for one in farms if one <= phones], requests)
            yield from _storm(kind, port, master, homes)


def _home(server: Bench, place: int) -> Home:
    address = f"10.0.{place // 250}.{place % 250}"  # as from many houses
    phone = server.phone(f"Chủ hộ {place}", f"Nhà {place}", address=address)
    diary = server.household(phone, place)
    with reading() as session:
        seq = log.newest(session, diary.scope)
        start = str(Cursor(log.epoch(session), seq, log.digest_at(session, diary.scope, seq) or b""))
    return Home(phone, diary, start)


def _mixes(kind: str, port: int, homes: list[Home], farms: Sequence[int], requests: int) -> Iterator[Row]:
    group = f"request mix, {kind}, {CLIENTS} clients, 2 workers"
    took: dict[int, list[float]] = {count: [] for count in farms}
    whole = dict.fromkeys(farms, 0.0)
    with ThreadPoolExecutor(CLIENTS) as pool:
        warm = [_turn(homes[0], 0) for _ in range(CLIENTS * 4)]
        list(pool.map(lambda body: _timed(port, *body), warm))  # not counted: workers that load, caches
        for _ in range(ROUNDS):  # in turn, for others' work changes all times
            for count in farms:
                turns = [_turn(homes[place % count], place) for place in range(requests // ROUNDS)]
                began = time.perf_counter()
                took[count] += pool.map(lambda body: _timed(port, *body), turns)
                whole[count] += time.perf_counter() - began
    speeds = {count: len(took[count]) / whole[count] for count in farms}
    for count in farms:
        what = f"{count:,} farms" if count > 1 else "1 farm"
        yield Row(group, f"{what}: requests a second", speeds[count], "/s")
        late = percentile(took[count], 0.95) * 1000
        yield Row(group, f"{what}: 95 of 100 are answered within", late, "ms")
    least, most = min(speeds), max(speeds)
    value = speeds[most] / speeds[least]
    yield Row(group, f"requests a second: {most:,} farms / {least:,}", value, "", "≥ 0.80", met=value >= 0.8)


def _turn(home: Home, place: int) -> tuple[Phone, bytes]:
    """Return one request of the mix: of ten, six find nothing new, three bring entries, one takes the log."""
    if place % 10 < 6:
        return home.phone, pack({"cursors": {home.diary.scope: home.cursor}, "access": ""})
    if place % 10 < 9:
        return home.phone, pack({"ops": [one.sent for one in home.diary.ops(3)]})
    return home.phone, pack({"cursors": {home.diary.scope: "0"}, "limit": {"ops": 100, "bytes": 200_000}})


def _timed(port: int, phone: Phone, body: bytes) -> float:
    began = time.perf_counter()
    status, _, _ = _ask(port, phone, body)
    assert status == 200, status
    return time.perf_counter() - began


def _storm(kind: str, port: int, master: int, homes: list[Home]) -> Iterator[Row]:
    weeks = [list(home.diary.ops(WEEK)) for home in homes]
    bodies = [pack({"ops": [one.sent for one in week], "access": ""}) for week in weeks]
    start = Barrier(len(homes))
    with ThreadPoolExecutor(len(homes)) as pool:
        list(pool.map(lambda pair: _come_back(port, *pair, start), zip(homes, bodies, strict=True)))
    told = [{made.id for made, one in zip(week, home.results, strict=True) if one["result"] in TAKEN}
            for home, week in zip(homes, weeks, strict=True)]  # fmt: skip
    acknowledged = sum(len(one) for one in told)
    missing = sum(len(one) - _logged(home, one) for home, one in zip(homes, told, strict=True))
    assert acknowledged == len(homes) * WEEK, f"{acknowledged} of {len(homes) * WEEK} ops were taken"
    assert not missing, f"{missing} acknowledged ops are not in the log"
    backs, waits = [one.back for one in homes], [one for home in homes for one in home.waited]
    group = f"storm, {kind}: {len(homes)} phones return at once with {WEEK} ops each, 2 workers"
    yield Row(group, "until all are in", max(backs), "s")
    yield Row(group, "ops a second", acknowledged / max(backs), "ops/s", "≥ 110", KINTO,
              met=acknowledged / max(backs) >= 110)  # fmt: skip
    yield Row(group, "95 of 100 phones are done within", percentile(backs, 0.95), "s")
    yield Row(group, "95 of 100 requests are answered within", percentile(waits, 0.95), "s")
    yield Row(
        group, "told to come again (429, 503) or not connected", sum(one.again for one in homes), "times"
    )
    yield Row(group, "acknowledged ops that the log lacks", missing, "ops", "0", met=missing == 0)
    worst = max(peak_mb(pid) for pid in children(master))
    yield Row(group, "peak of a worker", worst, "MB", "≤ 150", met=worst <= 150)


def _come_back(port: int, home: Home, body: bytes, start: Barrier) -> None:
    """Send a week's entries until they are taken, as often as the server asks for."""
    start.wait()
    began = time.perf_counter()
    for _ in range(TRIES_MAX):
        asked = time.perf_counter()
        status, wait, data = _ask(port, home.phone, body)
        home.waited.append(time.perf_counter() - asked)
        if status == 200:
            home.results = data["results"]
            break
        assert status in AGAIN, status
        home.again += 1
        time.sleep(min(WAIT_MAX, wait) * random.uniform(0.5, 1.5))  # as phones spread their tries
    home.back = time.perf_counter() - began


def _logged(home: Home, ids: set[str]) -> int:
    with reading() as session:
        return len(run(session, _LOGGED, {"of": home.diary.scope, "ids": ids}).all())


def _ask(port: int, phone: Phone, body: bytes) -> tuple[int, float, Any]:
    """Return status, seconds to wait and the answer; status 0 where no connection came about."""
    headers = phone.headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        link.request("POST", "/api/v1/sync", body, headers | {"Accept-Encoding": "gzip"})
        answer = link.getresponse()
        text = answer.read()
    except OSError:
        return 0, 1.0, {}
    finally:
        link.close()
    text = gzip.decompress(text) if answer.headers.get("Content-Encoding") == "gzip" else text
    return answer.status, float(answer.headers.get("Retry-After") or 1), json.loads(text)
