"""The bundle of a published lot: everything behind it, checkable by anyone, and nothing private."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from server.config import now_ms
from server.db import reading, writing
from server.models.bundles import LotBundle
from server.models.log import OpRow
from server.services import bundling, sequencing, tracing, tree_clock
from server.services.lot_facts import facts_now
from server.services.viewing import make_current
from server.store import log_key
from sync import verify
from sync.bundle import check
from sync.errors import Refusal
from sync.forms import load_forms
from tests.server.consoles import other_cooperative
from tests.server.diaries import Sent, diary_of, new_uuid
from tests.server.lots import SPRAY, House
from tests.server.phones import slug, start

TODAY = "2026-11-28"


@pytest.fixture
def house(app: Flask) -> House:
    """A packing house with a household, its reviewer and its manager."""
    start()
    return House(app)


def publish(house: House) -> Sent:
    """Make a lot of a reviewed season and publish it; return the lot's first op."""
    spray = house.entry("CT-10", "2026-11-01", **SPRAY)
    house.approve(spray)
    lot = house.lot(house.harvest())
    ready = house.manager.record(lot.doc, {"state": "ready"}, after=[lot.id])
    facts = facts_now(house.organisation, lot.doc, TODAY).facts
    house.manager.record(lot.doc, {"state": "published", "facts": facts}, after=[ready.id])
    return lot


def bundle(house: House, lot: Sent) -> str:
    """Let the tree cover the lot and return its bundle."""
    assert tree_clock.tick(now_ms()).is_new
    text = bundling.text_of(house.scope, lot.doc)
    assert text is not None
    return text


def known() -> str:
    """Return the log's key."""
    return str(log_key.public_key())


def test_a_published_lot_has_a_bundle_once_the_tree_covers_it(house: House) -> None:
    lot = publish(house)
    assert bundling.make_due(now_ms()) == 0  # no checkpoint yet
    assert bundling.text_of(house.scope, lot.doc) is None
    text = bundle(house, lot)
    proven = check(text, known())
    assert proven.facts["code"] == "7K3M9QXA"
    assert proven.is_confirmed
    assert proven.missing == ()
    assert {op.doc_type for op, _ in proven.ops.values()} >= {"lot", "entry", "review", "season"}
    assert len(proven.devices) == 3  # the household's, the reviewer's, the manager's
    assert bundling.make_due(now_ms()) == 0  # nothing is made twice


def test_history_15_a_bundle_holds_nothing_but_what_forms_declare_public(house: House) -> None:
    text = bundle(house, publish(house))
    data = json.loads(text)
    hidden = {
        (code, field.name)
        for code, form in load_forms().items()
        for field in (*form.fields, *(form.lines.fields if form.lines else ()))
        if not field.public
    }
    for one in data["ops"]:
        fields = json.loads(one["body"])["set"]
        names = {(fields.get("form"), name.rpartition(".")[2]) for name in fields}
        assert not names & hidden
    assert all(set(one) == {"scope", "seq", "body", "signature"} for one in data["ops"])
    for secret in ("ghi chú riêng", "Phạm Thị Lụa", "Trần Văn Cường", "userHandle"):
        assert secret not in text


def test_a_new_publication_has_a_new_bundle_and_both_hold(house: House) -> None:
    lot = publish(house)
    old = bundle(house, lot)
    facts = facts_now(house.organisation, lot.doc, TODAY).facts
    house.manager.record(lot.doc, {"state": "published", "facts": facts | {"story": "Thêm lời kể"}})
    new = bundle(house, lot)
    assert check(new, known()).facts["story"] == "Thêm lời kể"
    assert "story" not in check(old, known()).facts


def test_an_altered_database_makes_no_bundle(house: House) -> None:
    lot = publish(house)
    bundle(house, lot)
    with writing() as session:
        session.execute(delete(LotBundle))
        row = session.query(OpRow).filter(OpRow.doc.startswith("entry:")).first()
        assert row is not None
        row.body = row.body.replace("2026-11-01", "2026-11-02")
    assert bundling.make_due(now_ms()) == 0
    assert bundling.text_of(house.scope, lot.doc) is None


