"""An authenticator made of software: makes passkeys and assertions as a phone's or a security key's does.

For tests alone: what a real one checks (where it is asked from, who touches it) a test says here.
Source: W3C Web Authentication Level 3, §6.1, §6.5.4, §5.8.1.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from server.db import run_write
from server.services.stepping_up import step_up_challenge
from server.store.demo_mark import DemoMark, write_mark
from sync import ids
from sync.ops import make_body, message, op_id
from sync.rights import is_guarded, needs_step_up
from tests.server.phones import ORIGIN, Phone

RP_ID = "localhost"
PAGE = "http://localhost:8000"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey of one person. `counts`: whether it counts its signatures (synced ones do not)."""

    rp_id: str = RP_ID
    page: str = PAGE
    counts: bool = False
    verifies: bool = True
    count: int = 0
    handle: str = ""
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def name(self) -> str:
        """Return the credential id as the wire has it."""
        return ids.b64_encode(self.credential)

    def make(self, options: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """Return the answer to `navigator.credentials.create`; `changed` replaces parts of it."""
        self.handle = options["user"]["id"]
        client = self._client("webauthn.create", options["challenge"], changed)
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + self._cose()
        data = self._data(changed, ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "clientDataJSON": ids.b64_encode(client),
                "attestationObject": ids.b64_encode(attestation),
                "transports": ["internal"],
            }
        )

    def assert_over(self, challenge: str | bytes, **changed: Any) -> dict[str, Any]:
        """Return the answer to `navigator.credentials.get`; `changed` replaces parts of it."""
        text = challenge if isinstance(challenge, str) else ids.b64_encode(challenge)
        client = self._client("webauthn.get", text, changed)
        data = self._data(changed, 0)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        inner = {
            "clientDataJSON": ids.b64_encode(client),
            "authenticatorData": ids.b64_encode(data),
            "signature": ids.b64_encode(signature),
        }
        handle = changed.get("handle", self.handle)
        return self._answer(inner | ({"userHandle": handle} if handle else {}))

    def step_up(self, *op_ids: str, **changed: Any) -> dict[str, Any]:
        """Return an assertion over the ids of ops, as `/sync` takes it."""
        response = self.assert_over(step_up_challenge(ORIGIN, op_ids), **changed)
        return {"ops": sorted(op_ids), "response": response}

    def _client(self, what: str, challenge: str, changed: dict[str, Any]) -> bytes:
        said = {"type": what, "challenge": challenge, "origin": self.page, "crossOrigin": False}
        return json.dumps(said | changed.get("client", {})).encode()

    def _data(self, changed: dict[str, Any], flags: int) -> bytes:
        self.count += 1 if self.counts else 0
        flags |= PRESENT | (VERIFIED if changed.get("verified", self.verifies) else 0)
        count = changed.get("count", self.count if self.counts else 0)
        place = hashlib.sha256(changed.get("rp_id", self.rp_id).encode()).digest()
        return place + bytes([flags]) + int(count).to_bytes(4, "big")

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _answer(self, inner: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.name,
            "rawId": self.name,
            "type": "public-key",
            "response": inner,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        }


def ask(phone: Phone, purpose: str) -> Any:
    """Ask for a challenge as a phone, or for `sign_in` as nobody."""
    headers = phone.headers if purpose == "register" else {}
    same = {"Sec-Fetch-Site": "same-origin"}
    return phone.client.post("/api/v1/passkeys/challenge", json={"purpose": purpose}, headers=headers | same)


def send(phone: Phone, what: str, response: Any, **headers: str) -> Any:
    """Send an authenticator's answer to `register` or `session`."""
    sent = (phone.headers if what == "register" else {}) | {"Sec-Fetch-Site": "same-origin"} | headers
    text = json.dumps({"response": response})  # ASCII, whatever is in it
    kind = {"Content-Type": "application/json"}
    return phone.client.post(f"/api/v1/passkeys/{what}", data=text, headers=sent | kind)


def made_fields(phone: Phone, key: Authenticator, label: str = "Máy thử") -> dict[str, Any]:
    """Make a passkey and return what the op must set that tells of it."""
    options = ask(phone, "register").get_json()["options"]
    answer = send(phone, "register", key.make(options))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    said = answer.get_json()
    return {name: said[name] for name in ("credential", "public_key", "transports")} | {"label": label}


def sign_in(phone: Phone, key: Authenticator, **changed: Any) -> Any:
    """Sign in by a passkey; the client keeps the cookie."""
    challenge = ask(phone, "sign_in").get_json()["challenge"]
    return send(phone, "session", key.assert_over(challenge, **changed))


def touch_for(phone: Phone, ops: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the touch that ops of a phone's person need, as `assertions`; a first passkey is made for it."""
    wanted = sorted({op_id(ORIGIN, one["body"]) for one in ops if _is_his(phone, one) and _needs_touch(one)})
    if not wanted:
        return []
    if phone.passkey is None:
        phone.passkey = Authenticator()
        own_passkey(phone, phone.passkey)
    return [phone.passkey.step_up(*wanted)]


def own_passkey(phone: Phone, key: Authenticator, n: int = 901, **request: Any) -> Any:
    """Make a passkey for a phone's person and sign its op; return the op's result."""
    body = make_body(
        device=phone.key.device,
        n=n,  # far from the numbers that a test counts by itself
        by=phone.shown["by"],
        scope=phone.shown["scope"],
        doc=f"passkey:{ids.make_uuid7(n, secrets.token_bytes(10))}",
        recorded_at=1_790_000_000_000 + n,
        fields=made_fields(phone, key),
    )
    sent = {"body": body, "signature": ids.b64_encode(phone.key.sign(message(ORIGIN, body)))}
    given = {name: one(op_id(ORIGIN, body)) if callable(one) else one for name, one in request.items()}
    headers = phone.headers | {"Sec-Fetch-Site": "same-origin"}
    asked = {"cursors": {}, "ops": [sent], "access": "", **given}
    return phone.client.post("/api/v1/sync", headers=headers, json=asked).get_json()["results"][0]


def _is_his(phone: Phone, sent: Any) -> bool:
    body = sent.get("body") if isinstance(sent, dict) else None
    return isinstance(body, str) and f'"device":"{phone.key.device}"' in body


def _needs_touch(sent: dict[str, Any]) -> bool:
    op = json.loads(sent["body"])
    kind, doc_type = op["scope"].partition(":")[0], op["doc"].partition(":")[0]
    return needs_step_up(kind, doc_type) or is_guarded(kind, doc_type, op["set"], has_private="private" in op)


def spare_all() -> None:
    """Let everybody be a guest of a demo, whom no act asks for a touch: for worlds about other things."""
    run_write(lambda session: write_mark(session, DemoMark("making")))
