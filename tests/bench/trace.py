"""The trace page: how many requests a second two workers answer, among few lots and among many.

The lots beside the one that was published are copies of its rows. The client shares the machine's processors
with the server, so what is measured is the least that the server does.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from itertools import islice
from typing import cast

from sqlalchemy import Table, insert, select
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
    """Copy the rows of a lot until there are `want`; return the new codes.

    Of a copy's bundle it is only said that it is there: its bytes would fill the disk and no page reads them.
    """
    [doc] = session.scalars(select(LotView.doc).where(LotView.code == code))
    made = {
        f"lot:019a0000-0000-7000-9000-{number:012d}": new_code(number.to_bytes(5, "big"))
        for number in range(have, want)
    }
    for of, name in ((LotView, "doc"), (DocumentView, "doc"), (LotBundle, "lot")):
        table = cast(Table, of.__table__)
        row = dict(session.execute(select(table).where(table.c[name] == doc)).mappings().one())
        changed = {"bytes": b""} if of is LotBundle else {}
        for first in range(0, len(made), CHUNK):
            session.execute(
                insert(table),
                [
                    {**row, **changed, name: uuid, **({"code": fresh} if "code" in row else {})}
                    for uuid, fresh in islice(made.items(), first, first + CHUNK)
                ],
            )
    return list(made.values())


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
