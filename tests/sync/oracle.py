"""The merge said as plainly as possible, to hold `sync.merge` against; slow, and sharing no code with it.

Everything is asked of the graph anew each time: who saw whom, which writes nobody saw, whether
those agree. Knows `Placed` only for its data. Source: DESIGN §3 "Merge"; WIRE.
"""

import json
from typing import Any

from sync.merge import Placed

Ops = dict[str, Placed]


def ancestors(op_id: str, ops: Ops) -> set[str]:
    """Return every id that an op saw, through any number of known ops."""
    if op_id not in ops:
        return set()
    found = set(ops[op_id].op.after)
    while more := {up for i in found if i in ops for up in ops[i].op.after} - found:
        found |= more
    return found


def fields(placed: Placed) -> dict[str, Any]:
    """Return all that an op writes, its public and its private part."""
    return {**placed.op.fields, **(placed.op.private_fields or {})}


def strength(placed: Placed) -> tuple[int, int, int, str]:
    """Return what puts one head before another."""
    op = placed.op
    if placed.seq is None:
        return (1, op.n, 0, op.id)
    return (0, min(op.recorded_at + op.skew, placed.received_at or 0), placed.seq, op.id)


def oracle(ops: Ops) -> dict[str, Any]:
    """Return what the ops of one document say, as a dictionary of plain values."""
    saw = {i: ancestors(i, ops) for i in ops}
    heads: dict[str, list[str]] = {}
    for name in {name for placed in ops.values() for name in fields(placed)}:
        writers = [i for i in ops if name in fields(ops[i])]
        standing = [i for i in writers if all(i not in saw[j] for j in writers)]
        heads[name] = sorted(standing, key=lambda i: strength(ops[i]), reverse=True)
    value = {(name, i): fields(ops[i])[name] for name in heads for i in heads[name]}
    texts = {name: {json.dumps(value[name, i]) for i in heads[name]} for name in heads}
    conflicts = {name for name in heads if len(texts[name]) > 1}
    tombs = [i for i in heads.get("_deleted", []) if value["_deleted", i] is True]
    unseen = {
        name
        for name in heads
        if name != "_deleted"
        for i in heads[name]
        for tomb in tombs
        if i != tomb and i not in saw[tomb] and tomb not in saw[i]
    }
    shown = {name: value[name, heads[name][0]] for name in heads if name != "_deleted"}
    open_ends = [i for i in ops if not any(i in placed.op.after for placed in ops.values())]
    return {
        "values": {name: each for name, each in shown.items() if each is not None},
        "heads": {name: tuple(each) for name, each in heads.items()},
        "conflicts": conflicts | unseen,
        "private": {name for placed in ops.values() for name in placed.op.private_fields or {}},
        "deleted": bool(tombs) and not unseen and "_deleted" not in conflicts,
        "missing": any(p.op.private_hash and p.op.private_fields is None for p in ops.values()),
        "tips": tuple(sorted(open_ends, key=lambda i: strength(ops[i]), reverse=True)[:16]),
    }
