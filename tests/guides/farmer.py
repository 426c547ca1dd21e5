"""The farmer's pictures: a line recorded without coverage, sent with it, put right; a question."""

from __future__ import annotations

from server.demo.drawing import draw
from tests.guides.stage import Stage

TALL = 430


def take(stage: Stage) -> None:
    """Take all of them on the vegetable farmer's phone."""
    phone = stage.phone("Nông dân trồng rau")
    page, keep = phone.page, stage.camera.keep
    picture = stage.folder / "leaf.jpg"
    picture.write_bytes(draw("leaf", 4))
    phone.sees(phone.button("Ghi nhật ký"))
    phone.sees("Đã gửi hết")
    # The demo's gale warning would fill the picture of an ordinary day.
    page.locator(".card.halt", has_text="Tin khẩn").evaluate_all("all => all.map((one) => one.remove())")
    keep(page, "nd-mo", phone.button("Ghi nhật ký"), tall=TALL)
    ask = page.locator(".tiles.around .tile", has_text="Hỏi cán bộ")
    keep(page, "nd-hoi", ask, tall=470, around=ask)
    phone.lose_signal()
    phone.tap("Ghi nhật ký")
    work = page.locator(".tiles:not(.around) .tile", has_text="Phun thuốc").first
    phone.sees(work)
    keep(page, "nd-viec", work, tall=TALL)
    phone.tap(work)
    phone.type_into("Tên thuốc", "Rệp Sạch 20SL")
    phone.photograph(picture)
    shoot = page.locator(".shoot").first
    keep(page, "nd-anh", shoot, page.locator(".dock .btn.do"), tall=TALL, around=shoot)
    phone.save()
    keep(page, "nd-luu", page.locator(".toast"), page.get_by_text("chờ gửi").first, tall=TALL)
    phone.find_signal()
    phone.waits_for_sent()
    keep(page, "nd-gui", page.locator("main .card").first, tall=TALL)
    phone.go("nhat-ky")
    phone.tap(page.locator(".entry", has_text="Rệp Sạch").first)
    phone.sees(phone.button("Sửa"))
    keep(
        page,
        "nd-sua",
        phone.button("Sửa"),
        phone.button("Bỏ khỏi sổ"),
        tall=TALL,
        around=phone.button("Bỏ khỏi sổ"),
    )