def test_the_command_says_what_is_proven_and_what_is_not(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.json"
    text = bundle(house, publish(house))
    file.write_text(text, "utf-8")
    assert verify.main([str(file), "--key", known()]) == 0
    said = capsys.readouterr().out
    assert "KHỚP. 7K3M9QXA" in said
    assert "Chưa có nhân chứng" in said
    assert "Khóa của nhật ký lấy từ chính tệp này" not in said
    assert verify.main([str(file), "--en"]) == 0
    assert "compare it with the one you know" in capsys.readouterr().out
    file.write_text(text.replace("2026-11-01", "2026-11-02", 1), "utf-8")
    assert verify.main([str(file)]) == 1
    assert "KHÔNG KHỚP: op farm:" in capsys.readouterr().out
    assert verify.main([str(file), "--key", known().replace("+", "-")]) == 1
    assert verify.main([str(tmp_path / "none.json")]) == 2
    file.write_bytes(b"\xff")
    assert verify.main([str(file)]) == 2


def test_anybody_gets_it_by_the_code_on_the_label(house: House, client: FlaskClient) -> None:
    lot = publish(house)
    waiting = client.get("/t/7K3M9QXA/bundle.json")
    assert (waiting.status_code, slug(waiting)) == (404, "not_found")
    assert "đang chờ ghi" in waiting.get_json()["detail"]
    text = bundle(house, lot)
    got = client.get("/t/7k3m-9qxa/bundle.json")
    assert (got.status_code, got.get_data(as_text=True)) == (200, text)
    again = client.get("/t/7K3M9QXA/bundle.json", headers={"If-None-Match": got.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/t/AAAAAAAA/bundle.json").status_code == 404


def refused(data: dict[str, Any]) -> str:
    """Return what a changed bundle is refused for."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    with pytest.raises(Refusal) as caught:
        check(text)
    assert caught.value.slug == "bad_bundle"
    return caught.value.detail


def test_what_is_left_out_or_put_elsewhere_is_named(house: House) -> None:
    text = bundle(house, publish(house))
    whole: dict[str, Any] = json.loads(text)

    def changed(**parts: Any) -> str:
        return refused({**whole, **parts})

    assert "nobody let the device" in changed(
        device_ops=[one for one in whole["device_ops"] if '"membership"' not in one["body"]]
    )
    assert changed(ops=whole["ops"][:1]).startswith("assertion 1: it confirms nothing")
    assert changed(ops=whole["ops"][:1], assertions=[]).startswith("published")
    assert changed(ops=[*whole["ops"], whole["ops"][0]]).startswith("op ")
    assert changed(scopes=whole["scopes"][1:]).startswith("op ")
    assert changed(assertions=[{**whole["assertions"][0], "ops": []}]).startswith("assertion 1")
    assert changed(lot=f"lot:{new_uuid()}").startswith("published")
    assert changed(witnesses=[whole["log_key"]]).startswith("checkpoint")
    assert changed(origin="khac.example/so") != ""
    assert changed(v=True).startswith("bundle")
    assert changed(extra=1).startswith("bundle")


def test_a_bundle_waits_while_the_tree_is_recovered(house: House) -> None:
    lot = publish(house)
    sequencing.step(now_ms())
    (sequencing.tree_folder() / "checkpoint").unlink()
    assert bundling.make_due(now_ms()) == 0
    with reading() as session:
        assert session.get(LotBundle, (house.scope, lot.doc)) is None


def test_case_069_a_lot_that_names_a_foreign_diary_tells_nothing_of_it(app: Flask, house: House) -> None:
    foreign = diary_of(app.test_client(), "Người xóm bên", "Nhà xóm bên", organisation=other_cooperative())
    plot = foreign.plot("Đồng bên")
    entry = foreign.entry("CT-12", "2026-11-20", plots=[plot], season=foreign.season("Ngô", plot))
    photo = foreign.record(
        f"photo:{new_uuid()}", {"of": entry.doc, "sha256": "F" * 43, "type": "image/jpeg", "bytes": 9}
    )
    line = {
        "farm": foreign.scope,
        "entry": entry.doc,
        "heads": [entry.id],
        "amount": {"amount": "1", "unit": "kg"},
    }
    fields = {"product": house.product, "code": "ABCDEFGH", "happened_on": "2026-11-21"}
    lot = house.manager.record(
        f"lot:{new_uuid()}", fields | {f"source.aaaaaaaa.{name}": value for name, value in line.items()}
    )
    facts = {
        "v": 1,
        "code": "ABCDEFGH",
        "steps": [{"kind": "CT-12", "entry": entry.doc, "photos": ["F" * 43]}],
    }
    house.manager.record(lot.doc, {"state": "published", "facts": facts}, after=[lot.id])
    make_current([foreign.scope])
    tree_clock.tick(now_ms())
    text = bundling.text_of(house.scope, lot.doc)
    assert text is not None
    assert foreign.scope not in {one["scope"] for one in json.loads(text)["ops"]}
    traced = tracing.find("ABCDEFGH")
    assert traced is not None
    assert traced.farms == ()
    assert photo.doc not in text
