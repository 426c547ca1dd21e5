"""The page of the inbox: what a reviewer sees, signs from it, and what others see of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from sync.rules import catalogue
from tests.server.consoles import Browser, conflict_of_two, fake_build, other_cooperative
from tests.server.diaries import Diary, Sent, diary_of, new_uuid
from tests.server.phones import start

A = "line.aaaaaaaa."
DOSE = {"amount": "30", "unit": "ml/binh"}
SPRAY = {A + "product": "Emamectin 5WG", A + "dose": DOSE, A + "phi_kind": "days", A + "phi_days": 7}


@pytest.fixture
def lua(app: Flask, tmp_path: Path) -> Diary:
    fake_build(app, tmp_path)
    start()
    return diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")


def early(lua: Diary) -> tuple[Sent, Sent]:
    """Let a household harvest two days after a spray of seven."""
    where = {"plots": [f"plot:{new_uuid()}"], "season": f"season:{new_uuid()}"}
    spray = lua.entry("CT-10", "2026-11-08", target_pest="sâu tơ", **where, **SPRAY)
    label = {"of": spray.doc, "kind": "label", "sha256": "l" * 43, "bytes": 9, "type": "image/jpeg"}
    lua.record(f"photo:{new_uuid()}", label)
    quantity = {"amount": "50", "unit": "kg"}
    return spray, lua.entry("CT-12", "2026-11-10", quantity=quantity, **where)


def form_of(page: str) -> dict[str, str]:
    """Return what the deciding form of a page gives the script."""
    [tag] = re.findall(r"<form class=\"decide\"[^>]*>", page)
    return dict(re.findall(r'data-([a-z-]+)="([^"]*)"', tag))


def review(desk: Browser, form: dict[str, str], decision: str, **more: Any) -> Any:
    """Sign what the page's script signs for a decision."""
    fields = {"of": form["of"], "decision": decision, "heads": form["heads"].split(), **more}
    return desk.sign(form["scope"], f"review:{new_uuid()}", fields, [])


def test_the_gravest_stands_first_with_its_reason_and_an_approval_takes_it_off(
    app: Flask, lua: Diary
) -> None:
    _, harvest = early(lua)
    desk = Browser(app, "Chị Hoa")
    page = desk.text("/htx/duyet")
    assert page.index("Thu sớm 5 ngày") < page.index("Có điều nên biết")
    form = form_of(page)
    assert form["of"] == harvest.doc
    assert "Hàng để ở đâu?" in page  # the question that fits the finding is offered
    assert review(desk, form, "approved", overrides=["harvest_early"])["result"] == "accepted"
    after = form_of(desk.text("/htx/duyet"))
    assert after["of"] != harvest.doc
    assert "Đã duyệt" in desk.text(f"/htx/duyet?ho={lua.farm}&dong={harvest.uuid}")


def test_a_question_goes_out_and_its_answer_comes_back_to_the_top(app: Flask, lua: Diary) -> None:
    entry = lua.entry("CT-10", "2026-11-08", **SPRAY)
    desk = Browser(app, "Chị Hoa")
    form = form_of(desk.text("/htx/duyet"))
    asked = f"review:{new_uuid()}"
    fields = {"of": entry.doc, "decision": "asked", "heads": form["heads"].split(), "asks": ["which_day"]}
    assert desk.sign(form["scope"], asked, fields, [])["result"] == "accepted"
    assert "Không còn dòng nào chờ" in desk.text("/htx/duyet")
    assert "Đã hỏi lại" in desk.text("/htx/duyet?queue=household")
    lua.record(f"comment:{new_uuid()}", {"of": entry.doc, "answers": asked}, {"text": "Đúng ngày 8"})
    page = desk.text("/htx/duyet")
    assert "Hộ đã trả lời" in page
    assert "Đúng ngày 8" in page


def test_what_is_in_conflict_is_settled_first(app: Flask, lua: Diary) -> None:
    conflict_of_two(app, lua)
    page = Browser(app, "Chị Hoa").text("/htx/duyet")
    assert "chọn cái đúng trước" in page
    assert form_of(page)["heads"] == ""
    assert 'data-what="approved"' not in page
    assert "data-settle" in page


def test_everything_without_findings_is_given_to_sign_and_nothing_else(app: Flask, lua: Diary) -> None:
    had = {A + "product": "Emamectin 5WG", A + "on_hand": {"amount": "9", "unit": "goi"}}
    store = lua.entry("KK-01", "2026-11-07", item_kind="crop_inputs", **had)
    spray, harvest = early(lua)
    plots = [f"plot:{new_uuid()}"]
    others = [lua.entry("CT-07", "2026-11-08", activity=one, plots=plots) for one in ("weed", "sow", "prune")]
    desk = Browser(app, "Chị Hoa")
    found = desk.get("/htx/duyet/khong-co-gi-la").get_json()
    assert {one["of"] for one in found["signs"]} == {store.doc, spray.doc, *(one.doc for one in others)}
    assert harvest.doc not in str(found)
    for one in found["signs"]:
        form = {"of": one["of"], "scope": one["scope"], "heads": " ".join(one["heads"])}
        assert review(desk, form, "approved")["result"] == "accepted"
    assert desk.get("/htx/duyet/khong-co-gi-la").get_json()["signs"] == []


def test_another_cooperative_and_other_roles_see_nothing_of_it(app: Flask, lua: Diary) -> None:
    entry = lua.entry("CT-07", "2026-11-08")
    far = Browser(app, "Anh Nam", organisation=other_cooperative())
    assert "Nhà Lụa" not in far.text("/htx/duyet")
    assert far.get("/htx/duyet/khong-co-gi-la").get_json()["signs"] == []
    assert far.get(f"/htx/duyet?ho={lua.farm}&dong={entry.uuid}").status_code == 404
    assert far.get(f"/htx/duyet?farm={lua.farm}").status_code == 404
    for role in ("auditor", "clerk"):
        assert Browser(app, f"Người {role}", role).get("/htx/duyet").status_code == 404


def test_what_has_notes_alone_is_given_to_sign_by_itself(app: Flask, lua: Diary) -> None:
    plots = [f"plot:{new_uuid()}"]
    noted = lua.entry("CT-07", "2026-10-20", activity="weed", plots=plots)  # recorded 19 days later
    plain = lua.entry("CT-07", "2026-11-08", activity="weed", plots=plots)
    desk = Browser(app, "Chị Hoa")
    page = desk.text("/htx/duyet")
    assert page.index("Có điều nên biết") < page.index("Không có gì lạ")

    def given(query: str) -> list[str]:
        return [one["of"] for one in desk.get(f"/htx/duyet/khong-co-gi-la{query}").get_json()["signs"]]

    assert given("") == [plain.doc]
    assert given("?severity=note") == [noted.doc]
    assert given("?severity=stop") == [plain.doc]  # never more than was asked for by a button of the page


def test_every_doubt_and_stop_has_a_question_that_fits(app: Flask) -> None:
    file = Path(str(app.root_path)) / "data" / "ask_templates.json"
    fits = {rule for one in json.loads(file.read_text("utf-8"))["templates"] for rule in one["rules"]}
    asked = {code for code, rule in catalogue().items() if {"doubt", "stop"} & set(rule.severities)}
    assert asked <= fits
    assert fits <= set(catalogue())
