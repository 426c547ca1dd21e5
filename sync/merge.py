"""The merge: from the ops of one document, in any order, to what the document says.

The ops form a graph by their `after`. A write of a field stands until a write of that field saw
it; the writes that stand are its heads. Heads with different values are a conflict. No clock
and no order of arrival changes what is a conflict; clocks only choose which head shows.
Source: DESIGN §3 "Merge"; PROTOCOL "Merge"; checked against an independent oracle in
tests/sync/test_merge_properties.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sync import limits
from sync.ops import Op
from sync.values import DELETED, Json, write_text

_UNSENT: Final = 1
_LOGGED: Final = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """An op and its place in the log; `seq` and `received_at` are None while it has none."""

    op: Op
    seq: int | None = None
    received_at: int | None = None

    def rank(self) -> tuple[int, int, int]:
        """Return what decides which head shows: the greatest does."""
        if self.seq is None or self.received_at is None:
            return (_UNSENT, self.op.n, 0)
        return (_LOGGED, min(self.op.recorded_at + self.op.skew, self.received_at), self.seq)


@dataclass(frozen=True, slots=True)
class Document:
    """What a document says.

    `values`: field → the value that shows (cleared fields and `_deleted` left out);
    `heads`: field → ids of the writes that stand, the one that shows first;
    `conflicts`: fields whose heads differ, or that a tombstone did not see;
    `private`: names of the fields that came in private parts;
    `missing`: whether a private part that a body names is not here;
    `tips`: ids that no op of the document names in `after`, at most `PARENTS_MAX`, best first.
    """

    values: Mapping[str, Json]
    heads: Mapping[str, tuple[str, ...]]
    conflicts: frozenset[str]
    private: frozenset[str]
    deleted: bool
    missing: bool
    tips: tuple[str, ...]


@dataclass(slots=True)
class Folding:
    """A document being folded: add ops in any order, as often as they come, then look.

    `ops` holds every op by its id. Adding costs the op's own fields; where an op came after one
    that names it as a parent, the next look folds the document anew, once.
    """

    ops: dict[str, Placed] = field(default_factory=dict)
    _bits: dict[str, int] = field(default_factory=dict)  # op id → its bit
    _saw: dict[str, int] = field(default_factory=dict)  # op id → bits of all that it saw
    _named: set[str] = field(default_factory=set)  # every id that some `after` names
    _heads: dict[str, list[str]] = field(default_factory=dict)
    _stale: bool = False

    def add(self, placed: Placed) -> None:
        """Take one op in; one that is known already only takes its newer place or private part."""
        op = placed.op
        known = self.ops.get(op.id)
        if known is None:
            self.ops[op.id] = placed
            self._stale = self._stale or op.id in self._named
            if not self._stale:
                self._place(op)
            return
        is_filled = op.private_fields is not None and known.op.private_fields is None
        place = known if placed.seq is None else placed
        self.ops[op.id] = Placed(op if is_filled else known.op, place.seq, place.received_at)
        self._stale = self._stale or is_filled

    def document(self) -> Document:
        """Return what the ops added so far say."""
        if self._stale:
            self._refold()
        heads = {name: self._sorted(ids) for name, ids in self._heads.items()}
        conflicts = {
            name
            for name, ids in heads.items()
            if len(ids) > 1 and len({self._text(i, name) for i in ids}) > 1
        }
        tombs = [i for i in heads.get(DELETED, ()) if self._value(i, DELETED) is True]
        unseen = {name for tomb in tombs for name in self._unseen_by(tomb, heads)}
        deleted = bool(tombs) and not unseen and DELETED not in conflicts
        shown = {name: self._value(ids[0], name) for name, ids in heads.items() if name != DELETED}
        return Document(
            values={name: value for name, value in shown.items() if value is not None},
            heads=heads,
            conflicts=frozenset(conflicts | unseen),
            private=frozenset(n for p in self.ops.values() for n in p.op.private_fields or ()),
            deleted=deleted,
            missing=any(p.op.private_hash and p.op.private_fields is None for p in self.ops.values()),
            tips=self._sorted([i for i in self.ops if i not in self._named])[: limits.PARENTS_MAX],
        )

    def _refold(self) -> None:
        """Fold anew, parents before children as far as they are known."""
        self._bits, self._saw, self._named, self._heads = {}, {}, set(), {}
        self._stale = False
        for placed in self._in_order():
            self._place(placed.op)

    def _in_order(self) -> list[Placed]:
        order: list[Placed] = []
        done: set[str] = set()
        for start in self.ops:
            stack = [(start, False)]
            while stack:
                op_id, is_left = stack.pop()
                if is_left:
                    order.append(self.ops[op_id])
                elif op_id not in done and op_id in self.ops:
                    done.add(op_id)
                    stack.append((op_id, True))
                    stack.extend((parent, False) for parent in self.ops[op_id].op.after)
        return order

    def _place(self, op: Op) -> None:
        """Add an op that no placed op names: it replaces the heads that it saw."""
        saw = 0
        for parent in op.after:
            saw |= self._saw.get(parent, 0) | self._bits.get(parent, 0)
        self._bits[op.id] = 1 << len(self._bits)
        self._saw[op.id] = saw
        self._named.update(op.after)
        for fields in (op.fields, op.private_fields or {}):
            for name in fields:
                standing = self._heads.get(name, ())
                self._heads[name] = [i for i in standing if not self._bits[i] & saw] + [op.id]

    def _sorted(self, ids: Iterable[str]) -> tuple[str, ...]:
        # The id breaks the tie of two phones' unsent ops; one phone never has such a tie.
        ids = tuple(ids)
        return (
            ids if len(ids) == 1 else tuple(sorted(ids, key=lambda i: (self.ops[i].rank(), i), reverse=True))
        )

    def _value(self, op_id: str, name: str) -> Json:
        op = self.ops[op_id].op
        return op.fields[name] if name in op.fields else (op.private_fields or {})[name]

    def _text(self, op_id: str, name: str) -> str:
        return write_text(self._value(op_id, name))

    def _unseen_by(self, tomb: str, heads: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
        for name, ids in heads.items():
            if name != DELETED and any(self._is_beside(tomb, i) for i in ids if i != tomb):
                yield name

    def _is_beside(self, one: str, other: str) -> bool:
        return not (self._saw[one] & self._bits[other] or self._saw[other] & self._bits[one])


def fold(ops: Iterable[Placed]) -> Document:
    """Return what the ops of one document say: the same for any order and any repetition."""
    placed = tuple(ops)
    if len(placed) == 1:
        return _said_alone(placed[0].op)
    folding = Folding()
    for one in placed:
        folding.add(one)
    return folding.document()


def _said_alone(op: Op) -> Document:
    """Return what a document of one op says, as most have: there is nothing to merge."""
    private = op.private_fields or {}
    written = {**op.fields, **private}
    alone = (op.id,)
    return Document(
        values={name: value for name, value in written.items() if value is not None and name != DELETED},
        heads=dict.fromkeys(written, alone),
        conflicts=frozenset(),
        private=frozenset(private),
        deleted=written.get(DELETED) is True,
        missing=bool(op.private_hash) and op.private_fields is None,
        tips=alone,
    )


def rivals(document: Document, ops: Mapping[str, Op]) -> dict[str, tuple[Json, ...]]:
    """Return for each public field in conflict the values that stand, the one that shows first, each once.

    Shape:  `ops`: the document's ops by id. A cleared field is None; `_deleted` is no field here, nor is one
            that a tombstone alone disputes: it has one value.
    """
    found: dict[str, tuple[Json, ...]] = {}
    for name in sorted(document.conflicts - document.private - {DELETED}):
        written = [ops[one].fields for one in document.heads[name]]
        values = {write_text(fields[name]): fields[name] for fields in written if name in fields}
        if len(values) > 1:
            found[name] = tuple(values.values())
    return found
