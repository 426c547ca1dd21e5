"""What the server has of ops that come: in the log or held, and which of their numbers are used.

An op's id is a hash over its device and number too. So one look at the numbers finds both the op itself and
another one that took its number, without asking for every id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.models.log import HeldOp, OpRow
from sync.ops import Op


@dataclass(frozen=True)
class Logged:
    """Where an op of the log stands; `lacks_private`: no private part of it is here."""

    seq: int
    received_at: int
    doc: str
    lacks_private: bool


@dataclass(frozen=True)
class SentBefore:
    """Ops by id: those in the log, why others are held or were turned down, and each device's used `n`."""

    logged: dict[str, Logged] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    used: dict[str, set[int]] = field(default_factory=dict)


def _by_number(
    device: InstrumentedAttribute[str], n: InstrumentedAttribute[int], query: Select[*tuple[Any, ...]]
) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """Return a look-up by the numbers of a device, for a run of them and for single ones."""
    of = query.where(device == bindparam("device"))
    run = of.where(n.between(bindparam("low"), bindparam("high")))
    return run, of.where(n.in_(bindparam("numbers", expanding=True)))


# Built once: making a statement anew costs more than running it.
_LOGGED = _by_number(
    OpRow.device,
    OpRow.n,
    select(OpRow.id, OpRow.n, OpRow.seq, OpRow.received_at, OpRow.doc, OpRow.private.is_(None)).where(
        OpRow.scope == bindparam("of")
    ),
)
_HELD = _by_number(
    HeldOp.device, HeldOp.n, select(HeldOp.id, HeldOp.n, HeldOp.reason).where(HeldOp.scope == bindparam("of"))
)


def look(session: Session, scope: str, ops: Iterable[Op]) -> SentBefore:
    """Return what the log and the held ops of a scope have of these ops and of their numbers.

    Shape:  ops of the same devices that lie between them may stand there too.
    """
    numbers: dict[str, list[int]] = {}
    for op in ops:
        numbers.setdefault(op.device, []).append(op.n)
    found = SentBefore()
    for device, of in numbers.items():
        used = found.used[device] = set()
        for op_id, n, *placed in _rows(session, _LOGGED, scope, device, of):
            used.add(n)
            found.logged[op_id] = Logged(*placed)
        for op_id, n, reason in _rows(session, _HELD, scope, device, of):
            used.add(n)
            found.held[op_id] = reason
    return found


def _rows(
    session: Session,
    queries: tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]],
    scope: str,
    device: str,
    numbers: Sequence[int],
) -> Iterable[Any]:
    low, high = min(numbers), max(numbers)
    if high - low < 2 * len(numbers):  # as a rule they follow each other
        return session.execute(queries[0], {"of": scope, "device": device, "low": low, "high": high})
    return session.execute(queries[1], {"of": scope, "device": device, "numbers": numbers})
