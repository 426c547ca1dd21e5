"""Phones that push without pause and remember what they were told, for servers and databases that die."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from typing import Any

from sqlalchemy import select

from server.db import reading
from server.models.log import Head, OpRow
from tests.bench.diaries import Household, pack
from tests.server.phones import Phone

BATCH = 3
WAIT_SECONDS = 120  # for what must come; a server that stays away so long is broken
Place = tuple[str, int]


class Load:
    """Some phones, each sending batch after batch until `stop`; only while `up` is set.

    Shape:  acked: op id → scope and number told; refused: problem statuses seen; strange: what must not be.
    """

    def __init__(self, port: int, phones: list[tuple[Phone, Household]]) -> None:
        self.port = port
        self.up, self.ended = threading.Event(), threading.Event()
        self.acked: dict[str, Place] = {}
        self.refused: Counter[int] = Counter()
        self.strange: list[str] = []
        self.batches = 0
        self._heard = threading.Condition()
        self._threads = [threading.Thread(target=self._send, args=pair) for pair in phones]

    def __enter__(self) -> Load:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.up.set()
        for one in self._threads:
            one.join()

    def wait_for_batches(self, more: int) -> None:
        """Wait until so many more batches were answered with results."""
        wanted = self.batches + more
        with self._heard:
            assert self._heard.wait_for(lambda: self.batches >= wanted or self.strange, WAIT_SECONDS)
        assert self.strange == []

    def wait_for_refusals(self, more: int) -> None:
        """Wait until so many more requests were told to come again."""
        wanted = self.refused.total() + more
        with self._heard:
            assert self._heard.wait_for(lambda: self.refused.total() >= wanted or self.strange, WAIT_SECONDS)
        assert self.strange == []

    def _send(self, phone: Phone, home: Household) -> None:
        headers = phone.headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        waiting: dict[str, dict[str, str]] = {}
        link: http.client.HTTPConnection | None = None
        while not self.ended.is_set():
            self.up.wait()
            waiting = waiting or {one.id: one.sent for one in home.ops(BATCH)}
            try:
                link = link or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                link.request("POST", "/api/v1/sync", pack({"ops": list(waiting.values())}), headers)
                answer = link.getresponse()
                data = answer.read()
            except (OSError, http.client.HTTPException):
                link = None  # killed: nobody knows what became of it, the same bytes again
                continue
            with self._heard:
                self._take(answer, data, home.scope, waiting)
                self._heard.notify_all()

    def _take(
        self, answer: http.client.HTTPResponse, data: bytes, scope: str, waiting: dict[str, Any]
    ) -> None:
        if answer.status in (503, 507) and int(answer.headers.get("Retry-After") or 0) > 0:
            self.refused[answer.status] += 1
            return
        if answer.status != 200:
            self.strange.append(f"{answer.status} {data[:300]!r}")
            return
        for op, result in zip(list(waiting), json.loads(data)["results"], strict=True):
            if result["result"] in ("accepted", "already"):
                place = (scope, result["seq"])
                if self.acked.setdefault(op, place) != place:
                    self.strange.append(f"{op} was told {self.acked[op]}, then {place}")
                del waiting[op]
            elif result["result"] != "later":
                self.strange.append(str(result))
        self.batches += 1


def lost(acked: dict[str, Place]) -> list[str]:
    """Return what is wrong with the log: an op that was acknowledged and is not there, a hole, a double."""
    with reading() as session:
        rows = session.execute(select(OpRow.scope, OpRow.seq, OpRow.id)).all()
        heads = {one.scope: one.seq for one in session.scalars(select(Head))}
    stored = {row.id: (row.scope, row.seq) for row in rows}
    wrong = [f"{op} {place} is {stored.get(op)}" for op, place in acked.items() if stored.get(op) != place]
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(row.scope, []).append(row.seq)
    wrong += [
        f"{scope} has a hole or a double" for scope, found in numbers.items()
        if sorted(found) != list(range(1, heads.get(scope, 0) + 1))
    ]  # fmt: skip
    return wrong
