"""Diaries for tests: a joined phone that keeps its own numbers and records what people would."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from sync import ids
from sync.ops import make_body, make_private, message, op_id, private_hash
from tests.server.authenticators import touch_for
from tests.server.phones import ORIGIN, Phone, enrolled

DAY_MS = 86_400_000
NOON = 1_794_200_400_000  # 2026-11-09, 12:00 in Vietnam
_uuids = itertools.count(1)


def new_uuid() -> str:
    """Return a uuid that no other call of this run gives."""
    return f"019a0000-0000-7000-8000-{next(_uuids):012x}"


@dataclass
class Diary:
    """One phone's writing in one farm."""

    phone: Phone
    scope: str
    n: dict[str, int] = field(default_factory=dict)

    @property
    def farm(self) -> str:
        """Return the farm's id."""
        return ids.split_ref(self.scope)[1]

    def op(self, doc: str, fields: dict[str, Any], private: dict[str, Any] | None = None, **more: Any) -> Any:
        """Return a signed op as a request carries it, with its id beside it."""
        scope = more.pop("scope", self.scope)
        self.n[scope] = self.n.get(scope, 0) + 1
        part = None if private is None else make_private(bytes(16), private)
        body = make_body(
            **{
                "device": self.phone.key.device,
                "n": self.n[scope],
                "by": self.phone.shown["by"],
                "scope": scope,
                "doc": doc,
                "recorded_at": NOON,
                "fields": fields,
                "private": None if part is None else private_hash(ORIGIN, part),
                **more,
            }
        )
        sent = {"body": body, "signature": ids.b64_encode(self.phone.key.sign(message(ORIGIN, body)))}
        return Sent(op_id(ORIGIN, body), doc, sent if part is None else sent | {"private": part})

    def send(self, *ops: Sent, touched: Phone | None = None) -> list[dict[str, Any]]:
        """Send ops and return their results; the person touches the passkey where an op needs it.

        Shape:  touched: whose ops and touches are carried, where they are another's.
        """
        wires = [one.wire for one in ops]
        answer = self.phone.client.post(
            "/api/v1/sync",
            headers=self.phone.headers | {"Sec-Fetch-Site": "same-origin"},
            json={
                "cursors": {},
                "ops": wires,
                "access": "",
                "assertions": touch_for(touched or self.phone, wires),
            },
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return list(answer.get_json()["results"])

    def record(
        self, doc: str, fields: dict[str, Any], private: dict[str, Any] | None = None, **more: Any
    ) -> Sent:
        """Make an op, send it, and hold the server to having accepted it."""
        made = self.op(doc, fields, private, **more)
        assert self.send(made)[0]["result"] == "accepted"
        return made

    def plot(self, name: str, **fields: Any) -> str:
        """Record a plot and return its document."""
        doc = f"plot:{new_uuid()}"
        self.record(doc, {"kind": "field", "name": name, **fields})
        return doc

    def season(self, name: str, plot: str, **fields: Any) -> str:
        """Record a season and return its document."""
        doc = f"season:{new_uuid()}"
        said = {"sector": "crop", "product_name": name, "plots": [plot], "started_on": "2026-09-07"}
        self.record(doc, {**said, "standard": "vietgap", **fields})
        return doc

    def entry(self, form: str, day: str, private: dict[str, Any] | None = None, **fields: Any) -> Sent:
        """Record an entry and return its op."""
        more = {name: fields.pop(name) for name in ("recorded_at", "skew", "anchor") if name in fields}
        said = {"form": form, "form_version": 1, "happened_on": day, **fields}
        return self.record(f"entry:{new_uuid()}", said, private, **more)


@dataclass(frozen=True)
class Sent:
    """An op: its id, its document, and how the wire carries it."""

    id: str
    doc: str
    wire: dict[str, Any]

    @property
    def uuid(self) -> str:
        """Return the uuid of the document."""
        return ids.split_ref(self.doc)[1]


def diary_of(client: FlaskClient, person: str, farm: str, role: str = "owner", **options: Any) -> Diary:
    """Return the diary of a household's phone that has just joined."""
    phone = enrolled(client, person, farm, role, **options)
    answer = client.post(
        "/api/v1/sync", headers=phone.headers, json={"cursors": {}, "ops": [], "access": ""}
    ).get_json()
    scopes = [one["scope"] for one in answer["scopes"] if one["scope"].startswith("farm:")]
    return Diary(phone, scopes[0] if scopes else "")
