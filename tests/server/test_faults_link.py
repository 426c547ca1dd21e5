"""Faults of the link, seen from the server: faults.md 24–31."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.app import create_app
from server.config import Settings
from server.db import db, reading
from server.models.log import HeldOp, OpRow
from tests.server.ops import make, scope_of, sync
from tests.server.phones import Phone, enrolled, slug, start


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def stored(scope: str) -> list[tuple[int, int]]:
    """Return number and `n` of what the log and the held ops of a scope have."""
    with reading() as session:
        rows = session.execute(select(OpRow.seq, OpRow.n).where(OpRow.scope == scope).order_by(OpRow.seq))
        found = [(int(row[0]), int(row[1])) for row in rows]
        assert session.scalar(select(func.count()).select_from(HeldOp)) == 0
        return found


def post(phone: Phone, body: bytes, **headers: str) -> Any:
    """Send the bytes of a sync request as they are."""
    plain = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return phone.client.post("/api/v1/sync", data=body, headers=phone.headers | plain)


def test_case_024_an_answer_lost_after_the_commit_comes_again_with_the_same_number(phone: Phone) -> None:
    scope = scope_of(phone)
    op, other = make(phone, scope, 1), make(phone, scope, 2, entry=2)
    lost = sync(phone, op)["results"][0]
    sync(phone, other)
    assert sync(phone, op, other)["results"][0] == lost | {"result": "already"}
    assert stored(scope) == [(1, 1), (2, 2)]


def test_case_026_other_bytes_are_another_op_so_no_id_can_be_used_twice(phone: Phone) -> None:
    scope = scope_of(phone)
    one, other = make(phone, scope, 1), make(phone, scope, 2, fields={"dose": "2"})
    swapped = one | {"body": other["body"]}
    results = sync(phone, one, swapped)["results"]
    assert [found["result"] for found in results] == ["accepted", "refused"]
    assert results[1]["problem"] == "bad_signature"


@pytest.mark.parametrize("order", [(3, 1, 2), (2, 9, 1), (5, 4, 3)])
def test_case_027_ops_out_of_order_are_taken_as_they_come(phone: Phone, order: tuple[int, ...]) -> None:
    scope = scope_of(phone)
    for n in order[:-1]:
        assert sync(phone, make(phone, scope, n, entry=n))["results"][0]["result"] == "accepted"
    last = make(phone, scope, order[-1], entry=order[-1])
    assert sync(phone, last)["results"][0]["result"] == "accepted"
    assert stored(scope) == [(seq, n) for seq, n in enumerate(order, 1)]


def whole(phone: Phone) -> bytes:
    """Return the JSON of a request with one good op."""
    return json.dumps({"cursors": {}, "ops": [make(phone, scope_of(phone), 1)]}).encode()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_028_a_body_cut_anywhere_stores_nothing(phone: Phone) -> None:
    scope, body = scope_of(phone), whole(phone)
    packed = gzip.compress(body, mtime=0)
    rng = random.Random(28)
    for _ in range(40):
        plain = post(phone, body[: rng.randrange(len(body))])
        cut = post(phone, packed[: rng.randrange(len(packed))], Content_Encoding="gzip")
        assert [(plain.status_code, slug(plain)), (cut.status_code, slug(cut))] == [(400, "bad_body")] * 2
    assert stored(scope) == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_028_a_flipped_bit_in_the_packed_body_is_never_taken_for_something_else(phone: Phone) -> None:
    scope, body = scope_of(phone), whole(phone)
    packed = gzip.compress(body, mtime=0)
    rng = random.Random(128)
    for _ in range(60):
        at = rng.randrange(len(packed))
        flipped = packed[:at] + bytes([packed[at] ^ 1 << rng.randrange(8)]) + packed[at + 1 :]
        answer = post(phone, flipped, Content_Encoding="gzip")
        if answer.status_code == 200:  # a bit of the frame that says nothing: name, time, system
            assert gzip.decompress(flipped) == body
        else:
            assert answer.status_code in (400, 413)
    assert stored(scope) in ([], [(1, 1)])


@pytest.mark.parametrize("length", ["-1", "x", "99999", "1"])
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_028_a_length_that_lies_stores_nothing(phone: Phone, length: str) -> None:
    scope, body = scope_of(phone), whole(phone)
    answer = phone.client.post(
        "/api/v1/sync",
        data=body,
        headers=phone.headers,
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": length},
    )
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert stored(scope) == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_031_who_comes_while_the_database_is_taken_is_told_to_come_again_and_does(
    settings: Settings, app: Flask, phone: Phone
) -> None:
    scope = scope_of(phone)
    ops = [make(phone, scope, n, entry=n) for n in range(1, 9)]
    db.engine.dispose()
    hasty = create_app(replace(settings, busy_timeout_ms=0))
    holder = sqlite3.connect(settings.data_dir / "so-nha-nong.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    phone.client = hasty.test_client()
    told = [post(phone, json.dumps({"ops": [op]}).encode()) for op in ops]
    holder.execute("ROLLBACK")
    holder.close()
    assert {(one.status_code, slug(one), one.headers["Retry-After"]) for one in told} == {(503, "busy", "5")}
    assert stored(scope) == []
    assert [sync(phone, op)["results"][0]["result"] for op in ops] == ["accepted"] * 8
