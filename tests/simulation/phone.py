"""The model of a phone: what it stores, what it asks, what an answer does to it.

Everything in `Storage` survives a kill; the rest does not. What it does is PROTOCOL §7–§16 and nothing else,
so that the same run can be given to the phone's own engine (tier B). A planted bug is a subclass.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sync import ids
from sync.log import EMPTY, Cursor, next_digest, parse_cursor, start_digest
from sync.merge import Document, Placed, fold
from sync.ops import Op, domain, make_body, make_private, message, parse_op, private_hash
from sync.signing import SoftwareKey

_STEADY = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


class Key(SoftwareKey):
    """A key whose signatures are the same in every replay; a copy of a profile holds the same key."""

    def sign(self, message: bytes) -> bytes:
        """Return r ‖ s by RFC 6979."""
        r, s = decode_dss_signature(self._private.sign(message, _STEADY))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def __deepcopy__(self, _memo: object) -> Key:
        return self


@dataclass
class Kept:
    """One op that the phone holds. `state`: outbox, sent, held, refused or turned_down."""

    op: Op
    signature: str
    state: str
    seq: int | None = None
    received_at: int | None = None

    def __deepcopy__(self, _memo: object) -> Kept:
        return copy.copy(self)


@dataclass
class Link:
    """One number of a scope's log as the phone took it."""

    id: str
    received_at: int
    digest: bytes


@dataclass
class Identity:
    """One person's key on this phone, and all ops of its device document."""

    key: Key
    membership: str
    person: str
    farm: str | None
    role: str
    home: str = ""
    own: list[dict[str, Any]] = field(default_factory=list)
    access: str = ""
    scopes: dict[str, bool] = field(default_factory=dict)
    revoked: bool = False
    copied: bool = False

    @property
    def device(self) -> str:
        """Return the device id that the key proves."""
        return self.key.device


@dataclass
class Photo:
    """Bytes that a photo document names, and whether the server said that it has them."""

    scope: str
    sha256: str
    data: bytes
    sent: bool = False


@dataclass
class Draft:
    """A form left open: `after` is what was on the screen when it was opened."""

    scope: str
    doc: str
    after: tuple[str, ...]


