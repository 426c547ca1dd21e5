"""A phone of the demo: a key in memory, an outbox, and the same requests that a real phone sends.

It joins by an invitation's link, opens sessions by signing nonces, pushes and pulls over `/sync`, sends
photos over tus. The key is never written anywhere and is gone with the object.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask.testing import FlaskClient

from server.demo.story import Save, split
from server.services.inviting import InviteLink
from sync import ids, limits
from sync.forms import load_forms
from sync.log import parse_cursor
from sync.ops import domain, make_body, make_private, message, op_id, private_hash
from sync.signing import SoftwareKey
from sync.values import Json

FILLS_DISK: Final = 507


class DemoFailed(Exception):
    """The server answered a demo phone in a way that no phone should see."""


@dataclass(frozen=True)
class Photo:
    """A photo as it waits to be sent: its metadata and its bytes."""

    scope: str
    sha256: str
    data: bytes


@dataclass
class DemoPhone:
    """One key of one person. `results` gathers what became of each op, in the order sent."""

    client: FlaskClient
    key: SoftwareKey = field(default_factory=SoftwareKey.generate)
    membership: str = ""
    origin: str = ""
    skew: int | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    tips: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    token: str = ""

    def join(self, link: InviteLink, label: str, now: int) -> None:
        """Look at the invitation and join with this phone's new key."""
        secret = link.url.rpartition(".")[2]
        look = self._post("/api/v1/device/invite", {"invite": link.invite, "secret": secret})
        self.membership, self.origin = look["by"], look["origin"]
        public = ids.b64_encode(self.key.public)
        body = make_body(
            device=self.key.device,
            n=1,
            by=look["by"],
            scope=look["scope"],
            doc=look["doc"],
            after=look["after"],
            recorded_at=now,
            fields={"key": public, "secret": secret, "label": label},
        )
        self.numbers[look["scope"]] = 1
        joined = self._post("/api/v1/device/join", {**self._signed(body), "key": public})
        if joined["result"] != "accepted":
            raise DemoFailed(f"a join was {joined['result']}")
        self.token = joined["token"]

    def save(self, save: Save, scope: str, more: Mapping[str, Json]) -> str:
        """Make the op of a tap on "Lưu" and put it into the outbox; return its id."""
        form = load_forms().get(save.form)
        public, private = split(form, save.fields) if form is not None else (dict(save.fields), {})
        return self.write(scope, save.doc, save.at + save.clock_ms, {**public, **more}, private)

    def write(
        self,
        scope: str,
        doc: str,
        at: int,
        fields: Mapping[str, Json],
        private: Mapping[str, Json] | None = None,
    ) -> str:
        """Sign an op that names what this phone knows of the document, and keep it for the next sync."""
        n = self.numbers.get(scope, 0) + 1
        part = make_private(secrets.token_bytes(limits.SALT_BYTES), private) if private else None
        tips = self.tips.setdefault((scope, doc), set())
        body = make_body(
            device=self.key.device,
            n=n,
            by=self.membership,
            scope=scope,
            doc=doc,
            after=sorted(tips)[: limits.PARENTS_MAX],
            recorded_at=at,
            skew=self.skew,
            anchor=self._anchor(scope),
            fields=fields,
            private=None if part is None else private_hash(self.origin, part),
        )
        self.numbers[scope] = n
        made = op_id(self.origin, body)
        tips.clear()
        tips.add(made)
        self.outbox.append(self._signed(body) | ({} if part is None else {"private": part}))
        return made

    def take_photo(
        self, scope: str, doc: str, of: str, at: int, kind: str, data: bytes, size: tuple[int, int]
    ) -> None:
        """Name a photo in an op and keep its bytes for the next sync."""
        sha256 = ids.b64_encode(hashlib.sha256(data).digest())
        fields: dict[str, Json] = {
            "of": of, "sha256": sha256, "bytes": len(data), "type": "image/jpeg", "kind": kind,
            "width": size[0], "height": size[1], "taken_at": at,
        }  # fmt: skip
        self.write(scope, doc, at, fields)
        self.photos.append(Photo(scope, sha256, data))

    def sync(self, now: int, left: int = 0) -> None:
        """Open a session, send what waits, take in what is new, then send the photos.

        Shape:  `left`: so many lines the phone says that it still holds.
        """
        self.left = left
        self._open_session()
        more = True
        while more or self.outbox:
            batch, self.outbox = self.outbox[: limits.REQUEST_OPS_MAX], self.outbox[limits.REQUEST_OPS_MAX :]
            answer = self._post("/api/v1/sync", self._request(batch))
            self._settle(answer["results"])
            self._take(answer["ops"])
            self.cursors.update(answer["cursors"])
            for one in answer.get("scopes", ()):
                self.cursors.setdefault(one["scope"], "0")
            more = bool(answer["more"]) or "scopes" in answer
            self.access = answer["access"]
            self.skew = answer["now"] - now
        self._send_photos()

    access: str = ""
    left: int = 0

    def _request(self, batch: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "cursors": self.cursors,
            "ops": batch,
            "limit": {"ops": limits.PAGE_OPS_MAX, "bytes": limits.PAGE_BYTES_MAX},
            "access": self.access,
            "phone": {"unsent": len(self.outbox) + self.left, "photos": len(self.photos), "app": "demo"},
        }

    def _open_session(self) -> None:
        nonce = self._post("/api/v1/device/challenge", {"device": self.key.device})["nonce"]
        signature = self.key.sign(domain("session", self.origin) + nonce.encode("ascii"))
        sent = {"device": self.key.device, "nonce": nonce, "signature": ids.b64_encode(signature)}
        self.token = self._post("/api/v1/device/session", sent)["token"]

    def _settle(self, results: Iterable[Mapping[str, Any]]) -> None:
        for result in results:
            if result["result"] not in ("accepted", "held"):
                raise DemoFailed(f"an op was {result['result']}: {result.get('problem', '')}")
            self.results.append(result["result"])

    def _take(self, ops: Iterable[Mapping[str, Any]]) -> None:
        """Learn which ops of a document are the newest, from those that others wrote."""
        for op in ops:
            if "body" not in op:
                continue
            told = json.loads(op["body"])
            tips = self.tips.setdefault((op["scope"], told["doc"]), set())
            tips.difference_update(told.get("after", ()))
            tips.add(op_id(self.origin, op["body"]))

    def _send_photos(self) -> None:
        """Send each photo in one piece; a server without room keeps the demo without pictures."""
        while self.photos:
            photo = self.photos.pop(0)
            kind, uuid = ids.split_ref(photo.scope)
            name = base64.b64encode(photo.sha256.encode("ascii")).decode("ascii")
            headers = {"Upload-Length": str(len(photo.data)), "Upload-Metadata": f"sha256 {name}"}
            if not self._tus("POST", f"/api/v1/photos/{kind}/{uuid}", headers):
                self.photos.clear()
                return
            check = base64.b64encode(hashlib.sha256(photo.data).digest()).decode("ascii")
            headers = {
                "Upload-Offset": "0",
                "Upload-Checksum": f"sha256 {check}",
                "Content-Type": "application/offset+octet-stream",
            }
            self._tus("PATCH", f"/api/v1/photos/{kind}/{uuid}/{photo.sha256}", headers, photo.data)

    def _tus(self, method: str, address: str, headers: Mapping[str, str], data: bytes = b"") -> bool:
        answer = self.client.open(
            address,
            method=method,
            data=data,
            headers={"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {self.token}", **headers},
        )
        if answer.status_code == FILLS_DISK:
            return False
        if answer.status_code not in (201, 204):
            raise DemoFailed(f"{method} of a photo: {answer.status_code} {answer.get_data(as_text=True)}")
        return True

    def _post(self, address: str, sent: Mapping[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.post(address, json=sent, headers=headers)
        if answer.status_code != 200:
            raise DemoFailed(f"{address}: {answer.status_code} {answer.get_data(as_text=True)}")
        return answer.get_json()

    def _signed(self, body: str) -> dict[str, Any]:
        return {"body": body, "signature": ids.b64_encode(self.key.sign(message(self.origin, body)))}

    def _anchor(self, scope: str) -> Mapping[str, Json] | None:
        cursor = parse_cursor(self.cursors.get(scope, "0"))
        return None if cursor is None else {"seq": cursor.seq, "digest": ids.b64_encode(cursor.digest)}
