"""The trace page: how many requests a second two workers answer, among few lots and among many.

The lots beside the one that was published are copies of its rows. The client shares the machine's processors
with the server, so what is measured is the least that the server does.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import cast

from sqlalchemy import Table, insert, literal, select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import run_write
from server.models.bundles import LotBundle
from server.models.lots import LotView
from server.models.views import DocumentView
from server.services import tree_clock
from sync.codes import new_code
from tests.bench.servers import bench_server
from tests.bench.serving import Served
from tests.bench.table import Row
from tests.server.diaries import Diary
from tests.server.phones import enrolled
from tests.server.test_trace_page import publish

CLIENTS = 8
HEADERS = "Host: localhost\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n\r\n"
CHUNK = 10_000
BYTES_MAX = 30_000


def rows(kind: str, sizes: tuple[int, ...], seconds: float) -> Iterator[Row]:
    """Yield the rows of one database: the page's size, requests a second behind each number of lots."""
    with bench_server(kind) as server:
        phone = enrolled(server.app.test_client(), "Chủ nhiệm", None, "manager")
        publish(Diary(phone, phone.shown["scope"], {phone.shown["scope"]: 1}))
        assert tree_clock.tick(now_ms()).is_new  # a minute after its publication a lot has its bundle
        client = server.app.test_client()
        codes = ["7K3M9QXA"]
        text = client.get(f"/t/{codes[0]}", headers={"Accept": "text/html"}).data
        group = f"trace page, {kind}"
        yield Row(
            group,
            "bytes of a page without photos and style",
            len(text),
            "B",
            "≤ 30,000",
            "",
            None,
            len(text) <= BYTES_MAX,
        )
        first = 0.0
        for size in sizes:
            run_write(lambda session, more=size: codes.extend(copy_lots(session, codes[0], len(codes), more)))
            with Served(server.settings) as (port, _):
                asked = [f"/t/{code}" for code in (codes[:: max(1, len(codes) // 50)])]
                load(port, asked, 1)
                rate = load(port, asked, seconds)
            first = first or rate
            yield Row(group, f"requests a second, {size:,} lots", rate, "/s", "≥ 500", "", None, rate >= 500)
        flat = rate / first
        yield Row(group, f"of the rate among {sizes[0]:,} lots", flat, "×", "flat", "", None, flat >= 0.85)


def copy_lots(session: Session, code: str, have: int, want: int) -> list[str]:
    """Copy the rows of a lot until there are `want`; return the new codes."""
    lot, document, bundle = (cast(Table, one.__table__) for one in (LotView, DocumentView, LotBundle))
    [doc] = session.scalars(select(LotView.doc).where(LotView.code == code))
    made = []
    for number in range(have, want):
        uuid, fresh = f"lot:019a0000-0000-7000-9000-{number:012d}", new_code(number.to_bytes(5, "big"))
        made.append(fresh)
        rows_of = ((lot, {"doc": uuid, "code": fresh}), (document, {"doc": uuid}), (bundle, {"lot": uuid}))
        for table, changed in rows_of:
            name = table.c["lot" if table is bundle else "doc"]
            columns = [literal(changed[one.name]) if one.name in changed else one for one in table.c]
            session.execute(
                insert(table).from_select([one.name for one in table.c], select(*columns).where(name == doc))
            )
    return made


def load(port: int, paths: list[str], seconds: float) -> float:
    """Return requests a second of some clients that keep their connections."""
    counts, until = [0] * CLIENTS, time.perf_counter() + seconds

    def ask(place: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as link:
            stream = link.makefile("rb")
            while time.perf_counter() < until:
                path = paths[(counts[place] * CLIENTS + place) % len(paths)]
                link.sendall(f"GET {path} HTTP/1.1\r\n{HEADERS}".encode())
                assert b" 200 " in stream.readline()
                length = 0
                while (line := stream.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line[15:])
                stream.read(length)
                counts[place] += 1

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(CLIENTS)]
    began = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(counts) / (time.perf_counter() - began)
