"""The tree: how long a checkpoint takes behind many leaves, and a phone's proof.

The leaves before are made up and stand in database and tiles as after years; the hundred that come are real.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import insert

from server.config import now_ms
from server.db import reading, run_write
from server.models.tree import TreeLeaf
from server.services import proving, sequencing, tree_check
from server.store import durable, log_key, tree, tree_files
from sync.bundle import check
from sync.checkpoint import sign
from tests.bench.pull import append
from tests.bench.servers import bench_server
from tests.bench.table import Row, median_of
from tests.server.phones import ORIGIN

ROUNDS = 7
CHUNK = 20_000
SCOPE = "farm:019a0000-0000-7000-8000-{:012d}"


def rows(kind: str, size: int) -> Iterator[Row]:
    """Yield the rows of one database behind `size` leaves."""
    with bench_server(kind) as server:
        home = server.household(server.phone("Bà Lụa", "Nhà Lụa"))
        fill(size)
        steps, proofs = [], []
        for _ in range(ROUNDS):
            append(home, list(home.ops(10)))
            began = time.perf_counter()
            note = sequencing.step(now_ms()).note
            steps.append(time.perf_counter() - began)
            assert note is not None
            began = time.perf_counter()
            with reading() as session:
                cursor = f"1.{tree.leaves(session, note.checkpoint.size - 1, note.checkpoint.size)[0].seq}.x"
                assert proving.for_phone(session, size // 2, {home.scope: cursor})
            proofs.append((time.perf_counter() - began) * 1000)
        group = f"tree, {kind}"
        value, spread = median_of(steps)
        yield Row(group, f"a checkpoint over {size:,} leaves", value, "s", "≤ 1", "", spread, value <= 1)
        value, spread = median_of(proofs)
        yield Row(group, "growth and one head for a phone", value, "ms", "", "", spread)
        value, spread = median_of([_verify() for _ in range(ROUNDS)])
        yield Row(group, "a bundle verified, per 200 ops", value, "s", "≤ 1", "", spread, value <= 1)


def _verify() -> float:
    """Return how long the vector's bundle takes to verify, for as many of its ops as make 200."""
    file = Path(__file__).parents[1] / "vectors" / "bundle.json"
    text = json.loads(file.read_text("utf-8"))["bundle"]
    began = time.perf_counter()
    ops = len(check(text).ops)
    return (time.perf_counter() - began) * 200 / ops


def fill(size: int) -> None:
    """Put made-up leaves and a checkpoint over them into database and folder, as if signed long ago."""
    key, folder = log_key.make_private(ORIGIN), sequencing.tree_folder()
    for first in range(0, size, CHUNK):
        made = [
            {"place": i, "scope": SCOPE.format(i % 5000), "seq": i + 1, "digest": made_up(i)}
            for i in range(first, min(size, first + CHUNK))
        ]  # fmt: skip
        run_write(lambda session, made=made: session.execute(insert(TreeLeaf), made))
    with patch.object(durable.os, "fsync"):  # thousands of files at once, as nobody writes them in service
        sequencing.write_tiles(folder, 0, size)
    note = sign(key, ORIGIN, size, sequencing.root_of(folder, size))
    run_write(lambda session: tree.replace_head(session, None, (size, note.checkpoint.root), str(note), 0))
    tree_files.write_checkpoint(folder, str(note))
    sequencing.agree(folder)


def made_up(number: int) -> bytes:
    """Return the digest of a leaf that nobody wrote."""
    return hashlib.sha256(b"%d" % number).digest()


def problems() -> list[str]:
    """Return what `flask tree check` says of tiles and checkpoint; the made-up leaves lead to no ops."""
    return [line for line in tree_check.check() if not line.startswith("leaf ")]
