"""What was asked and answered in a run, and the checks of it against the database as it lies there.

Shares no code with the server: digests and ids are computed here from the bytes, rows are read by plain SQL.
Source: DESIGN §3; WIRE "Op id", "Digest"; faults.md P2, P6.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sync.ops import Op
from sync.signing import verify
from tests.simulation.box import Box
from tests.simulation.phone import Asked, Phone


class Broken(AssertionError):
    """A promise of the system was not kept; the message says which."""


@dataclass(frozen=True)
class Row:
    """One op as the database has it."""

    seq: int
    id: str
    doc: str
    device: str
    n: int
    received_at: int
    digest: bytes
    body: str
    private: str | None
    signature: bytes


COLUMNS = "seq, id, doc, device, n, received_at, digest, body, private, signature"


class History:
    """Events of a run (`invoke`, `ok`, `fail`, `info`) and what follows from them."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.origin = str(box.rows("SELECT value FROM meta WHERE name = 'origin'")[0][0])
        self.events: list[tuple[str, object]] = []
        self.saved: dict[str, Op] = {}
        self.photos: dict[tuple[str, str], bytes] = {}
        self.logs: dict[str, list[Row]] = {}
        self.acked: dict[str, tuple[int, int]] = {}
        self.held: set[str] = set()
        self.lost: set[str] = set()
        self.copied: set[str] = set()
        self.keys: dict[str, bytes] = {}
        self.dirty = True

    # Events

    def invoke(self, asked: Asked) -> None:
        """A phone sent a request."""
        self.events.append(("invoke", (asked.number, asked.device, asked.ids)))

    def info(self, asked: Asked) -> None:
        """A request of which nobody learns how it ended."""
        self.events.append(("info", asked.number))

    def answered(self, asked: Asked, answer: tuple[int, str, bytes]) -> None:
        """The server answered; that the phone hears of it is not said."""
        status, kind, body = answer
        self.dirty = True
        if status == 0:
            self.events.append(("info", asked.number))
            return
        wanted = "application/json" if status == 200 else "application/problem+json"
        if kind != wanted or status not in (200, 401, 403, 503, 507):
            raise Broken(f"request {asked.number} was answered {status} {kind}: {body[:300]!r}")
        if status == 507 and not self.box.is_full:
            raise Broken("no room on a disk that has room")
        if status != 200:
            self.events.append(("fail", (asked.number, status)))
            return
        results = json.loads(body)["results"]
        self.events.append(("ok", (asked.number, results)))
        for op_id, result in zip(asked.ids, results, strict=True):
            self._result(op_id, result)

    def _result(self, op_id: str, result: dict[str, Any]) -> None:
        if result["result"] in ("accepted", "already"):
            self.acked[op_id] = (result["seq"], result["received_at"])
            self.lost.discard(op_id)
        elif result["result"] == "held":
            self.held.add(op_id)
        elif result["result"] == "refused":
            raise Broken(f"an honest op was refused: {result}")

    def restored(self, phones: Iterable[Phone]) -> None:
        """The server went back: what it lost is owed only while some phone holds it."""
        self.events.append(("info", "restored"))
        self.logs, self.dirty = {}, True
        self._read()
        places = self._places()
        beside = {row[0] for row in self.box.rows("SELECT id FROM held_ops")}
        self.lost |= set(self.acked) - set(places)
        self.acked = {i: places[i] for i in self.acked if i in places}  # perhaps another branch's number
        self.held = {i for i in self.held if i in places or i in beside}

    # Checks

    def check_step(self) -> None:
        """Hold what is new against the promises."""
        if self.dirty:
            self.dirty = False
            self._read()
            self._check_acked()

    def stored(self) -> set[str]:
        """Return the ids of all ops in the log."""
        return {row.id for rows in self.logs.values() for row in rows}

    def _places(self) -> dict[str, tuple[int, int]]:
        return {row.id: (row.seq, row.received_at) for rows in self.logs.values() for row in rows}

    def _read(self) -> None:
        for scope, seq, digest in self.box.rows("SELECT scope, seq, digest FROM heads ORDER BY scope"):
            known = self.logs.setdefault(scope, [])
            query = f"SELECT {COLUMNS} FROM ops WHERE scope = :scope AND seq > :seq ORDER BY seq"
            for found in self.box.rows(query, scope=scope, seq=len(known)):
                row = Row(*found)
                self._check_row(scope, known, row)
                known.append(row)
            last = known[-1].digest if known else self.start(scope)
            if (len(known), last) != (seq, digest):
                raise Broken(f"the head of {scope} says {seq}, the log ends at {len(known)}")

    def _check_row(self, scope: str, known: list[Row], row: Row) -> None:
        if row.seq != len(known) + 1:
            raise Broken(f"{scope} has a hole before {row.seq}")
        before = known[-1].digest if known else self.start(scope)
        line = f"so-nha-nong/1/op {self.origin}\n".encode()
        raw = hashlib.sha256(line + row.body.encode()).digest()
        if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != row.id:
            raise Broken(f"{scope} {row.seq}: the id is not that of the bytes")
        if link(self.origin, before, row.seq, row.received_at, raw) != row.digest:
            raise Broken(f"{scope} {row.seq}: the digest does not follow from the one before")
        if any(row.id == other.id for other in known):
            raise Broken(f"{scope} {row.seq}: the op is in the log twice")
        op = self.saved.get(row.id)
        if op is None and not row.doc.startswith(("device:", "book:")):
            raise Broken(f"{scope} {row.seq}: nobody saved this op")
        if op is not None and (op.body, op.scope) != (row.body, scope):
            raise Broken(f"{scope} {row.seq}: not the bytes that were saved")
        if op is not None and row.private != op.private:
            raise Broken(f"{scope} {row.seq}: the private part is not the one that was saved")

    def start(self, scope: str) -> bytes:
        """Return the digest before a scope's first op."""
        return hashlib.sha256(f"so-nha-nong/1/scope {self.origin}\n{scope}".encode()).digest()

    def _check_acked(self) -> None:
        places = self._places()
        for op_id, place in self.acked.items():
            if places.get(op_id) != place:
                raise Broken(f"{op_id} was acknowledged as {place} and is {places.get(op_id)}")
        if self.held:
            beside = {row[0] for row in self.box.rows("SELECT id FROM held_ops")}
            gone = [i for i in self.held if i not in beside and i not in places]
            if gone:
                raise Broken(f"held and gone: {gone}")

    def check_end(self, phones: Iterable[Phone]) -> None:
        """Hold the whole database against the whole run."""
        before, self.logs = self.logs, {}
        self._read()
        for scope, rows in before.items():
            if self.logs[scope][: len(rows)] != rows:
                raise Broken(f"{scope}: a stored op changed")
        self._check_acked()
        stored = self.stored()
        beside = {row[0]: bool(row[1]) for row in self.box.rows("SELECT id, is_turned_down FROM held_ops")}
        both = stored & set(beside)
        if both:
            raise Broken(f"in the log and held: {both}")
        for phone in phones:
            for kept in phone.disk.ops.values():
                is_down = kept.op.id not in stored and beside.get(kept.op.id, False)
                if kept.state == "held" and is_down:
                    raise Broken(f"{phone.name} was never told that {kept.op.doc} was turned down")
                if kept.op.id not in stored and not beside.get(kept.op.id, False):
                    what = "lost by a restore" if kept.op.id in self.lost else kept.state
                    raise Broken(f"{phone.name} holds {kept.op.doc} ({what}) and the server does not")
        for rows in self.logs.values():
            self._check_signatures(rows)
        seen = {row[0] for row in self.box.rows("SELECT device FROM devices_seen WHERE copied")}
        if seen - self.copied:
            raise Broken(f"taken for copied and never was: {seen - self.copied}")

    def _check_signatures(self, rows: list[Row]) -> None:
        line = f"so-nha-nong/1/op {self.origin}\n".encode()
        for row in rows:
            key = self.keys.get(row.device)
            if key is not None and not verify(key, line + row.body.encode(), row.signature):
                raise Broken(f"{row.id}: the stored signature does not cover the stored bytes")


def link(origin: str, before: bytes, seq: int, received_at: int, op_id: bytes) -> bytes:
    """Return the digest behind another op (WIRE "Digest")."""
    line = f"so-nha-nong/1/log {origin}\n".encode()
    return hashlib.sha256(
        line + before + seq.to_bytes(8, "big") + received_at.to_bytes(8, "big") + op_id
    ).digest()
