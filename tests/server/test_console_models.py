"""Models of agriculture: the commune writes, who runs one reports, visitors see no more than a village."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from server.db import reading, run_write
from server.models.people import Consent, Farm, Membership
from server.services.shop_pictures import SIDES
from tests.server.consoles import fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.diaries import diary_of, new_uuid
from tests.server.phones import start
from tests.server.pictures import make_jpeg
from tests.server.test_console_products import send
from tests.server.test_trace_page import HTML

COMMUNE = "Xã Kiến Thụy"
LIST = "/htx/mo-hinh"
SAID = {
    "name_vi": "Ao cá sạch", "name_en": "Clean pond", "kind": "both", "state": "running",
    "decision_no": "12/QĐ-UBND", "decided_on": "5/3/2026", "technique": "Nước <b>tuần hoàn</b>",
    "story": "Cá ăn bèo.",
}  # fmt: skip
RESULT = {
    "season": "Vụ xuân", "started_on": "1/3/2026", "ended_on": "30/6/2026", "area_amount": "2,5",
    "area_unit": "sao", "cost_dong": "12.500.000", "yield_amount": "1.250,5", "yield_unit": "kg",
    "revenue_dong": "40000000",
}  # fmt: skip


class Register:
    """A commune's officer, a manager, and a household that runs a model."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.diary = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        self.pond = self.diary.plot("Ao Đình", kind="pond", area={"amount": "2", "unit": "sao"})
        self.officer = Office(app, "Chị Hạnh", "officer", organisation=COMMUNE)
        self.manager = Office(app, "Anh Quân")
        with reading() as session:
            farm = session.get_one(Farm, self.diary.farm)
            self.code, self.owner = farm.code, farm.organisation
            self.person = session.get_one(Membership, self.diary.phone.shown["by"]).person
        self.path = self.officer.done(f"{LIST}/them", **self.said())
        self.public = self.path.removeprefix("/htx")

    def said(self, **more: str) -> dict[str, str]:
        """Return the form of a model at the household."""
        return {**SAID, "htx": self.owner, "ma_ho": self.code.lower(), **more}

    def visit(self, path: str = "", status: int = 200) -> str:
        """Return a public page as a stranger gets it."""
        answer = self.app.test_client().get(path or self.public, headers=HTML)
        assert answer.status_code == status, answer.text
        assert "Set-Cookie" not in answer.headers
        return answer.text


@pytest.fixture
def register(app: Flask, tmp_path: Path) -> Register:
    fake_build(app, tmp_path)
    start()
    return Register(app)


def test_the_commune_writes_a_model_and_the_cooperative_its_plots_and_seasons(register: Register) -> None:
    officer, manager, path = register.officer, register.manager, register.path
    assert "Quyết định 12/QĐ-UBND" in officer.text(LIST)
    assert "Nhà Lụa" not in officer.text(path)  # a code is enough for whoever may not see the farm
    assert "Ao Đình" not in officer.text(path)
    assert "Nhà Lụa" in manager.text(path)
    manager.done(f"{path}/thua", thua=register.pond)
    assert "1 thửa, 2\u00a0sào (720\u00a0m²)" in officer.text(path)
    manager.done(f"{path}/vu", **RESULT)
    page = officer.text(path)
    for told in ("2,5\u00a0sào (900\u00a0m²)", "1.250,5\u00a0kg", "12.500.000", "40.000.000", "27.500.000"):
        assert told in page
    [result] = set(re.findall(rf"{path}/vu/([0-9a-f-]+)", page))
    officer.done(f"{path}/vu/{result}", **{**RESULT, "revenue_dong": ""})
    assert "27.500.000" not in manager.text(path)  # nobody knows it now: no figure, and no 0
    assert "chưa ghi" in manager.text(path)
    officer.done(f"{path}/vu/{result}", lam="bo")
    assert "Chưa ghi vụ nào" in manager.text(path)


