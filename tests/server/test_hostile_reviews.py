"""Reviews and admissions by people who would decide on their own work."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from sync.ops import op_id
from tests.server.consoles import Browser, fake_build
from tests.server.diaries import diary_of, new_uuid
from tests.server.ops import ENTRY, make, scope_of, sync
from tests.server.phones import ORIGIN, enrolled, start


def test_nobody_lets_in_his_own_op_under_another_name(app: Flask, client: FlaskClient) -> None:
    start()
    farmer = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    scope = scope_of(farmer)
    tuan = enrolled(app.test_client(), "Anh Tuấn", None, "reviewer")
    hoa = enrolled(app.test_client(), "Chị Hoa", None, "reviewer")
    forged = make(tuan, scope, 2, by=farmer.shown["by"])
    assert sync(tuan, forged)["results"][0] == {"result": "held", "problem": "no_right"}
    doc = "admission:019a0000-0000-7000-8000-{:012d}"
    fields = {"admit": [op_id(ORIGIN, forged["body"])]}
    sync(tuan, make(tuan, scope, 3, doc=doc.format(3), fields=fields))
    assert sync(tuan, forged)["results"][0] == {"result": "held", "problem": "no_right"}
    sync(hoa, make(hoa, scope, 2, doc=doc.format(2), fields=fields))
    assert sync(tuan, forged)["results"][0]["result"] == "already"
    review = {"of": ENTRY.format(1), "decision": "approved"}
    told = sync(tuan, make(tuan, scope, 4, doc="review:019a0000-0000-7000-8000-0000000000f1", fields=review))
    assert told["results"][0] == {"result": "held", "problem": "self_review"}


def test_a_held_op_is_shown_as_its_keys_owners_whomever_it_names(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    fake_build(app, tmp_path / "dist")
    start()
    lua = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
    hoa = Browser(app, "Chị Hoa")
    forged = lua.op(f"entry:{new_uuid()}", {"form": "CT-10"}, by=hoa.phone.shown["by"])
    assert lua.send(forged)[0] == {"result": "held", "problem": "no_right"}
    row = hoa.text("/htx/cho").partition('<span class="end">')[2].partition("</span>")[0]
    assert row == "<span>Phạm Thị Lụa"
