"""One round trip: what the phone brings is taken in, what it lacks goes back.

Source: DESIGN §3 "Sync"; WIRE "Request"; PROTOCOL §7.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.services import admitting, proving, read_only, stepping_up, taking
from server.services.pulling import pull
from server.store import backups, devices, log
from server.store.devices import Writer
from server.store.photos import wanted_photos
from sync import ids, limits
from sync.values import write_text
from sync.wire import SyncRequest

NOTED = frozenset({"accepted", "already", "held"})
SAFE_MAX = 50  # our choice
OWN_PHOTOS_MS = 600_000  # our choice: a phone that has just named a photo sends it without being asked


def sync(request: SyncRequest, caller: Writer, now: int) -> str:
    """Return the answer to a request of the right shape, by a live session, as JSON text.

    Raises: DatabaseTrouble.
    """
    takes = not read_only.is_on()
    if takes and caller.state == "confirmed" and caller.is_awaited:
        admitting.admit_confirmed(caller, now)
    report = json.dumps(dict(request.phone)) if request.phone else None
    confirmations = stepping_up.verify_all(request.assertions, now) if takes else {}
    results = taking.take(request.ops, request.keys, caller, now, report, confirmations)
    with reading() as session:
        was_noted = any(one.get("result") in NOTED for one in results)  # with the ops themselves
        is_noted = was_noted or devices.is_noted(caller, now, report)
        scopes = devices.scopes_of(session, caller)
        epoch = log.epoch(session)
        pulled = pull(session, request, caller.device, scopes, epoch)
        access = _access(scopes)
        answer: dict[str, object] = {
            "origin": log.origin(session),
            "epoch": epoch,
            "results": results,
            "cursors": pulled.cursors,
            "more": pulled.more,
            "safe": backups.safe_points(session, _asked(request, scopes)),
            "access": access,
            "now": now,
        }
        if pulled.rewind:
            answer["rewind"] = pulled.rewind
        if access != request.access:
            answer["scopes"] = [{"scope": scope, "write": write} for scope, write in sorted(scopes.items())]
        if pulled.assertions:
            answer["assertions"] = pulled.assertions
        follows = [scope for scope in request.cursors if scope in scopes]
        turned_down = log.turned_down(session, caller.membership, follows, limits.TURNED_DOWN_MAX)
        if turned_down:
            answer["turned_down"] = turned_down
        if takes and len(request.ops) < limits.REQUEST_OPS_MAX:  # bytes come when no op waits
            answer |= _want(session, scopes, caller.device, now)
        if request.tree is not None:
            proven = proving.for_phone(session, request.tree, pulled.cursors)
            answer |= {} if proven is None else {"tree": proven}
    if not is_noted:
        run_write(lambda session: devices.note_seen(session, caller.device, now, report), is_note=True)
    if request.tree and "tree" not in answer:
        proving.hear(request.tree)
    return _write(answer, pulled.ops)


def _asked(request: SyncRequest, scopes: Mapping[str, bool]) -> list[str]:
    """Return the logs that the phone follows and may see; of very many the first, for bytes are dear."""
    return [scope for scope in request.cursors if scope in scopes][:SAFE_MAX]


def _write(answer: Mapping[str, object], ops: Sequence[str]) -> str:
    """Return the text of an answer; the ops of a page are texts already."""
    texts = {name: write_text(value) for name, value in answer.items()} | {"ops": f"[{','.join(ops)}]"}
    return "{" + ",".join(f'"{name}":{text}' for name, text in texts.items()) + "}"


def _access(scopes: Mapping[str, bool]) -> str:
    """Return the opaque hash of what a device may see."""
    text = json.dumps(sorted(scopes.items()))
    return ids.b64_encode(hashlib.sha256(text.encode("ascii")).digest())


def _want(session: Session, scopes: Mapping[str, bool], device: str, now: int) -> dict[str, object]:
    """Return as `want` the hashes that the logs of these scopes name and the store lacks, at most 100."""
    found: dict[str, list[str]] = {}
    for scope, sha256 in wanted_photos(session, list(scopes), device, now - OWN_PHOTOS_MS, limits.WANT_MAX):
        found.setdefault(scope, []).append(sha256)
    return {"want": found} if found else {}
