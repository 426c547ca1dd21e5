"""A phone made of software: joins from an invitation's link, opens sessions, as the real one does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from server.config import now_ms
from server.db import run_write
from server.services.enrolling_rows import find_or_add_member
from server.services.inviting import InviteLink, invite
from server.services.setup import SetUp, set_up
from server.store.operator import load_private
from sync import ids
from sync.ops import domain, make_body, message
from sync.rights import needs_until
from sync.signing import SoftwareKey

ORIGIN = "vi-du.example/so"
OURS = {"Sec-Fetch-Site": "same-origin"}  # a browser that has a cookie says where it asks from


@dataclass
class Phone:
    """One key of one person."""

    client: FlaskClient
    key: SoftwareKey = field(default_factory=SoftwareKey.generate)
    token: str = ""
    shown: dict[str, Any] = field(default_factory=dict)
    ops: list[dict[str, Any]] = field(default_factory=list)
    passkey: Any = None  # an Authenticator, where its person has made one

    @property
    def headers(self) -> dict[str, str]:
        """Return the header of its session."""
        return {"Authorization": f"Bearer {self.token}"}

    def look(self, link: InviteLink, **proof: str) -> Any:
        """Ask what the invitation is for."""
        asked = proof or {"secret": secret_of(link)}
        return self.client.post("/api/v1/device/invite", json={"invite": link.invite, **asked})

    def join_request(self, link: InviteLink, code: str | None = None, **changed: Any) -> dict[str, Any]:
        """Return the body of a join request; `changed` replaces members of the op."""
        fields: dict[str, Any] = {"key": ids.b64_encode(self.key.public), "label": "Máy thử"}
        if code is None:
            fields["secret"] = secret_of(link)
        parts: dict[str, Any] = {
            "device": self.key.device,
            "n": 1,
            "by": self.shown["by"],
            "scope": self.shown["scope"],
            "doc": self.shown["doc"],
            "after": self.shown["after"],
            "recorded_at": now_ms(),
            "fields": fields,
        }
        body = make_body(**{**parts, **changed})
        sent = {
            "body": body,
            "signature": ids.b64_encode(self.key.sign(message(ORIGIN, body))),
            "key": ids.b64_encode(self.key.public),
        }
        return sent if code is None else sent | {"code": code}

    def join(self, link: InviteLink, code: str | None = None) -> Any:
        """Look, then join; keep the token."""
        self.shown = self.look(link, **({} if code is None else {"code": code})).get_json()
        return self.send_join(self.join_request(link, code))

    def send_join(self, sent: dict[str, Any]) -> Any:
        """Send a join request and keep what comes back."""
        answer = self.client.post("/api/v1/device/join", json=sent)
        data = answer.get_json()
        self.token = data.get("token", self.token)
        self.ops = data.get("ops", self.ops)
        return answer

    def nonce(self) -> str:
        """Ask for a challenge."""
        answer = self.client.post("/api/v1/device/challenge", json={"device": self.key.device}, headers=OURS)
        return str(answer.get_json()["nonce"])

    def open_session(self, nonce: str | None = None, **more: Any) -> Any:
        """Sign a challenge and keep the token."""
        nonce = self.nonce() if nonce is None else nonce
        signed = self.key.sign(domain("session", ORIGIN) + nonce.encode())
        sent = {"device": self.key.device, "nonce": nonce, "signature": ids.b64_encode(signed), **more}
        answer = self.client.post("/api/v1/device/session", json=sent, headers=OURS)
        self.token = answer.get_json().get("token", self.token)
        return answer


def secret_of(link: InviteLink) -> str:
    """Return the secret in a link's fragment."""
    return link.url.rpartition(".")[2]


def start() -> SetUp:
    """Set the server up for a test."""
    return set_up("Xã Kiến Thụy", "HTX Thụy Hương", "Quản trị", ("Thôn Đông", "Thôn Đoài"), now_ms())


def invite_to(person: str, farm: str | None, role: str = "owner", **options: Any) -> InviteLink:
    """Return an invitation for a person of a farm, or of the staff where `farm` is None."""
    organisation = options.pop("organisation", None)
    until = options.pop("until", now_ms() + 90 * 86_400_000 if needs_until(role) else None)
    membership = run_write(
        lambda session: (
            find_or_add_member(
                session,
                organisation=organisation,
                person=person,
                farm=farm,
                village="Thôn Đông",
                role=role,
                now=now_ms(),
                until=until,
            ).id
        )
    )
    return invite(load_private(), membership, now_ms(), **options)


def enrolled(
    client: FlaskClient, person: str, farm: str | None, role: str = "owner", **options: Any
) -> Phone:
    """Return a phone that has joined and has a session."""
    phone = Phone(client)
    assert phone.join(invite_to(person, farm, role, **options)).status_code == 200
    return phone


def slug(answer: Any) -> str:
    """Return the slug of a problem answer."""
    return str(answer.get_json()["type"].rpartition("/")[2])
