"""Push: what a batch of new ops costs, beside the floor of the same run and the same database.

The floor is what nobody can leave out: inflate, parse, verify every signature, insert in bulk, commit.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from sqlalchemy import Table, insert

from server.db import reading, run_write
from server.models.log import OpRow
from server.services.viewing import make_current
from server.store import log
from sync import ids
from sync.ops import message, parse_op
from sync.signing import verify
from tests.bench.diaries import requests
from tests.bench.references import KINTO, POUCHDB
from tests.bench.servers import bench_server
from tests.bench.table import Row, median_of
from tests.server.phones import ORIGIN

BATCH = 100


def rows(kind: str, batches: int) -> Iterator[Row]:
    """Yield the rows of one database: `batches` of 100 ops each way, floor and push in turn."""
    with bench_server(kind) as server:
        phone, other = server.phone("Bà Lụa", "Nhà Lụa"), server.phone("Ông Cả", "Nhà Cả")
        home, beside = server.household(phone), server.household(other, 2)
        of = (beside.key.public, beside.scope)
        made = requests(list(home.ops(BATCH * (batches + 1))))
        floors = requests(list(beside.ops(BATCH * (batches + 1))))
        floor(floors[0], *of, 0)  # the first of each is not counted: caches, prepared statements
        server.post(phone, made[0])
        make_current([home.scope])
        least, push, views = [], [], []
        for place in range(1, batches + 1):
            least.append(_timed(lambda at=place: floor(floors[at], *of, at)))
            push.append(_timed(lambda at=place: server.post(phone, made[at])))
            views.append(_timed(lambda: make_current([home.scope])))
        check_log(home.scope, BATCH * (batches + 1))
    group = f"push, {kind}, batches of {BATCH}, one client"
    whole = [a + b for a, b in zip(push, views, strict=True)]
    yield _speed(group, "floor: inflate, parse, verify, bulk insert, commit", least)
    yield _speed(group, "push: log, digest and heads durable", push, KINTO)
    yield _speed(group, "push until all views are current", whole, POUCHDB)
    yield _share(group, "push / floor", least, push, 0.8)
    yield _share(group, "push until all views are current / floor", least, whole, 0.5)


def check_log(scope: str, ops: int) -> None:
    """Refuse a measurement of ops that were held or refused: the log must hold so many.

    Raises: AssertionError.
    """
    with reading() as session:
        found = log.newest(session, scope)
    assert found == ops, f"{found} of {ops} ops are in the log"


def floor(body: bytes, key: bytes, scope: str, place: int) -> None:
    """Do what no server can leave out for a batch."""
    found = []
    for at, sent in enumerate(json.loads(gzip.decompress(body))["ops"]):
        op = parse_op(ORIGIN, sent["body"], sent.get("private"))
        signature = ids.b64_decode(sent["signature"])
        assert verify(key, message(ORIGIN, op.body), signature)
        found.append(
            {
                "scope": scope, "seq": place * BATCH + at + 1, "id": op.id, "doc": op.doc,
                "device": op.device, "n": op.n, "received_at": op.recorded_at, "digest": bytes(32),
                "body": op.body, "private": op.private, "signature": signature,
            }
        )  # fmt: skip
    # Rows, not entities: those would insert each run of rows with a private part by itself.
    run_write(lambda session: session.execute(insert(cast(Table, OpRow.__table__)), found))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _speed(group: str, what: str, seconds: Sequence[float], reference: str = "") -> Row:
    value, spread = median_of([BATCH / one for one in seconds])
    return Row(group, what, value, "ops/s", "", reference, spread)


def _share(group: str, what: str, floor: Sequence[float], seconds: Sequence[float], goal: float) -> Row:
    value, spread = median_of([a / b for a, b in zip(floor, seconds, strict=True)])
    return Row(group, what, value, "", f"≥ {goal:.2f}", "", spread, value >= goal)
