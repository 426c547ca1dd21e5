"""Two servers and a sequencer on one PostgreSQL, under the phones of four households, one of them killed.

Each server is a gunicorn of two workers with a data folder of its own; the folder of the transparency log
is one for all. Demanded is what phones and strangers rely on: nothing acknowledged is lost or doubled, and
the log has one history.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as changed
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.config import Settings
from server.db import reading
from server.models.log import Head, OpRow
from server.services import rebuilding, tree_check
from server.services.viewing import make_current
from server.store import tree
from sync.checkpoint import parse_note
from sync.tree import list_nodes, root
from tests.bench.diaries import Household, pack
from tests.bench.serving import Served
from tests.server.ops import scope_of
from tests.server.phones import ORIGIN, Phone, enrolled, start
from tests.server.trees import folder, step

FARMS = 4
PHONES = 8
BATCHES = 6 * int(os.environ.get("TIMES", "1"))
BATCH = 5
TRIES_MAX = 200
CHECKPOINTS_MIN = 3
OPS_MAX = 5000
ROOT = Path(__file__).parents[2]
SEQUENCER = [sys.executable, "-m", "flask", "--app", "wsgi", "tree", "run"]


@dataclass
class Crowd:
    """What the phones got to hear: the ops acknowledged to each, and every checkpoint that was shown."""

    ports: list[int]
    acknowledged: Counter[str] = field(default_factory=Counter)
    checkpoints: set[str] = field(default_factory=set)
    is_halfway: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes | None:
        """Return the body of a good answer, inflated; None where the server is gone or busy."""
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            link.close()
        assert answer.status in (200, 404, 503), data  # 404: nothing was signed yet
        return data if answer.status == 200 else None

    def send(self, place: int, phone: Phone, home: Household) -> None:
        """Send batches, each until all of it is acknowledged, now to one server, now to the other.

        Shape:  goes on until the transparency log was signed again and again meanwhile.
        """
        headers = phone.headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        turn = place
        while home.n < BATCHES * BATCH or len(self.checkpoints) < CHECKPOINTS_MIN:
            assert home.n < OPS_MAX
            waiting = {one.id: one for one in home.ops(BATCH)}
            for _ in range(TRIES_MAX):
                turn += 1
                port = self.ports[turn % len(self.ports)]
                body = pack({"ops": [one.sent for one in waiting.values()]})
                data = self.ask(port, "POST", "/api/v1/sync", body, headers)
                for one, result in zip(list(waiting), self._results(data), strict=False):
                    assert result["result"] in ("accepted", "already", "later"), result
                    if result["result"] != "later":
                        del waiting[one]
                        self._note(one)
                note = self.ask(port, "GET", "/log/checkpoint", b"", {})
                with self.lock:
                    self.checkpoints |= {note.decode()} if note else set()
                if not waiting:
                    break
            assert not waiting

    def _results(self, data: bytes | None) -> list[Any]:
        return [] if data is None else list(json.loads(data)["results"])

    def _note(self, op: str) -> None:
        with self.lock:
            self.acknowledged[op] += 1
            if self.acknowledged.total() * 3 >= PHONES * BATCHES * BATCH:
                self.is_halfway.set()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_two_servers_and_a_sequencer_on_one_database_keep_each_op_once_and_sign_one_history(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    start()
    people = [enrolled(app.test_client(), f"Người {one}", f"Hộ {one % FARMS}") for one in range(PHONES)]
    homes = [Household(one.key, one.shown["by"], scope_of(one), ORIGIN, at) for at, one in enumerate(people)]
    step()  # the key of the transparency log, before anybody asks for it
    others = [changed(settings, data_dir=tmp_path / name) for name in ("a", "b", "c")]
    for one in others:
        one.data_dir.mkdir()
        for key in tmp_path.glob("*.p[eu][mb]"):
            copyfile(key, one.data_dir / key.name)
    shared = {"TREE_DIR": str(folder()), "TREE_EVERY_SECONDS": "1", "CITY_EVERY_SECONDS": "0"}
    first, second = Served(others[0], **shared), Served(others[1], **shared)
    with first as (one, _), second as (two, _), sequencer(others[2], shared):
        crowd = Crowd([one, two])
        with ThreadPoolExecutor(PHONES) as pool:
            sent = [
                pool.submit(crowd.send, at, *pair) for at, pair in enumerate(zip(people, homes, strict=True))
            ]
            assert crowd.is_halfway.wait(60)
            first.kill()
            for each in sent:
                each.result()
    assert_kept_once(crowd, homes)
    assert_one_history(crowd)


@contextmanager
def sequencer(settings: Settings, shared: dict[str, str]) -> Iterator[None]:
    """Run `flask tree run` beside the servers."""
    environ = os.environ | Served(settings, **shared).environ
    with subprocess.Popen(SEQUENCER, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def assert_kept_once(crowd: Crowd, homes: list[Household]) -> None:
    """Compare what was acknowledged with the log, and the log with its numbers, digests and views."""
    assert crowd.acknowledged.total() == len(crowd.acknowledged) == sum(home.n for home in homes)
    scopes = {home.scope for home in homes}
    with reading() as session:
        rows = session.execute(select(OpRow.scope, OpRow.seq, OpRow.id).where(OpRow.scope.in_(scopes))).all()
        heads = {head.scope: head.seq for head in session.scalars(select(Head))}
    ours = Counter(row.id for row in rows if row.id in crowd.acknowledged)
    assert ours == crowd.acknowledged
    for scope in scopes:
        numbers = sorted(row.seq for row in rows if row.scope == scope)
        assert numbers == list(range(1, heads[scope] + 1))
    make_current(scopes)
    assert [str(one) for one in rebuilding.check()] == []


def assert_one_history(crowd: Crowd) -> None:
    """Compare every checkpoint that was shown with the leaves as they lie there in the end."""
    step()
    with reading() as session:
        hashes = [leaf.hash for leaf in tree.all_leaves(session)]
    nodes = list_nodes(hashes)
    shown = [parse_note(text).checkpoint for text in crowd.checkpoints]
    assert len({one.size for one in shown}) == len(shown) >= CHECKPOINTS_MIN
    assert [one.size for one in shown if root(nodes, one.size) != one.root] == []
    assert list(tree_check.check()) == []
