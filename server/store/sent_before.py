"""What the server has of ops that come: in the log or held, and which of their numbers are used.

An op's id is a hash over its device and number too. So one look at the numbers finds both the op itself and
another one that took its number, without asking for every id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, bindparam, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.db import run
from server.models.log import HeldOp, OpRow
from server.store.bulk import among
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
    has_number: Callable[[InstrumentedAttribute[int]], ColumnElement[bool]],
) -> CompoundSelect[Any]:
    """Return a look-up of a device's ops, those of the log and the held ones, by their numbers."""
    lacks_private = OpRow.private.is_(None).label("lacks_private")
    logged = select(
        OpRow.device, OpRow.id, OpRow.n, OpRow.seq, OpRow.received_at, OpRow.doc, lacks_private, null()
    )
    held = select(HeldOp.device, HeldOp.id, HeldOp.n, null(), null(), null(), null(), HeldOp.reason)
    return union_all(
        *(
            query.where(table.scope == bindparam("of"), among(table.device, "devices"), has_number(table.n))
            for query, table in ((logged, OpRow), (held, HeldOp))
        )
    )


# Built once: making a statement anew costs more than running it.
_RUN = _by_number(lambda n: n.between(bindparam("low"), bindparam("high")))
_SINGLE = _by_number(lambda n: n.in_(bindparam("numbers", expanding=True)))


def look(session: Session, scope: str, ops: Iterable[Op]) -> SentBefore:
    """Return what the log and the held ops of a scope have of these ops and of their numbers.

    Shape:  ops of the same devices that lie between them may stand there too.
    """
    numbers: dict[str, list[int]] = {}
    for op in ops:
        numbers.setdefault(op.device, []).append(op.n)
    found = SentBefore(used={device: set() for device in numbers})
    for device, op_id, n, *placed, reason in _rows(session, scope, numbers):
        found.used[device].add(n)
        if reason is None:
            found.logged[op_id] = Logged(*placed)
        else:
            found.held[op_id] = reason
    return found


def _rows(session: Session, scope: str, numbers: Mapping[str, Sequence[int]]) -> Iterator[Any]:
    every = [n for of in numbers.values() for n in of]
    low, high = min(every, default=0), max(every, default=0)
    if (high - low) * len(numbers) < 2 * len(every):  # as a rule they follow each other, on sensors in step
        yield from run(session, _RUN, {"of": scope, "devices": list(numbers), "low": low, "high": high})
    elif len(numbers) > 1:
        for device, of in numbers.items():
            yield from _rows(session, scope, {device: of})
    else:
        yield from run(session, _SINGLE, {"of": scope, "devices": list(numbers), "numbers": every})
