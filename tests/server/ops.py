"""Ops and round trips of a software phone, for the tests."""

from __future__ import annotations

from typing import Any

from sync import ids
from sync.ops import make_body, make_private, message, private_hash
from tests.server.authenticators import touch_for
from tests.server.phones import ORIGIN, Phone

ENTRY = "entry:019a0000-0000-7000-8000-{:012d}"


def scope_of(phone: Phone) -> str:
    """Return the farm that the phone may write in."""
    answer = sync(phone)
    return str(next(one["scope"] for one in answer["scopes"] if one["scope"].startswith("farm:")))


def make(phone: Phone, scope: str, n: int, entry: int = 1, **more: Any) -> dict[str, Any]:
    """Return an op of the phone as a request carries it."""
    private = make_private(bytes(16), more.pop("private")) if "private" in more else None
    parts: dict[str, Any] = {
        "device": phone.key.device, "n": n, "by": phone.shown["by"], "scope": scope,
        "doc": ENTRY.format(entry), "recorded_at": 1_790_000_000_000 + n,
        "fields": {"form": "CT-10", "form_version": 1, "happened_on": "2026-11-08"},
        "private": None if private is None else private_hash(ORIGIN, private),
    }  # fmt: skip
    body = make_body(**{**parts, **more})
    sent = {"body": body, "signature": ids.b64_encode(phone.key.sign(message(ORIGIN, body)))}
    return sent if private is None else sent | {"private": private}


def sync(phone: Phone, *ops: Any, **request: Any) -> Any:
    """Return the answer to a sync of the phone, whose person touches the passkey where an op needs it."""
    request.setdefault("assertions", touch_for(phone, ops))
    answer = phone.client.post(
        "/api/v1/sync",
        headers=phone.headers | {"Sec-Fetch-Site": "same-origin"},
        json={"cursors": {}, "ops": list(ops), "access": "", **request},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()
