"""Signed ops as a household's phone makes them, and the requests that carry them.

Two of three are entries (spraying with a tank mix, feeding, scouting), one of three a photo's metadata; names
and notes are private. Random parts come from a seed, so two runs send the same amount.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync import ids
from sync.ops import make_body, make_private, message, parse_op, private_hash
from sync.signing import SoftwareKey

START_MS = 1_790_000_000_000
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Made:
    """One op as it travels."""

    id: str
    doc: str
    sent: dict[str, str]


class Household:
    """One phone's key, writing a diary into one farm's scope."""

    def __init__(self, key: SoftwareKey, by: str, scope: str, origin: str, seed: int = 1) -> None:
        self.key, self.by, self.scope, self.origin = key, by, scope, origin
        self.random = random.Random(seed)
        self.n = 0
        self.clock = START_MS
        self.anchor = {"seq": 1, "digest": ids.b64_encode(bytes(32))}
        self.season = self._ref("season")
        self.entry = self._ref("entry")
        self.plot = self._ref("plot")

    def ops(self, count: int) -> Iterator[Made]:
        """Make the next ops of the diary."""
        for place in range(count):
            self.clock += 40 * 60_000
            yield self._photo() if place % 3 == 2 else self._entry()

    def diary(self, entries: int) -> Iterator[Made]:
        """Make a plot, a season on it and so many entries: what a phone can show."""
        area = {"amount": "5", "unit": "sao"}
        yield self._make(self.plot, {"kind": "field", "name": "Đồng Cửa", "area": area}, {})
        yield self.begin_season([self.plot])
        for _ in range(entries):
            self.clock += 60_000
            yield self._entry()

    def begin_season(self, plots: list[str]) -> Made:
        """Make the season, of rice, on these plots."""
        season = {"product": "rice", "product_name": "Lúa Bắc Thơm", "sector": "crop", "standard": "vietgap"}
        begun: dict[str, object] = {"started_on": "2026-01-01", "plots": plots}
        return self._make(self.season, {**season, **begun}, {})

    def write(self, kind: str, fields: dict[str, object]) -> Made:
        """Make the first op of a new document."""
        return self._make(self._ref(kind), fields, {})

    def _entry(self) -> Made:
        kind = self.random.randrange(3)
        day = f"2026-{self.random.randint(9, 11):02}-{self.random.randint(1, 30):02}"
        fields: dict[str, object] = {
            "form": ("CT-10", "CN-05", "CT-09")[kind], "form_version": 1, "happened_on": day,
            "plots": [self.plot], "season": self.season,
        }  # fmt: skip
        if kind == 0:
            line = f"line.{ids.b64_encode(self.random.randbytes(9))[:8].lower().translate(_LETTERS)}"
            fields |= {
                f"{line}.product": self.random.choice(("Confidor 100SL", "Anvil 5SC", "Reasgant 3.6EC")),
                f"{line}.dose": {"amount": str(self.random.randint(10, 40)), "unit": "ml/binh"},
                f"{line}.phi_kind": "days", f"{line}.phi_days": self.random.randint(3, 14),
                "target_pest": "Rầy nâu", "water": {"amount": "2", "unit": "binh"},
            }  # fmt: skip
        elif kind == 1:
            fields |= {
                "feed": "Cám lợn thịt",
                "amount": {"amount": str(self.random.randint(5, 60)), "unit": "kg"},
            }
        else:
            fields |= {"pest_kind": "insect", "pest": "Sâu cuốn lá", "severity": self.random.randint(0, 5)}
        private: dict[str, object] = {"performed_by": "Nguyễn Văn Bình"}
        if self.random.random() < 0.3:
            private["note"] = self.random.choice(("Trời nắng, gió nhẹ", "Ruộng dưới ướt", "Làm buổi chiều"))
        self.entry = self._ref("entry")
        return self._make(self.entry, fields, private)

    def _photo(self) -> Made:
        sha256 = ids.b64_encode(self.random.randbytes(32))
        fields: dict[str, object] = {
            "of": self.entry, "sha256": sha256, "bytes": self.random.randint(180_000, 350_000),
            "type": "image/jpeg", "kind": "work",
        }  # fmt: skip
        return self._make(self._ref("photo"), fields, {})

    def _make(self, doc: str, fields: dict[str, object], private: dict[str, object]) -> Made:
        self.n += 1
        part = make_private(self.random.randbytes(16), private) if private else None
        body = make_body(
            device=self.key.device, n=self.n, by=self.by, scope=self.scope, doc=doc, recorded_at=self.clock,
            skew=-1500, anchor=self.anchor, fields=fields,
            private=None if part is None else private_hash(self.origin, part),
        )  # fmt: skip
        sent = {"body": body, "signature": ids.b64_encode(self.key.sign(message(self.origin, body)))}
        if part is not None:
            sent["private"] = part
        return Made(parse_op(self.origin, body, part).id, doc, sent)

    def _ref(self, kind: str) -> str:
        head, tail = f"{self.clock:012x}", self.random.randbytes(10).hex()
        return f"{kind}:{head[:8]}-{head[8:]}-7{tail[:3]}-a{tail[3:6]}-{tail[6:18]}"


_LETTERS = str.maketrans("0123456789-_", "abcdefghijkl")


def requests(ops: Sequence[Made], batch: int = 100) -> list[bytes]:
    """Return the gzipped requests that send `ops`, `batch` at a time, asking for nothing back."""
    parts = (ops[start : start + batch] for start in range(0, len(ops), batch))
    return [pack({"ops": [one.sent for one in part]}) for part in parts]


def pack(data: object) -> bytes:
    """Return a request's body as a phone sends it."""
    return gzip.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)