def test_another_model_repeats_it_and_both_say_so(register: Register) -> None:
    uuid = register.path.rpartition("/")[2]
    again = register.officer.done(f"{LIST}/them", **{**SAID, "name_vi": "Ao thứ hai", "replicates": uuid})
    assert "1 nơi làm theo" in register.officer.text(LIST)
    assert "Ao thứ hai" in register.officer.text(register.path)
    assert "Ao cá sạch" in register.officer.text(again)
    assert "Ao thứ hai" not in register.manager.text(LIST)  # it is at no farm of theirs
    assert register.manager.get(again).status_code == 404
    foreign = Office(register.app, "Chị Đoài", organisation=other_cooperative())
    assert foreign.get(register.path).status_code == 404


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Ghi tên mô hình", {"name_vi": " "}),
        ("Chọn loại mô hình", {"kind": "big"}),
        ("ghi cả số quyết định", {"decision_no": ""}),
        ("Ngày ghi chưa đúng", {"decided_on": "31/2/2026"}),
        ("Ngày kết thúc phải sau", {"started_on": "2/1/2026", "ended_on": "1/1/2026"}),
        ("Không có hộ nào mang mã này", {"ma_ho": "H999"}),
        ("Không làm theo chính nó", {"replicates": new_uuid()}),
    ],
)
def test_what_is_wrong_with_a_model_is_said_and_nothing_changes(
    register: Register, sentence: str, said: dict[str, str]
) -> None:
    register.officer.refused(register.path, sentence, **register.said(**{"name_en": "Other", **said}))
    assert "Other" not in register.officer.text(register.path)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Ghi tên vụ", {"season": ""}),
        ("số đồng tròn", {"cost_dong": "12,5"}),
        ("Sản lượng phải là số", {"yield_amount": "-3"}),
        ("Sản lượng phải là số", {"yield_unit": "sao"}),
        ("Diện tích phải là số", {"area_amount": "hai sào"}),
        ("Ngày kết thúc phải sau", {"ended_on": "1/1/2026"}),
    ],
)
def test_what_is_wrong_with_a_season_is_said_beside_what_was_typed(
    register: Register, sentence: str, said: dict[str, str]
) -> None:
    register.manager.refused(f"{register.path}/vu", sentence, **{**RESULT, "note": "Giữ lại", **said})
    assert "Chưa ghi vụ nào" in register.manager.text(register.path)


def test_visitors_see_a_model_once_it_is_open_and_nobodys_name_without_consent(register: Register) -> None:
    officer, path = register.officer, register.path
    register.visit(status=404)
    register.manager.done(f"{path}/vu", **RESULT)
    assert send(register.officer, path, make_jpeg(1600, 1200)).status_code == 303
    officer.done(f"{path}/trang", hien="1")
    page = register.visit()
    for told in ("Ao cá sạch", "12/QĐ-UBND", "27.500.000", "Nước &lt;b&gt;tuần hoàn", "Cá ăn bèo."):
        assert told in page
    for hidden in ("Phạm Thị Lụa", "Nhà Lụa", "Ao Đình", register.code, register.diary.farm):
        assert hidden not in page
    assert "<script" not in page
    assert "Clean pond</h1>" in register.visit(f"{register.public}?tieng=en")
    assert "Ao cá sạch" in register.visit("/mo-hinh/")
    client = register.app.test_client()
    sizes = {client.get(f"{register.public}/anh/0-{one}.jpg").status_code for one in SIDES}
    assert sizes == {200}
    agreed = Consent(
        id=new_uuid(),
        person=register.person,
        purpose="public_name",
        text_version="1",
        means="paper",
        given_at=1,
    )
    run_write(lambda session: session.add(agreed))
    assert "Phạm Thị Lụa" in register.visit()
    run_write(lambda session: setattr(session.get_one(Consent, agreed.id), "withdrawn_at", 2))
    assert "Phạm Thị Lụa" not in register.visit()
    officer.done(f"{path}/trang", hien="0")
    register.visit(status=404)
    assert client.get(f"{register.public}/anh/0-vua.jpg").status_code == 404


def test_pictures_are_shown_to_whoever_sees_the_model_and_go_when_taken_off(register: Register) -> None:
    path = register.path
    assert send(register.manager, path, make_jpeg(800, 600)).status_code == 303
    [shown] = set(re.findall(rf'src="({path}/anh/[^"]+)"', register.officer.text(path)))
    assert register.officer.get(shown).mimetype == "image/jpeg"
    register.officer.done(shown, lam="bo")
    assert register.officer.get(shown).status_code == 404
    register.officer.refused(f"{path}/anh", "không phải ảnh")
