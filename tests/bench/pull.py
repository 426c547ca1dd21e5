"""Pull: pages of 500, nothing new, and a hundred new ops behind a small and a great log.

The great log is rows whose bodies are real and whose numbers and digests are made up: nobody pulls them; the
cursor stands behind them, and the hundred new ops come after it through the log's own door.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, select, update

from server.db import reading, run_write
from server.models.log import Head, OpRow
from server.store import log
from server.store.bulk import insert_rows
from sync import ids
from sync.log import Cursor
from sync.ops import parse_op
from tests.bench.diaries import Household, Made, pack, requests
from tests.bench.push import check_log
from tests.bench.references import POUCHDB
from tests.bench.servers import Bench, bench_server, inflated
from tests.bench.table import Row, median_of
from tests.server.phones import ORIGIN, Phone

PAGE = 500
NEW = 100
ROUNDS, PUSHES = 20, 6


@dataclass(frozen=True)
class Log:
    """One farm's log, as a reader asks for its newest ops, and batches that its writer has to send."""

    scope: str
    writer: Phone
    reader: Phone
    asked: bytes
    pushes: list[bytes]


def rows(kind: str, pages: int, sizes: tuple[int, ...]) -> Iterator[Row]:
    """Yield the rows of one database: `pages` of 500 in a row, then logs of these sizes."""
    group = f"pull, {kind}"
    with bench_server(kind) as server:
        writer, reader = server.phone("Bà Lụa", "Nhà Lụa"), server.phone("Anh Nam", "Nhà Lụa", "member")
        home = server.household(writer)
        _fill(home, pages * PAGE)
        times = [_pull_all(server, reader, home.scope) for _ in range(3)]
        value, spread = median_of([pages * PAGE / one for one in times])
        yield Row(group, f"pages of {PAGE}", value, "ops/s", "≥ 20,000", POUCHDB, spread, value >= 20_000)
        idle = _idle(server, reader, home.scope)
        value, spread = median_of(idle)
        yield Row(group, "nothing new", value, "ms", "≤ 5", "", spread, value <= 5)
    yield from _growth(kind, sizes)


def _growth(kind: str, sizes: tuple[int, ...]) -> Iterator[Row]:
    """Yield what a hundred new ops cost behind logs of these lengths, all in one database, taken in turn."""
    group = f"growth, {kind}: farms with logs of each length in one database"
    with bench_server(kind) as server:
        logs = {size: _log_of(server, size) for size in sizes}
        pulls: dict[int, list[float]] = {size: [] for size in sizes}
        pushes: dict[int, list[float]] = {size: [] for size in sizes}
        for turn in range(ROUNDS + 1):
            for size, one in logs.items():
                took = _timed(server, one.reader, one.asked)
                if turn:  # the first of each is not counted
                    pulls[size].append(took)
        for place in range(PUSHES):
            for size, one in logs.items():
                pushes[size].append(_timed(server, one.writer, one.pushes[place]))
        for size, one in logs.items():
            check_log(one.scope, size + NEW + NEW * PUSHES)
    small, great = min(sizes), max(sizes)
    for what, costs, goal in (("pull of", pulls, 1.3), ("push of", pushes, None)):
        for size in sizes:
            value, spread = median_of(costs[size])
            yield Row(group, f"{what} {NEW} new behind {size:,}", value, "ms", "", "", spread)
        value, spread = median_of([a / b for a, b in zip(costs[great], costs[small], strict=True)])
        asked, met = ("", None) if goal is None else (f"≤ {goal}", value <= goal)
        yield Row(group, f"{what} {NEW} new: {great:,} / {small:,}", value, "", asked, "", spread, met)


def _fill(home: Household, count: int) -> None:
    append(home, home.ops(count))


def append(home: Household, ops: Iterable[Made]) -> None:
    """Put ops into the log as if they had come just so, without asking who may."""
    signed = []
    for made in ops:
        op = parse_op(ORIGIN, made.sent["body"], made.sent.get("private"))
        signed.append(log.Signed(op, ids.b64_decode(made.sent["signature"])))
    for start in range(0, len(signed), 1000):
        part = signed[start : start + 1000]
        run_write(lambda session, ops=part: log.append(session, home.scope, ops, 1_790_000_000_000))


def _pull_all(server: Bench, reader: Phone, scope: str) -> float:
    began, cursor, more = time.perf_counter(), "0", True
    while more:
        asked = {"cursors": {scope: cursor}, "limit": {"ops": PAGE, "bytes": 1_048_576}}
        data = inflated(server.post(reader, pack(asked)))
        cursor, more = data["cursors"][scope], data["more"]
    return time.perf_counter() - began


def _idle(server: Bench, reader: Phone, scope: str) -> list[float]:
    body = pack({"cursors": {scope: _cursor(scope)}, "access": ""})
    return [_timed(server, reader, body) for _ in range(30)]


def _log_of(server: Bench, size: int) -> Log:
    """Return a farm with a log of `size` ops and a hundred more."""
    farm = f"Nhà {size}"
    writer, reader = server.phone("Bà Lụa", farm), server.phone("Anh Nam", farm, "member")
    home = server.household(writer)
    _fill(home, NEW)
    _pad(home.scope, size)
    cursor = _cursor(home.scope)
    _fill(home, NEW)
    asked = pack({"cursors": {home.scope: cursor}, "limit": {"ops": PAGE, "bytes": 1_048_576}})
    return Log(home.scope, writer, reader, asked, requests(list(home.ops(NEW * PUSHES)), NEW))


def _pad(scope: str, size: int) -> None:
    """Lengthen a log to `size` by rows that are never pulled."""
    with reading() as session:
        first = session.scalars(select(OpRow).where(OpRow.scope == scope).order_by(OpRow.seq)).first()
        begin = log.newest(session, scope)
    assert first is not None
    plain = {
        "scope": scope, "device": "a" * 32, "received_at": first.received_at, "body": first.body,
        "private": first.private, "signature": first.signature,
    }  # fmt: skip
    for start in range(begin + 1, size + 1, 20_000):
        numbers = range(start, min(start + 20_000, size + 1))
        found = [
            plain | {
                "seq": seq, "id": ids.b64_encode(seq.to_bytes(32)), "n": seq,
                "doc": f"entry:{seq:08x}-0000-7000-8000-000000000000", "digest": seq.to_bytes(32),
            }
            for seq in numbers
        ]  # fmt: skip
        run_write(lambda session, rows=found: insert_rows(session, cast(Table, OpRow.__table__), rows))
    end = update(Head).where(Head.scope == scope).values(seq=size, digest=size.to_bytes(32))
    run_write(lambda session: session.execute(end))


def _cursor(scope: str) -> str:
    with reading() as session:
        seq = log.newest(session, scope)
        return str(Cursor(log.epoch(session), seq, log.digest_at(session, scope, seq) or b""))


def _timed(server: Bench, phone: Phone, body: bytes) -> float:
    began = time.perf_counter()
    server.post(phone, body)
    return (time.perf_counter() - began) * 1000
