"""The reviewer's pictures: coming in, inbox, two phones that disagree; the manager's: lot, label, recall."""

from __future__ import annotations

import re

from tests.guides.stage import Stage
from tests.journeys.desk import HOME, Desk

LOT = re.compile(r"/htx/lo/[0-9a-f-]{36}$")


def take(stage: Stage) -> None:
    """Take all of them, at the desks of the cooperative's reviewer and manager."""
    desk = stage.bare_desk("người duyệt")
    page, keep = desk.page, stage.camera.keep
    page.goto(stage.link("Người duyệt của HTX /"))
    take_it = page.get_by_role("button", name="Nhận, đây là tôi")
    take_it.click()
    key = page.get_by_role("button", name="Tạo khóa truy cập")
    key.wait_for()
    keep(page, "nduyet-khoa", key, tall=520)
    key.click()
    page.wait_for_url(HOME)
    _inbox(stage, desk)
    _differ(stage, desk)
    manager = stage.desk("Quản lý HTX")
    _lot(stage, manager)
    _recall(stage, manager)
    manager.go("/htx/ho-so")
    keep(manager.page, "nduyet-ho-so", manager.page.locator("main a").first, tall=560)


def _inbox(stage: Stage, desk: Desk) -> None:
    keep = stage.camera.keep
    page = desk.go("/htx/duyet")
    approve = page.get_by_role("button", name=re.compile("^Duyệt ?D"))
    ask = page.get_by_role("button", name=re.compile("^Hỏi lại ?H"))
    ask.wait_for()
    keep(page, "nduyet-hop", ask, approve)
    every = page.get_by_role("button", name=re.compile("^Duyệt hết")).last
    keep(page, "nduyet-het", every, tall=600, around=every)


def _differ(stage: Stage, desk: Desk) -> None:
    page = desk.go("/htx/?conflicts=1")
    page.locator("main a", has_text="Hai máy ghi khác nhau").first.click()
    page.wait_for_load_state()
    choose = page.get_by_role("button", name=re.compile("^Chọn")).first
    stage.camera.keep(page, "nduyet-hai-may", choose, tall=560, around=choose.locator("xpath=ancestor::form"))


def _lot(stage: Stage, desk: Desk) -> None:
    """The open lot of the demo: what it is made of, ready, published, its labels."""
    keep = stage.camera.keep
    page = desk.go("/htx/lo/moi")
    keep(page, "nduyet-lap-lo", page.get_by_role("checkbox").first, tall=640)
    desk.go("/htx/lo")
    page.get_by_role("link", name=re.compile("^[0-9A-Z]{4}-[0-9A-Z]{4}$")).first.click()
    page.wait_for_url(LOT)
    _pack(desk)
    ready = page.get_by_role("button", name="Sẵn sàng")
    keep(page, "nduyet-lo", ready, tall=640, around=ready)
    ready.click()
    page.get_by_role("link", name="Công bố").click()
    publish = page.get_by_role("button", name="Công bố")
    publish.wait_for()
    keep(page, "nduyet-cong-bo", publish, tall=620, around=publish)
    publish.click()
    desk.sees("Công bố lại")
    _labels(stage, desk)


def _pack(desk: Desk) -> None:
    """Write down that the lot was packed: labels are for packets."""
    page = desk.page
    page.get_by_text("Đóng gói", exact=True).click()
    page.get_by_label("Mấy gói").fill("200")
    page.get_by_label("Mỗi gói (kg)").fill("0,5")
    page.locator("details[open]").get_by_role("button", name="Ghi việc này").click()
    desk.sees("Đã đóng 200 gói")


def _labels(stage: Stage, desk: Desk) -> None:
    page = desk.page
    page.get_by_role("link", name="Tem", exact=True).click()
    make = page.get_by_role("button", name="Tạo tem")
    make.wait_for()
    stage.camera.keep(page, "nduyet-tem", make, around=make)


def _recall(stage: Stage, desk: Desk) -> None:
    """Look for the lots that a pesticide reached; none is recalled."""
    page = desk.go("/htx/thu-hoi")
    page.get_by_label("Ghi đúng như trên nhãn").fill("Sâu Tơ Sinh Học WP")
    page.get_by_role("button", name="Tìm").click()
    recall = page.get_by_role("button", name="Thu hồi các lô đã tích")
    recall.wait_for()
    stage.camera.keep(page, "nduyet-thu-hoi", recall, around=recall)
