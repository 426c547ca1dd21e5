"""A new version of the app arrives while lines wait and a form is open: nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.journeys.building import build
from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone

LINES = 5


def test_case_020_a_new_version_waits_for_the_open_form_and_keeps_the_outbox(
    own_house: House, make_phone: Callable[..., Phone], tmp_path: Path
) -> None:
    phone = make_phone(own_house)
    phone.open(None)
    phone.join(own_house.invite_fast("Phạm Thị Lụa", "Hộ Lụa"))
    phone.waits_for_program()
    device = phone.stored("identities")[0]["device"]
    own_house.stop()
    own_house.dist = build(tmp_path / "next", version="9.9.9")

    for _ in range(LINES):
        phone.begin("Thăm đồng")
        phone.save()
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", "Abamectin 1.8EC")
    own_house.start()
    # The phone is looked at again: the browser asks for a newer worker.
    phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.page.evaluate(
        "navigator.serviceWorker.ready.then((one) => new Promise((done) => {"
        " const look = () => one.waiting === null ? setTimeout(look, 50) : done(); look(); }))"
    )
    phone.sees(phone.field("Tên thuốc"))
    phone.page.go_back()
    phone.go("cai-dat")
    phone.sees("Có bản mới của sổ")
    # The form was left, and what was typed is on the phone: now the new version can't hurt.
    with phone.page.expect_navigation():
        phone.tap("Cập nhật")
    phone.home()
    phone.tap("Ghi tiếp")
    phone.sees("Abamectin 1.8EC")
    phone.save()
    phone.go("cai-dat")
    phone.sees("Bản 9.9.9")
    phone.waits_for_sent()
    ops = ops_of(own_house, device)
    assert [op.n for op in ops] == list(range(1, LINES + 2))
