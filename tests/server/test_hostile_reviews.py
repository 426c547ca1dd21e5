"""Reviews and admissions by people who would decide on their own work."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from sync.ops import op_id
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
