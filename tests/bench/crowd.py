"""Push by four clients at once, over sockets to two workers, beside the floor of four processes at once.

Each client writes into a farm of its own. The floor's processes call no server: they parse, verify, insert.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from server.app import create_app
from server.config import Settings
from server.db import db
from tests.bench.diaries import Household, requests
from tests.bench.push import BATCH, check_log, floor
from tests.bench.references import KINTO
from tests.bench.servers import bench_server
from tests.bench.serving import Served, ask
from tests.bench.table import Row
from tests.server.phones import Phone

CLIENTS = 4


def rows(kind: str, batches: int) -> Iterator[Row]:
    """Yield the rows of one database: `batches` of 100 ops by each client."""
    group = f"push, {kind}, batches of {BATCH}, {CLIENTS} clients, 2 workers"
    count = CLIENTS * batches * BATCH
    with bench_server(kind) as server:
        phones = [server.phone(f"Chủ hộ {one}", f"Nhà {one}") for one in range(CLIENTS * 2)]
        homes = [server.household(phone, seed) for seed, phone in enumerate(phones)]
        bodies = [requests(list(home.ops(BATCH * batches))) for home in homes]
        least = _floors(server.settings, homes[:CLIENTS], bodies[:CLIENTS])
        with Served(server.settings) as (port, _):
            pushed = _push(port, phones[CLIENTS:], bodies[CLIENTS:])
        for home in homes[CLIENTS:]:
            check_log(home.scope, batches * BATCH)
    yield Row(group, "floor: four processes at once", count / least, "ops/s", "", "about 10,000 on two cores")
    yield Row(group, "push: log, digest and heads durable", count / pushed, "ops/s", "", KINTO)
    yield Row(group, "push / floor", least / pushed, "", "≥ 0.80", met=least / pushed >= 0.8)


def _floors(settings: Settings, homes: list[Household], bodies: list[list[bytes]]) -> float:
    """Return the seconds that four processes need, counted from when all of them are ready."""
    plain = replace(settings, busy_timeout_ms=60_000)
    keys = [(home.key.public, home.scope) for home in homes]
    with ProcessPoolExecutor(CLIENTS, get_context("spawn"), _open, (plain,)) as pool:
        list(pool.map(_wake, range(CLIENTS * 4)))
        began = time.perf_counter()
        list(pool.map(_work, keys, bodies))
        return time.perf_counter() - began


def _open(settings: Settings) -> None:
    create_app(settings).app_context().push()


def _wake(_: int) -> None:
    with db.engine.connect():
        time.sleep(0.2)  # so that each process of the pool gets one


def _work(who: tuple[bytes, str], bodies: list[bytes]) -> None:
    for place, body in enumerate(bodies):
        floor(body, *who, place)


def _push(port: int, phones: list[Phone], bodies: list[list[bytes]]) -> float:
    for phone, sent in zip(phones, bodies, strict=True):
        _send(port, phone, sent[:1])
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda pair: _send(port, pair[0], pair[1][1:]), zip(phones, bodies, strict=True)))
    took = time.perf_counter() - began
    return took * len(bodies[0]) / (len(bodies[0]) - 1)


def _send(port: int, phone: Phone, bodies: list[bytes]) -> None:
    headers = phone.headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    for body in bodies:
        ask(port, "POST", "/api/v1/sync", body, headers)