@dataclass
class Storage:
    """What is on the disk of the phone; every change below is one transaction of it."""

    identities: list[Identity] = field(default_factory=list)
    ops: dict[str, Kept] = field(default_factory=dict)
    outbox: list[str] = field(default_factory=list)
    chain: dict[str, list[Link]] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    n: dict[tuple[str, str], int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    photos: dict[str, Photo] = field(default_factory=dict)
    draft: Draft | None = None
    skew: int | None = None
    epoch: int = 0


@dataclass
class Asked:
    """A request on its way: the ops in it, and by whose session."""

    number: int
    device: str
    ids: tuple[str, ...]
    value: dict[str, Any]


class Phone:
    """One phone; `off` is how far its clock is ahead of true time, in ms."""

    def __init__(self, name: str, origin: str, storage: Storage) -> None:
        self.name, self.origin, self.disk = name, origin, storage
        self.off = 0
        self.alive = True
        self.forget()

    def forget(self) -> None:
        """Lose what a kill loses."""
        self.tokens: dict[str, str] = {}
        self.waiting: Asked | None = None
        self.batch = 20
        self.whole = False
        self.tried: set[str] = set()

    # Recording

    def writable(self) -> list[tuple[Identity, str]]:
        """Return where somebody on this phone may record: at home also while the device waits."""
        return [
            (who, scope)
            for who in self.disk.identities
            for scope, write in sorted(({who.home: True} | who.scopes).items())
            if write and scope.startswith("farm:")
        ]

    def documents(self, scope: str, *, logged: bool = False) -> dict[str, list[Placed]]:
        """Return the ops of each document as this phone folds them; `logged`: only those of the log."""
        found: dict[str, list[Placed]] = {}
        in_log = {link.id for link in self.disk.chain.get(scope, ())}
        for kept in self.disk.ops.values():
            shows = kept.state in ("outbox", "sent", "held") and (not logged or kept.op.id in in_log)
            if kept.op.scope == scope and shows:
                found.setdefault(kept.op.doc, []).append(Placed(kept.op, kept.seq, kept.received_at))
        return found

    def fold(self, ops: Sequence[Placed]) -> Document:
        """Return what a document says on this phone's screen."""
        return fold(ops)

    def save(
        self, who: Identity, scope: str, doc: str, fields: Mapping[str, Any], after: Sequence[str],
        now: int, rng: Random, hidden: Mapping[str, Any] | None = None,
    ) -> Kept:  # fmt: skip
        """Sign and store an op and its row of the outbox in one transaction."""
        number = self.disk.n.get((who.device, scope), 0) + 1
        part = None if hidden is None else make_private(rng.randbytes(16), hidden)
        chain = self.disk.chain.get(scope)
        body = make_body(
            device=who.device, n=number, by=who.membership, scope=scope, doc=doc,
            recorded_at=max(0, now + self.off), skew=self.disk.skew, fields=fields, after=after,
            anchor={"seq": len(chain), "digest": ids.b64_encode(chain[-1].digest)} if chain else None,
            private=None if part is None else private_hash(self.origin, part),
        )  # fmt: skip
        op = parse_op(self.origin, body, part)
        kept = Kept(op, ids.b64_encode(who.key.sign(message(self.origin, body))), "outbox")
        self.disk.n[who.device, scope] = number
        self.disk.ops[op.id] = kept
        self.disk.outbox.append(op.id)
        return kept

    # Asking

    def compose(self, who: Identity, number: int, page: int = 40) -> Asked:
        """Return the next request of a person's session; `page`: how many ops an answer may hold."""
        others = {one.device for one in self.disk.identities} - {who.device}
        wanted = [i for i in self.disk.outbox if self.disk.ops[i].op.device not in others]
        chosen = tuple([i for i in wanted if i not in self.tried][: self.batch])
        sent = [self._wire(self.disk.ops[i]) for i in chosen]
        devices = {self.disk.ops[i].op.device for i in chosen}
        cursors = {scope: self.cursor(scope) for scope in sorted(who.scopes)}
        value: dict[str, Any] = {
            "cursors": cursors, "ops": sent, "limit": {"ops": page, "bytes": 60000}, "access": who.access,
            "keys": {d: k for d, k in self.disk.keys.items() if d in devices},
            "phone": {"unsent": len(self.disk.outbox), "photos": 0, "app": "1.0.0"},
        }  # fmt: skip
        if self.whole:
            value["whole"] = True
        return Asked(number, who.device, chosen, value)

    @staticmethod
    def _wire(kept: Kept) -> dict[str, str]:
        sent = {"body": kept.op.body, "signature": kept.signature}
        return sent if kept.op.private is None else sent | {"private": kept.op.private}

    def cursor(self, scope: str) -> str:
        """Return the cursor of a scope."""
        chain = self.disk.chain.get(scope)
        return str(Cursor(self.disk.epochs[scope], len(chain), chain[-1].digest)) if chain else EMPTY

    # Taking an answer

    def take(self, asked: Asked, answer: Mapping[str, Any], now: int) -> bool:
        """Take a whole answer in, in one transaction; return whether to ask again at once."""
        who = next((one for one in self.disk.identities if one.device == asked.device), None)
        if who is None:
            return False
        before = (who.access, self.whole)
        self.whole = False
        for i, result in zip(asked.ids, answer["results"], strict=True):
            self.take_result(i, result, who)
        self.take_epoch(answer["epoch"])
        for scope, to in answer.get("rewind", {}).items():
            self.rewind(scope, to, who.device)
        for scope, cursor in answer["cursors"].items():
            run = [op for op in answer["ops"] if op["scope"] == scope]
            self._take_page(scope, run, cursor)
        if not answer["more"] and not self.whole:
            self.take_back(answer["cursors"])
        for i in answer.get("turned_down", ()):
            if i in self.disk.ops and self.disk.ops[i].state == "held":
                self.disk.ops[i].state = "turned_down"
        for scope, wanted in answer.get("want", {}).items():
            for sha256 in wanted:
                if (photo := self.disk.photos.get(f"{scope} {sha256}")) is not None:
                    photo.sent = False
        who.access = answer["access"]
        if "scopes" in answer:
            who.scopes = {one["scope"]: one["write"] for one in answer["scopes"]}
        self.disk.skew = answer["now"] - now - self.off
        self.batch = min(100, self.batch * 2)
        return bool(answer["more"] or answer.get("rewind") or before != (who.access, self.whole))

    def take_result(self, op_id: str, result: Mapping[str, Any], who: Identity) -> None:
        """Do what the result of one op says (PROTOCOL §8)."""
        kept = self.disk.ops[op_id]
        if result["result"] == "later":
            self.tried.add(op_id)
            return
        states = {"accepted": "sent", "already": "sent", "held": "held", "refused": "refused"}
        kept.state = states[result["result"]]
        if kept.state == "sent":
            kept.seq, kept.received_at = result["seq"], result["received_at"]
        if op_id in self.disk.outbox:
            self.take_out(op_id)
        if result.get("problem") == "device_copied":
            for one in self.disk.identities:
                one.copied = one.copied or one.device == kept.op.device

    def take_out(self, op_id: str) -> None:
        """Take an op out of the outbox."""
        self.disk.outbox.remove(op_id)

    def take_epoch(self, epoch: int) -> None:
        """After a restore the server may not know what it held: offer it again; it has no number to miss."""
        if self.disk.epoch not in (0, epoch):
            for kept in self.disk.ops.values():
                if kept.state == "held":
                    self.put_back(kept)
        self.disk.epoch = epoch

    def take_back(self, cursors: Mapping[str, str]) -> None:
        """What was acknowledged and is not in the log to its end was lost by a restore: offer it again."""
        for scope in cursors:
            in_log = {link.id for link in self.disk.chain.get(scope, ())}
            for kept in self.disk.ops.values():
                if kept.op.scope == scope and kept.state == "sent" and kept.op.id not in in_log:
                    self.put_back(kept)

    def _take_page(self, scope: str, run: Sequence[Mapping[str, Any]], cursor: str) -> None:
        chain = self.disk.chain.setdefault(scope, [])
        digest = chain[-1].digest if chain else start_digest(self.origin, scope)
        links: list[Link] = []
        fresh: list[Kept] = []
        for item in run:
            if "id" in item and item["id"] not in self.disk.ops:
                self.whole = True
                return
            kept = self.disk.ops[item["id"]] if "id" in item else self._kept(item)
            seq = len(chain) + len(links) + 1
            digest = next_digest(
                domain("log", self.origin), digest, seq, item["received_at"], ids.b64_decode(kept.op.id)
            )
            if item["seq"] != seq:
                raise AssertionError(f"{self.name}: a hole in the page of {scope} at {seq}: {item['seq']}")
            links.append(Link(kept.op.id, item["received_at"], digest))
            fresh.append(kept)
        point = parse_cursor(cursor)
        if point is not None and (point.seq, point.digest) != (len(chain) + len(links), digest):
            raise AssertionError(f"{self.name}: the digest of {scope} does not chain at {point.seq}")
        for kept, link in zip(fresh, links, strict=True):
            chain.append(link)
            kept.state, kept.seq, kept.received_at = "sent", len(chain), link.received_at
            self.disk.ops[kept.op.id] = kept
            if kept.op.id in self.disk.outbox:
                self.disk.outbox.remove(kept.op.id)
            if kept.op.doc_type == "device" and isinstance(kept.op.fields.get("key"), str):
                self.disk.keys[kept.op.device] = str(kept.op.fields["key"])
        if point is not None:
            self.disk.epochs[scope] = point.epoch

    def _kept(self, item: Mapping[str, Any]) -> Kept:
        op = parse_op(self.origin, item["body"], item.get("private"))
        known = self.disk.ops.get(op.id)
        return known or Kept(op, item["signature"], "sent")

    def rewind(self, scope: str, to: str, device: str) -> None:
        """Go back to a point and offer every op above it again, own ones first (PROTOCOL §12)."""
        chain = self.disk.chain.get(scope, [])
        point = parse_cursor(to)
        keep = 0 if point is None else point.seq
        if point is not None and (len(chain) < keep or chain[keep - 1].digest != point.digest):
            keep = 0
        above = [self.disk.ops[link.id] for link in chain[keep:]]
        self.disk.chain[scope] = chain[:keep]
        if point is not None:
            self.disk.epochs[scope] = point.epoch
        for kept in sorted(above, key=lambda one: one.op.device != device):
            self.put_back(kept)

    def put_back(self, kept: Kept) -> None:
        """Put an op back into the outbox, whoever wrote it."""
        kept.state, kept.seq, kept.received_at = "outbox", None, None
        if kept.op.id not in self.disk.outbox:
            self.disk.outbox.append(kept.op.id)


def name_of(data: bytes) -> str:
    """Return the name of a photo's bytes."""
    return ids.b64_encode(hashlib.sha256(data).digest())
