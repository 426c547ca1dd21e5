"""What a journey finds in the server's log and in its photo store: the end of every story."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from server.db import run_write
from server.models.log import HeldOp, OpRow
from tests.journeys.house import House


@dataclass(frozen=True)
class Kept:
    """One op as the server keeps it."""

    seq: int
    id: str
    scope: str
    doc: str
    device: str
    n: int
    fields: dict[str, Any]


def ops_of(house: House, device: str | None = None) -> list[Kept]:
    """Return the ops of the farms' logs in the order of their numbers, or those of one device."""
    with house.app():
        rows = run_write(
            lambda session: [
                (row.seq, row.id, row.scope, row.doc, row.device, row.n, row.body)
                for row in session.scalars(select(OpRow).order_by(OpRow.scope, OpRow.seq))
            ]
        )
    return [
        Kept(*row[:6], fields=json.loads(row[6])["set"])
        for row in rows
        if row[2].startswith("farm:") and device in (None, row[4])
    ]


def held_of(house: House, device: str) -> list[str]:
    """Return the ids of the held ops of one device."""
    with house.app():
        return run_write(
            lambda session: list(session.scalars(select(HeldOp.id).where(HeldOp.device == device)))
        )


def files_of(house: House) -> dict[str, bytes]:
    """Return what the photo store keeps as received: SHA-256 in hex → bytes."""
    found = [path.read_bytes() for path in (house.folder / "photos").rglob("*") if path.is_file()]
    return {hashlib.sha256(data).hexdigest(): data for data in found}
