"""The operator's pictures: the first link, opened; and the phones that have not sent for days."""

from __future__ import annotations

from tests.guides.stage import Stage
from tests.journeys.desk import HOME


def take(stage: Stage) -> None:
    """Take both at the desk of the other cooperative's reviewer: a link is opened alike by everybody."""
    desk = stage.bare_desk("người vận hành")
    page, keep = desk.page, stage.camera.keep
    page.goto(stage.link("Người duyệt của HTX khác"))
    accept = page.get_by_role("button", name="Nhận, đây là tôi")
    accept.wait_for()
    keep(page, "vh-loi-moi", accept, tall=400)
    accept.click()
    page.get_by_role("button", name="Tạo khóa truy cập").click()
    page.wait_for_url(HOME)
    desk.go("/htx/may")
    desk.sees("Các máy")
    keep(page, "vh-may", tall=460)
