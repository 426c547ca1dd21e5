"""Writing the tree in a test, and looking at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.config import now_ms
from server.db import reading
from server.models.tree import TreeLeaf
from server.services import sequencing
from sync.checkpoint import Note, parse_key
from tests.server.ops import make, sync
from tests.server.phones import Phone


def step() -> Note:
    """Write the tree once; return the checkpoint."""
    done = sequencing.step(now_ms())
    assert done.note is not None
    return done.note


def folder() -> Path:
    """Return where the tiles lie."""
    return sequencing.tree_folder()


def leaf_count() -> int:
    """Return how many leaves the database has."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(TreeLeaf)) or 0


def grow(phone: Phone, scope: str, *numbers: int) -> None:
    """Record one entry a number."""
    sent = sync(phone, *(make(phone, scope, n, entry=n) for n in numbers))
    assert {one["result"] for one in sent["results"]} <= {"accepted", "already"}


def key_of(client: FlaskClient) -> Any:
    """Return the log's key as anybody reads it."""
    return parse_key(client.get("/log/key").get_data(as_text=True).strip())
