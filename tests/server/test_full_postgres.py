"""PostgreSQL says that its disk is full: the very code that it sends then, raised by a rule on the table."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from server.db import db
from tests.server.ops import make, scope_of, sync
from tests.server.phones import enrolled, slug, start

FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON ops EXECUTE FUNCTION full_disk();
"""


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_case_107_a_full_postgresql_is_507_reads_go_on_and_room_again_is_enough(
    app: Flask, client: FlaskClient
) -> None:
    start()
    phone = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    scope = scope_of(phone)
    ops = [make(phone, scope, n, n) for n in (1, 2)]
    sync(phone, ops[0])
    with db.engine.begin() as connection:
        connection.execute(text(FULL))
    request = {"cursors": {}, "ops": ops, "access": ""}
    answer = client.post("/api/v1/sync", headers=phone.headers, json=request)
    assert (answer.status_code, slug(answer)) == (507, "storage_full")
    assert int(answer.headers["Retry-After"]) > 0
    assert sync(phone, cursors={scope: "0"})["ops"][0]["seq"] == 1
    with db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER full_disk ON ops"))
    assert [one["result"] for one in sync(phone, *ops)["results"]] == ["already", "accepted"]
