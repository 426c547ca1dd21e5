"""The officer's morning: seven figures, one followed to its records, a rule changed, the report issued."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import SoftHouse
from tests.journeys.test_offices import commune
from tests.server.diaries import diary_of
from tests.server.pdfs import pages_of, text_of


def homes(soft: SoftHouse) -> str:
    """Let two households have a plot under VietGAP, one of them without its area; return the commune."""
    with soft.app() as app:
        for name, area in (("Nhà bà Lụa", {"amount": "2", "unit": "sao"}), ("Nhà ông Thành", None)):
            home = diary_of(app.test_client(), f"Chủ {name}", name)
            home.season("Lúa", home.plot("Ruộng Đình", area=area), started_on="2026-09-07")
        return commune()


def test_the_officer_follows_a_figure_changes_a_rule_and_issues_the_report(
    soft: SoftHouse, make_desk: Callable[[str], Desk], tmp_path: Path
) -> None:
    top, desk = homes(soft), make_desk("officer")
    page = desk.page
    page.goto(soft.invite_fast("Lê Thị Hạnh", None, "officer", organisation=top))
    page.get_by_role("button", name="Nhận, đây là tôi").click()
    page.get_by_role("button", name="Tạo khóa truy cập").click()
    page.wait_for_url(re.compile("/htx/chi-tieu$"))  # an officer's first place
    expect(page.get_by_role("heading", name=re.compile("Bảy chỉ tiêu"))).to_be_visible()
    assert desk.is_sound(SHOTS, "indicators") == []

    page.get_by_role("link", name="0 trên 0,07 ha").click()
    desk.sees("1 thửa chưa ghi diện tích")
    page.get_by_role("link", name="Chưa tính").click()
    expect(page.get_by_role("row", name="Nhà bà Lụa: Ruộng Đình")).to_be_visible()
    assert desk.is_sound(SHOTS, "indicator") == []

    page.get_by_role("link", name="Xem và sửa cách tính").click()
    page.get_by_label("Nhiều nhất mấy ngày không có dòng được duyệt").fill("45")
    page.get_by_label("Vì sao sửa?").fill("Theo công văn 7/KT")
    page.get_by_role("button", name="Lưu cách tính").click()
    desk.sees("Đã lưu cách tính mới.")
    desk.sees("không có quãng nào quá 45 ngày")
    assert desk.is_sound(SHOTS, "indicator-rule") == []

    page.get_by_role("link", name="Báo cáo").first.click()
    page.get_by_label("Số, ký hiệu").fill("15/BC-KT")
    page.get_by_label("Người ký", exact=True).fill("Nguyễn Văn Bình")
    page.get_by_role("button", name="Phát hành").click()
    desk.sees("Đã phát hành, tệp được giữ nguyên.")
    assert desk.is_sound(SHOTS, "reports") == []
    with page.expect_download() as coming:
        page.get_by_role("link", name="PDF").click()
    coming.value.save_as(tmp_path / "report.pdf")
    pdf = (tmp_path / "report.pdf").read_bytes()
    for place, picture in enumerate(pages_of(pdf), start=1):
        picture.save(SHOTS / f"report-{place}.png")
    assert "quá 45 ngày" in " ".join(text_of(pdf).split())
    assert desk.errors == []
