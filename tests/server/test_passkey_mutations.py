"""Malformed WebAuthn input of any kind is a refusal of four hundred and something, never a fault of ours.

A seeded corpus: right answers, changed in their JSON and in their bytes. `TIMES=20` asks more. The wrapper is
asked directly with most of it, the routes with a sample: a request costs ten times as much.
Source: faults.md 48; platform.md fact 12.
"""

from __future__ import annotations

import base64
import copy
import json
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from server.store.authenticators import BadPasskey, NotVerified, Place, parse_response, verify_asserted
from server.store.authenticators import verify_made as verify
from sync import ids
from tests.server.authenticators import PAGE, RP_ID, Authenticator, ask, send
from tests.server.phones import Phone, enrolled, start

TIMES = int(os.environ.get("TIMES", "1"))
DIRECT = 4000 * TIMES
ROUTED = 150 * TIMES
PLACE = Place(RP_ID, (PAGE,))
CHALLENGE = ids.b64_encode(bytes(32))
OPTIONS = {"challenge": CHALLENGE, "user": {"id": ids.b64_encode(bytes(32))}}
ODD: list[Any] = [
    None, True, 0, -1, 2**63, 1.5, "", " ", "=", "AAAA", "\ud800", "\x00", "ế" * 50, "A" * 3000, [], [[]], {},
    {"id": {}}, ["internal", 3, None], "webauthn.get", "public-key",
]  # fmt: skip


def mutated(rng: random.Random, whole: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with one to three things changed: a member gone, odd, or its bytes bent."""
    found = copy.deepcopy(whole)
    for _ in range(rng.randint(1, 3)):
        holder = rng.choice([found, found["response"]]) if isinstance(found.get("response"), dict) else found
        if not holder:
            continue
        name = rng.choice(sorted(holder))
        what = rng.random()
        if what < 0.15:
            del holder[name]
        elif what < 0.4 or not isinstance(holder[name], str):
            holder[name] = rng.choice(ODD)
        else:
            holder[name] = _bent(rng, holder[name])
    return found


def _bent(rng: random.Random, text: str) -> str:
    try:
        data = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return text[::-1]
    for _ in range(rng.randint(1, 4)):
        where = rng.randrange(len(data) + 1)
        what = rng.random()
        if what < 0.5 and where < len(data):
            data[where] = rng.randrange(256)
        elif what < 0.75:
            data[where:where] = rng.randbytes(rng.randint(1, 9))
        else:
            del data[where : where + rng.randint(1, 40)]
    return ids.b64_encode(bytes(data))


def corpus(seed: int, whole: dict[str, Any], count: int) -> Iterator[dict[str, Any]]:
    """Give changed answers, the same ones each time."""
    rng = random.Random(seed)
    for _ in range(count):
        yield mutated(rng, whole)


@pytest.mark.parametrize("kind", ["made", "asserted"])
def test_case_048_no_changed_answer_gets_past_the_wrapper_or_out_of_it(kind: str) -> None:
    key = Authenticator()
    made = key.make(OPTIONS)
    public = verify(PLACE, parse_response(made)).public_key
    whole, judge = (
        (made, _judge_made) if kind == "made" else (key.assert_over(CHALLENGE), _judge_with(public))
    )
    judge(whole)  # the right one is taken
    refused = 0
    for one in corpus(48, whole, DIRECT):
        try:
            judge(one)
        except (BadPasskey, NotVerified):
            refused += 1
    assert refused > DIRECT * 0.7  # some change what nobody reads


def _judge_made(response: Any) -> None:
    verify(PLACE, parse_response(response))


def _judge_with(public: str) -> Callable[[Any], None]:
    def judge(response: Any) -> None:
        verify_asserted(PLACE, parse_response(response), ids.b64_decode(CHALLENGE), public)

    return judge


def test_case_048_the_routes_refuse_every_changed_answer_by_name(app: Flask) -> None:
    start()
    phone = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    key = Authenticator()
    options = ask(phone, "register").get_json()["options"]
    made = key.make(options)
    signed = key.assert_over(ask(phone, "sign_in").get_json()["challenge"])
    asked = [("register", one) for one in corpus(1, made, ROUTED)]
    asked += [("session", one) for one in corpus(2, signed, ROUTED)]
    asked += [(what, one) for what in ("register", "session") for one in ODD]
    for what, response in asked:
        answer = send(phone, what, response)
        assert answer.status_code in (200, 400, 403, 429), (answer.status_code, response)
        if answer.status_code == 400:
            slug = answer.get_json()["type"].rpartition("/")[2]
            assert slug in ("bad_passkey", "bad_challenge", "bad_request", "bad_body"), slug


def test_case_048_a_step_up_of_any_shape_refuses_no_op(app: Flask) -> None:
    start()
    phone: Phone = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    whole = Authenticator().step_up(ids.b64_encode(bytes(32)))
    headers = phone.headers | {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    rng = random.Random(3)
    for _ in range(ROUTED // 3):
        one = {**whole, "response": mutated(rng, whole["response"])}
        one[rng.choice(["ops", "response", "more"])] = rng.choice([*ODD, whole["ops"], whole["response"]])
        text = json.dumps({"assertions": [one]})
        answer = phone.client.post("/api/v1/sync", headers=headers, data=text)
        assert answer.status_code == 200, one
    for odd in ({}, "x", 3, [whole] * 101):
        answer = phone.client.post("/api/v1/sync", headers=headers, data=json.dumps({"assertions": odd}))
        assert answer.status_code in (400, 413), odd
