"""One round trip: what the phone brings is taken in, what it lacks goes back.

Source: DESIGN §3 "Sync"; WIRE "Request"; PROTOCOL §7.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.services import admitting, taking
from server.store import devices, log
from server.store.devices import Writer
from server.store.photos import wanted_photos
from sync import ids, limits
from sync.log import EMPTY, Cursor
from sync.wire import SyncRequest

OWN_PHOTOS_MS = 600_000  # our choice: a phone that has just named a photo sends it without being asked


@dataclass
class Pulled:
    """What of the caller's scopes fits into one answer."""

    ops: list[dict[str, object]] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    rewind: dict[str, str] = field(default_factory=dict)
    more: bool = False
    bytes: int = 0


def sync(request: SyncRequest, caller: Writer, now: int) -> dict[str, object]:
    """Return the answer to a request of the right shape, by a live session.

    Raises: DatabaseTrouble.
    """
    if caller.state == "confirmed":
        admitting.admit_confirmed(caller, now)
    report = json.dumps(dict(request.phone)) if request.phone else None
    results = taking.take(request.ops, request.keys, caller, now, report)
    with reading() as session:
        is_noted = devices.is_noted(session, caller.device, now, report)
        scopes = devices.scopes_of(session, caller)
        pulled = _pull(session, request, caller.device, scopes)
        access = _access(scopes)
        answer: dict[str, object] = {
            "origin": log.origin(session),
            "epoch": log.epoch(session),
            "results": results,
            "ops": pulled.ops,
            "cursors": pulled.cursors,
            "more": pulled.more,
            "safe": {},
            "access": access,
            "now": now,
        }
        if pulled.rewind:
            answer["rewind"] = pulled.rewind
        if access != request.access:
            answer["scopes"] = [{"scope": scope, "write": write} for scope, write in sorted(scopes.items())]
        turned_down = log.turned_down(session, caller.device, limits.TURNED_DOWN_MAX)
        if turned_down:
            answer["turned_down"] = turned_down
        want = _want(session, scopes, caller.device, now)
        if want:
            answer["want"] = want
    if not is_noted:
        run_write(lambda session: devices.note_seen(session, caller.device, now, report))
    return answer


def _pull(session: Session, request: SyncRequest, device: str, scopes: Mapping[str, bool]) -> Pulled:
    """Return an unbroken run of each scope in the order asked, as far as the limits reach."""
    pulled = Pulled()
    number = log.epoch(session)
    for scope, cursor in request.cursors.items():
        if scope not in scopes:
            continue
        above = _start(session, scope, cursor, pulled)
        if above is None:
            continue
        seq, digest = above, None
        room = request.ops_max - len(pulled.ops)
        rows = log.page(session, scope, above, room + 1) if room > 0 else []
        for row in rows:
            found = log.wire_op(row)
            if row.device == device and not request.whole:
                found = {"scope": scope, "seq": row.seq, "received_at": row.received_at, "id": row.id}
            size = len(json.dumps(found, ensure_ascii=False).encode("utf-8"))
            is_full = len(pulled.ops) >= request.ops_max or pulled.bytes + size > request.bytes_max
            if is_full and pulled.ops:
                break
            pulled.ops.append(found)
            pulled.bytes += size
            seq, digest = row.seq, row.digest
        pulled.more = pulled.more or seq < log.newest(session, scope)
        if digest is None:
            digest = log.digest_at(session, scope, seq) or b""
        pulled.cursors[scope] = EMPTY if seq == 0 else str(Cursor(number, seq, digest))
    return pulled


def _start(session: Session, scope: str, cursor: Cursor | None, pulled: Pulled) -> int | None:
    """Return the number to go on from, or None where the phone must go back first (`rewind`)."""
    if cursor is None:
        return 0
    if log.digest_at(session, scope, cursor.seq) == cursor.digest:
        return cursor.seq
    kept = log.kept_since(session, scope, cursor.epoch)
    newest = 0 if kept is None else min(kept, cursor.seq, log.newest(session, scope))
    digest = log.digest_at(session, scope, newest)
    is_start = newest == 0 or digest is None
    pulled.rewind[scope] = EMPTY if is_start else str(Cursor(cursor.epoch, newest, digest or b""))
    return None


def _access(scopes: Mapping[str, bool]) -> str:
    """Return the opaque hash of what a device may see."""
    text = json.dumps(sorted(scopes.items()))
    return ids.b64_encode(hashlib.sha256(text.encode("ascii")).digest())


def _want(session: Session, scopes: Mapping[str, bool], device: str, now: int) -> dict[str, list[str]]:
    """Return the hashes that the logs of these scopes name and the store lacks, at most 100."""
    found: dict[str, list[str]] = {}
    for scope, sha256 in wanted_photos(session, list(scopes), device, now - OWN_PHOTOS_MS, limits.WANT_MAX):
        found.setdefault(scope, []).append(sha256)
    return found
