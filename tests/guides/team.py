"""The team member's pictures: a household let in from the first screen to the last, help, attendance."""

from __future__ import annotations

from tests.guides.stage import Stage
from tests.journeys.helping import follow
from tests.journeys.phone import Phone
from tests.journeys.test_screens_team import read_code_above

TALL = 560


def take(stage: Stage) -> None:
    """Take all of them on the team member's phone, and on that of the household that it lets in."""
    phone = stage.phone("Tổ Công nghệ số")
    page, keep = phone.page, stage.camera.keep
    main = page.locator(".dock .btn.do")
    phone.sees(page.locator(".household").first)
    keep(page, "tcn-hom-nay", main, page.locator(".household").first, tall=TALL)
    phone.lose_signal()
    phone.tap(main)
    phone.sees(page.locator("input.text").first)
    page.locator("input.text").first.fill("Đỗ Thị Vân")
    page.locator("input.text").first.blur()
    village = page.get_by_text("Chọn thôn").locator("xpath=ancestor::button")
    keep(page, "tcn-ai", page.locator("input.text").first, village, main, tall=TALL)
    phone.tap(main)
    phone.sees(page.locator(".consent").first)
    phone.tap(page.locator(".consent").nth(0))
    keep(page, "tcn-dong-y", page.locator(".consent").nth(0), main, tall=740)
    phone.tap(main)
    phone.sees(page.locator("button.number"))
    keep(page, "tcn-ruong", page.get_by_role("button", name="Ruộng", exact=True), main, tall=TALL)
    phone.tap(main)
    phone.sees(page.locator("section.field"))
    box = page.locator("section.field input.text")
    if box.count() > 0:
        box.first.fill("Cà chua")
        box.first.blur()
    keep(page, "tcn-vu", page.get_by_text("Chọn cây, con").locator("xpath=ancestor::button"), main, tall=TALL)
    phone.tap(main)
    code = page.locator("svg.qr")
    phone.sees(code)
    phone.find_signal()
    phone.sees(page.locator(".okline"))
    keep(page, "tcn-ma", code, tall=TALL)
    far = page.locator("button.pick")
    phone.tap(far)
    phone.sees(page.locator(".code-large"))
    keep(page, "tcn-ma-8", page.locator(".code-large"), tall=TALL, around=page.locator(".code-large"))
    _joins(stage, phone)


def _joins(stage: Stage, phone: Phone) -> None:
    """The household's phone follows the code; the team member confirms it, and looks at the household."""
    page, keep = phone.page, stage.camera.keep
    main = page.locator(".dock .btn.do")
    farmer = stage.bare_phone("đỗ thị vân")
    follow(farmer, read_code_above(phone))
    enter = farmer.page.locator(".dock .btn.do")
    farmer.sees(farmer.page.locator(".dock .btn.do:enabled"))
    keep(farmer.page, "tcn-may-dan", enter, tall=TALL)
    farmer.tap(enter)
    phone.sees(page.locator(".card.wait"))
    keep(page, "tcn-xac-nhan", main, tall=TALL)
    phone.tap(main)
    phone.sees(page.locator(".card.done"))
    phone.tap(main)
    phone.sees(page.locator(".phone-line"))
    lost = page.locator(".phone-line .btn.quiet").first
    keep(page, "tcn-ho", main, tall=TALL)
    keep(page, "tcn-mat-may", lost, tall=TALL, around=lost)
    farmer.sees(farmer.button("Ghi nhật ký"))
    farmer.go("ma-diem-danh")
    farmer.sees(farmer.page.locator("svg.qr"))
    keep(farmer.page, "tcn-ma-diem-danh", farmer.page.locator("svg.qr"), tall=TALL)
    phone.go("diem-danh")
    phone.sees("Điểm danh tập huấn")
    phone.tap(page.locator("main .card").first)
    scan = phone.button("Mở máy quét")
    phone.sees(scan)
    keep(page, "tcn-diem-danh", scan, tall=TALL)
