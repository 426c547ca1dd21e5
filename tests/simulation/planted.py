"""Faults planted on purpose: the simulation must find each of them, or it proves nothing.

On the phone a bug is a subclass of the model; in the server it is a patch of the real code for one run.
Source: faults.md §3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from sqlalchemy import text
from sqlalchemy.orm import Session

from server.db import run_write
from server.services import pulling, taking
from server.store import log, sent_before
from sync.log import next_digest
from sync.merge import Document, Placed, fold
from tests.simulation.box import Box, Killed
from tests.simulation.phone import Kept, Phone


@dataclass(frozen=True)
class Bug:
    """A planted fault: the model of a phone that has it, or what it does to the server."""

    phone: type[Phone] = Phone
    server: Callable[[Box], AbstractContextManager[None]] | None = None


# On the phone


class DropsFirst(Phone):
    """Takes the first op out of the outbox instead of the acknowledged one."""

    def take_out(self, op_id: str) -> None:
        self.disk.outbox.pop(0)


class LastWriterWins(Phone):
    """Lets the latest clock decide and keeps no loser."""

    def fold(self, ops: Sequence[Placed]) -> Document:
        latest = sorted(ops, key=lambda one: (one.op.recorded_at, one.op.id))
        kept = fold(ops)
        writes = {name: one for one in latest for name in {**one.op.fields, **(one.op.private_fields or {})}}
        values = {
            name: {**one.op.fields, **(one.op.private_fields or {})}[name] for name, one in writes.items()
        }
        return Document(
            values={n: v for n, v in values.items() if v is not None and n != "_deleted"},
            heads={name: (one.op.id,) for name, one in writes.items()},
            conflicts=frozenset(), private=kept.private, deleted=values.get("_deleted") is True,
            missing=kept.missing, tips=kept.tips,
        )  # fmt: skip


class SendsOwnAgain(Phone):
    """Offers only its own ops after a rewind."""

    def put_back(self, kept: Kept) -> None:
        if kept.op.device in {who.device for who in self.disk.identities}:
            super().put_back(kept)


class TrustsAcknowledgement(Phone):
    """Never looks whether what was acknowledged is in the log."""

    def take_back(self, cursors: object) -> None:
        pass


# In the server


@contextmanager
def acknowledges_before_commit(box: Box) -> Iterator[None]:
    """Answer first, commit later: a death between the two loses what was acknowledged."""

    def eager(work: Callable[[Session], Any]) -> Any:
        done: list[Any] = []

        def remembered(session: Session) -> Any:
            done.append(work(session))
            return done[-1]

        try:
            return run_write(remembered)
        except Killed:
            if not done or box.killed_late:
                raise
            box.kill_in = None
            return done[-1]

    with patch.object(taking, "run_write", eager):
        yield


@contextmanager
def takes_repeats_anew(_box: Box) -> Iterator[None]:
    """Forget that an op is known: no look at its id, no unique index."""
    run_write(lambda session: session.execute(text("DROP INDEX ops_id")))
    with (
        patch.object(sent_before, "look", lambda *_: sent_before.SentBefore()),
        patch.object(log, "known_ops", lambda *_: {}),
        patch.object(log, "held_among", lambda *_: {}),
        patch.object(log, "used_numbers", lambda *_: set()),
    ):
        yield


@contextmanager
def remembers_heads(_box: Box) -> Iterator[None]:
    """Keep each scope's head in the memory of two workers instead of reading it under its lock."""
    memory: tuple[dict[str, tuple[int, bytes]], dict[str, tuple[int, bytes]]] = ({}, {})
    turns = [0]
    locked, appended = log.lock_head, log.append_at

    def remembered(session: Session, scope: str) -> Any:
        head = locked(session, scope)
        known = memory[turns[0] % 2].get(scope)
        if known is not None and known[0] < head.seq:
            head.seq, head.digest = known
        return head

    def append(session: Session, scope: str, ops: Sequence[Any]) -> Any:
        numbers = appended(session, scope, ops)
        head = locked(session, scope)
        memory[turns[0] % 2][scope] = (head.seq, head.digest)
        turns[0] += 1
        return numbers

    with patch.object(log, "lock_head", remembered), patch.object(log, "append_at", append):
        yield


@contextmanager
def drops_admitted(_box: Box) -> Iterator[None]:
    """Take an admitted op out of the held ones and forget to append it."""

    def release(session: Session, _scope: str, rows: Sequence[Any]) -> list[int]:
        for row in rows:
            session.delete(row)
        session.flush()
        return []

    with patch.object(log, "release", release):
        yield


@contextmanager
def chains_nothing(_box: Box) -> Iterator[None]:
    """Make each digest from the scope's beginning instead of the digest before."""

    def unchained(prefix: bytes, previous: bytes, seq: int, received_at: int, op_id: bytes) -> bytes:
        return next_digest(prefix, bytes(32) if seq > 1 else previous, seq, received_at, op_id)

    with patch.object(log, "next_digest", unchained):
        yield


@contextmanager
def ignores_unknown_cursors(_box: Box) -> Iterator[None]:
    """Go on from a cursor's number without looking at its digest."""
    real = pulling._start

    def careless(session: Session, scope: str, cursor: Any, newest: int, pulled: Any) -> int | None:
        if cursor is not None and cursor.seq <= newest:
            return int(cursor.seq)
        return real(session, scope, cursor, newest, pulled)

    with patch.object(pulling, "_start", careless):
        yield


@contextmanager
def tells_nobody(_box: Box) -> Iterator[None]:
    """Never say which held ops were turned down."""
    with patch.object(log, "turned_down", lambda *_: []):
        yield


BUGS = {
    "the server acknowledges before it commits": Bug(server=acknowledges_before_commit),
    "the server takes a repeat anew": Bug(server=takes_repeats_anew),
    "the server remembers heads past the lock": Bug(server=remembers_heads),
    "the server drops an admitted op": Bug(server=drops_admitted),
    "the server does not chain its digests": Bug(server=chains_nothing),
    "the server ignores a cursor's digest": Bug(server=ignores_unknown_cursors),
    "the server tells nobody what was turned down": Bug(server=tells_nobody),
    "the phone drops the first op of its outbox": Bug(phone=DropsFirst),
    "the phone merges by clock": Bug(phone=LastWriterWins),
    "the phone sends only its own ops after a rewind": Bug(phone=SendsOwnAgain),
    "the phone trusts an acknowledgement": Bug(phone=TrustsAcknowledgement),
}
