"""Documents that grow as they do among phones: everyone writes on what they have seen so far.

Random ops would hardly ever meet; here three phones write the same few fields, hear of each other
now and then, and have clocks that are years off. `choose(n)` says which of n things happens:
a property test draws it, a test of coverage takes a seeded generator.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync import ids
from sync.merge import Placed
from sync.ops import Op, make_body, make_private, parse_op, private_hash

ORIGIN = "vi-du.example/so"
SCOPE = "farm:019a0000-0000-7000-8000-000000000001"
DOC = "entry:019a0000-0000-7000-8000-000000000003"
BY = "019a0000-0000-7000-8000-000000000002"
NOW = 1_762_600_000_000
YEAR = 31_536_000_000
DEVICES = ("a" * 32, "b" * 32, "c" * 32)
NAMES = ("dose", "note", "product", "plots", "_deleted")
VALUES: tuple[Any, ...] = ("1", "2", None, {"amount": "2.5", "unit": "sao"}, True)

Choose = Callable[[int], int]


def make_op(
    n: int,
    fields: dict[str, Any],
    after: Sequence[str] = (),
    *,
    device: str = DEVICES[0],
    recorded_at: int = NOW,
    skew: int | None = None,
    hidden: dict[str, Any] | None = None,
    doc: str = DOC,
) -> Op:
    """Return an op as it would come over the wire, parsed from its texts."""
    part = None if hidden is None else make_private(bytes([n % 256] * 16), hidden)
    body = make_body(
        device=device, n=n, by=BY, scope=SCOPE, doc=doc, recorded_at=recorded_at, fields=fields,
        after=after, skew=skew, private=None if part is None else private_hash(ORIGIN, part),
    )  # fmt: skip
    return parse_op(ORIGIN, body, part)


def tips(ops: Sequence[Op]) -> list[str]:
    """Return the newest ids of some ops: those that none of them names."""
    named = {parent for op in ops for parent in op.after}
    return sorted(op.id for op in ops if op.id not in named)[:16]


@dataclass
class Phone:
    """One phone: what it holds, how far its clock is off, how many ops it made."""

    device: str
    off: int
    held: list[Op] = field(default_factory=list)
    made: int = 0

    def write(self, choose: Choose, at: int) -> Op:
        """Make an op on top of all that is held, or of an older state where a form stayed open."""
        self.made += 1
        base = self.held[: len(self.held) - choose(3)] if choose(4) == 0 else self.held
        chosen = {NAMES[choose(len(NAMES))]: VALUES[choose(len(VALUES))] for _ in range(1 + choose(2))}
        if "_deleted" in chosen and choose(3) > 0:
            chosen["_deleted"] = True  # as our own app writes it; the other values are a stranger's
        hidden = {name: chosen.pop(name) for name in ("note",) if name in chosen}
        op = make_op(
            self.made, chosen, tips(base), device=self.device, recorded_at=NOW + at + self.off,
            skew=(None, -self.off)[choose(2)], hidden=hidden or None,
        )  # fmt: skip
        self.held.append(op)
        return op

    def hear(self, other: "Phone") -> None:
        """Take over what another phone holds."""
        known = {op.id for op in self.held}
        self.held += [op for op in other.held if op.id not in known]


def grow(choose: Choose, most: int = 12) -> list[Placed]:
    """Return the ops of one document, placed in the log in an order of its own; some in no log yet."""
    phones = [Phone(device, (choose(5) - 2) * YEAR) for device in DEVICES]
    ops: list[Op] = []
    for at in range(1 + choose(most)):
        writer = phones[choose(3)]
        if choose(3) > 0:
            writer.hear(phones[choose(3)])
        ops.append(writer.write(choose, at))
    order = list(ops)
    for i in range(len(order) - 1, 0, -1):
        j = choose(i + 1)
        order[i], order[j] = order[j], order[i]
    unsent = choose(3) if choose(3) == 0 else 0
    logged = order[unsent:]
    placed = {op.id: Placed(op, seq, NOW + 1000 * seq) for seq, op in enumerate(logged, 1)}
    return [placed.get(op.id, Placed(op)) for op in ops]


def raw(op: Op) -> bytes:
    """Return the 32 bytes of an op's id."""
    return ids.b64_decode(op.id, 32)
