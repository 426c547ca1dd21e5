"""What a caller has not seen: an unbroken run of each scope, as the texts that an answer takes in.

A scope at its newest point costs one look at its head, whatever the log's length.
Source: WIRE "Request" (`limit`), "Digest"; DESIGN §3 "Restored server"; PROTOCOL §7, §12.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from server.store import assertions, log
from server.store.page import page
from sync.log import EMPTY, Cursor
from sync.wire import SyncRequest


@dataclass
class Pulled:
    """What of the caller's scopes fits into one answer; `ops` are JSON texts."""

    ops: list[str] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    rewind: dict[str, str] = field(default_factory=dict)
    assertions: list[dict[str, object]] = field(default_factory=list)
    more: bool = False
    bytes: int = 0


def pull(
    session: Session, request: SyncRequest, device: str, scopes: Mapping[str, bool], epoch: int
) -> Pulled:
    """Return a run of each scope in the order asked, as far as the limits reach; own ops by id."""
    pulled = Pulled()
    asked = {scope: cursor for scope, cursor in request.cursors.items() if scope in scopes}
    heads = log.heads(session, list(asked)) if asked else {}
    for scope, cursor in asked.items():
        newest, digest = heads.get(scope, (0, b""))
        if cursor is not None and (cursor.seq, cursor.digest) == (newest, digest):
            pulled.cursors[scope] = str(Cursor(epoch, newest, digest))
            continue
        start = _start(session, scope, cursor, newest, pulled)
        if start is None:
            continue
        seq, digest = _take_run(session, request, device, scope, start, pulled)
        pulled.assertions += assertions.in_run(session, scope, start, seq)
        pulled.more = pulled.more or seq < newest
        pulled.cursors[scope] = EMPTY if seq == 0 else str(Cursor(epoch, seq, digest))
    return pulled


def _take_run(
    session: Session, request: SyncRequest, device: str, scope: str, above: int, pulled: Pulled
) -> tuple[int, bytes]:
    """Add the ops above a number until a limit is reached; return the last number added and its digest."""
    seq, digest = above, None
    room = request.ops_max - len(pulled.ops)
    own = None if request.whole else device
    for at, digest_at, text in page(session, scope, above, room, own) if room > 0 else ():
        size = len(text.encode("utf-8"))
        if pulled.ops and pulled.bytes + size > request.bytes_max:
            break
        pulled.ops.append(text)
        pulled.bytes += size
        seq, digest = at, digest_at
    return seq, digest or log.digest_at(session, scope, seq) or b""


def _start(session: Session, scope: str, cursor: Cursor | None, newest: int, pulled: Pulled) -> int | None:
    """Return the number to go on from, or None where the phone must go back first (`rewind`)."""
    if cursor is None:
        return 0
    if log.digest_at(session, scope, cursor.seq) == cursor.digest:
        return cursor.seq
    kept = log.kept_since(session, scope, cursor.epoch)
    point = 0 if kept is None else min(kept, cursor.seq, newest)
    digest = log.digest_at(session, scope, point)
    is_start = point == 0 or digest is None
    pulled.rewind[scope] = EMPTY if is_start else str(Cursor(cursor.epoch, point, digest or b""))
    return None
