"""A phone that keeps its diary as PROTOCOL §7, §8, §12 say: logs, cursors, outbox, the way after a restore.

It is written from the page, not from the server's code. It keeps everything it ever held.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sync import ids
from sync.log import next_digest, start_digest
from sync.ops import domain, op_id
from tests.server.ops import make
from tests.server.phones import ORIGIN, Phone

Sent = dict[str, Any]
PREFIX = domain("log", ORIGIN)
ROUNDS_MAX = 40


@dataclass
class Kept:
    """One op of a log as the phone holds it."""

    id: str
    sent: Sent
    received_at: int
    digest: bytes


@dataclass
class Diary:
    """A phone and what it keeps. `ops`: every op it holds by id; `logs`: the verified runs by scope."""

    phone: Phone
    logs: dict[str, list[Kept]] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    ops: dict[str, Sent] = field(default_factory=dict)
    outbox: list[str] = field(default_factory=list)
    acked: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    requests: list[Sent] = field(default_factory=list)
    unsent_requests: list[Sent] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    epoch: int = 0
    access: str = ""
    touches: dict[str, Sent] = field(default_factory=dict)  # of a passkey, by the op that they confirm
    rewinds: list[str] = field(default_factory=list)
    safe: dict[str, int] = field(default_factory=dict)  # what the server said last

    @property
    def me(self) -> str:
        """Return the device's id."""
        return self.phone.key.device

    def record(self, scope: str, **more: Any) -> str:
        """Save one op; return its id. `entry` numbers the document; `after` is what the phone shows of it."""
        self.numbers[scope] = self.numbers.get(scope, self.phone.shown["scope"] == scope) + 1
        sent = make(self.phone, scope, self.numbers[scope], **more)
        found = op_id(ORIGIN, sent["body"])
        self.ops[found] = sent
        self.outbox.append(found)
        return found

    def touch(self, *op_ids: str) -> None:
        """Confirm ops by the person's passkey; the touch is kept beside them."""
        assert self.phone.passkey is not None
        self._keep_touches([self.phone.passkey.step_up(*op_ids)])

    def _keep_touches(self, listed: list[Sent]) -> None:
        for one in listed:
            self.touches |= dict.fromkeys(one["ops"], one)

    def ask(self, request: Sent) -> None:
        """Save a request for a row."""
        self.requests.append(request)
        self.unsent_requests.append(request)

    def ids_of(self, scope: str) -> list[str]:
        """Return the ids of a scope's log as the phone holds it."""
        return [one.id for one in self.logs.get(scope, [])]

    def sync(self) -> None:
        """Run until there is nothing more to send or to fetch, or the phone shall come later."""
        for _ in range(ROUNDS_MAX):
            if not self._round():
                return
        raise AssertionError("the phone and the server never come to an end")

    def _round(self) -> bool:
        """Return whether the phone should ask again at once."""
        if self.unsent_requests and not self._send_requests():
            return False
        batch = self.outbox[:100]
        sent = [self.ops[one] for one in batch]
        authors = {json.loads(one["body"])["device"] for one in sent} - {self.me}
        request = {
            "cursors": {scope: self._cursor(scope) for scope in self.logs},
            "ops": sent,
            "keys": {one: self.keys[one] for one in authors if one in self.keys},
            "access": self.access,
            "limit": {"ops": 60},
            "whole": True,
            "assertions": [self.touches[one] for one in batch if one in self.touches],
        }
        answer = self._post("/api/v1/sync", request)
        if answer is None:
            return False
        self.safe = answer["safe"]
        assert answer["origin"] == ORIGIN
        moved = self._take_results(batch, answer["results"])
        if answer["epoch"] > self.epoch:
            moved = self._enter_epoch(answer["epoch"]) or moved
        if "scopes" in answer:
            self.access = answer["access"]
            for one in answer["scopes"]:
                moved = moved or one["scope"] not in self.logs
                self.logs.setdefault(one["scope"], [])
        for scope, point in answer.get("rewind", {}).items():
            self._rewind(scope, point)
            moved = True
        self._keep_touches(answer.get("assertions", []))
        self._take_page(answer)
        authors = {json.loads(op["body"])["device"] for op in answer["ops"]}
        if not authors <= self.keys.keys():
            self._fetch_keys()
        return bool(moved or answer["more"])

    def _take_results(self, batch: list[str], results: list[Sent]) -> bool:
        moved = False
        for one, result in zip(batch, results, strict=True):
            assert result["result"] != "refused", result
            if result["result"] == "later":
                continue
            self.outbox.remove(one)
            moved = True
            if result["result"] == "held":
                self.held.add(one)
            else:
                self.acked.add(one)
                self.held.discard(one)
        return moved

    def _enter_epoch(self, number: int) -> bool:
        """Send again what a restore may have taken and no cursor covers: own ops, held ones, requests."""
        is_first = self.epoch == 0
        self.epoch = number
        if is_first:
            return False
        covered = {one.id for log in self.logs.values() for one in log}
        lost = [
            one for one, sent in self.ops.items()
            if json.loads(sent["body"])["device"] == self.me and one not in covered and one not in self.outbox
        ]  # fmt: skip
        self.outbox = lost + self.outbox
        self.unsent_requests = list(self.requests)
        return True

    def _rewind(self, scope: str, point: str) -> None:
        """Go back to a point, or to the start where it is not in our past; everything above waits again."""
        self.rewinds.append(point)
        log, seq = self.logs[scope], 0
        if point != "0":
            _, number, digest = point.split(".")
            seq = int(number)
            if seq > len(log) or ids.b64_encode(log[seq - 1].digest) != digest:
                seq = 0
        above = [one.id for one in log[seq:] if one.id not in self.outbox]
        above.sort(key=lambda one: json.loads(self.ops[one]["body"])["device"] != self.me)  # own ones first
        self.outbox += above
        self.logs[scope] = log[:seq]

    def _take_page(self, answer: Sent) -> None:
        for op in answer["ops"]:
            log = self.logs[op["scope"]]
            assert op["seq"] == len(log) + 1
            one = op_id(ORIGIN, op["body"])
            sent = {name: op[name] for name in ("body", "private", "signature") if name in op}
            before = log[-1].digest if log else start_digest(ORIGIN, op["scope"])
            digest = next_digest(PREFIX, before, op["seq"], op["received_at"], ids.b64_decode(one))
            log.append(Kept(one, sent, op["received_at"], digest))
            self.ops.setdefault(one, sent)
            self.held.discard(one)
            if one in self.outbox:
                self.outbox.remove(one)
        for scope, cursor in answer["cursors"].items():
            self.epochs[scope] = answer["epoch"]
            assert cursor == self._cursor(scope)

    def _cursor(self, scope: str) -> str:
        log = self.logs[scope]
        if not log:
            return "0"
        return f"{self.epochs[scope]}.{len(log)}.{ids.b64_encode(log[-1].digest)}"

    def _send_requests(self) -> bool:
        answer = self._post("/api/v1/requests", {"requests": self.unsent_requests})
        if answer is None:
            return False
        self.unsent_requests = []
        return True

    def _fetch_keys(self) -> None:
        found = self.phone.client.get("/api/v1/reference", headers=self.phone.headers).get_json()
        self.keys |= found["keys"]

    def _post(self, path: str, data: Sent) -> Sent | None:
        """Return the answer; on 401 a session is opened by the key and the ops of the own document."""
        for _ in range(2):
            answer = self.phone.client.post(path, headers=self.phone.headers, json=data)
            if answer.status_code == 200:
                found: Sent = answer.get_json()
                return found
            assert answer.status_code == 401, answer.get_data(as_text=True)
            own = [{name: op[name] for name in ("body", "signature")} for op in self.phone.ops]
            opened = self.phone.open_session(ops=own)
            if opened.status_code != 200:
                assert opened.status_code in (401, 409), opened.get_data(as_text=True)
                return None
            self.phone.ops = opened.get_json()["ops"]
        return None
