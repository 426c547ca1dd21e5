"""The phone is full: photos stop first, then the words stay on the screen; no false "saved" is shown."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import CDPSession

from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone
from tests.journeys.test_photos_cut import big_picture


def reopen_with_room(phone: Phone, bytes_left: int) -> tuple[CDPSession, int]:
    """Open the app anew with so many bytes more than it uses now; return what changes that, and the use."""
    phone.waits_for_program()  # the shell takes room too
    used = int(phone.page.evaluate("navigator.storage.estimate().then((room) => room.usage)"))
    phone.close()
    phone.open(None)
    # Chromium asks for the quota once and then counts down, so it has to stand before the first write.
    client = phone.context.new_cdp_session(phone.page)
    limit(client, phone, used + bytes_left)
    phone.page.goto(phone.address)
    return client, used


def limit(client: CDPSession, phone: Phone, quota: int) -> None:
    """Let the browser give this origin so many bytes in all."""
    client.send("Storage.overrideQuotaForOrigin", {"origin": phone.address, "quotaSize": quota})


def begin_spraying(phone: Phone) -> None:
    """Begin a line and wait until its draft is kept."""
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", "Abamectin 1.8EC")
    phone.until(lambda: "Abamectin" in str(phone.stored("drafts")), "the draft is kept")


def test_case_005_a_photo_that_does_not_fit_leaves_the_words_saved(
    house: House, phone: Phone, farm: str, tmp_path: Path
) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    begin_spraying(phone)
    # More than the browser takes for compiled script beside the first, less than that and a photo.
    reopen_with_room(phone, 500_000)
    phone.sees(phone.page.locator("main.form"))  # closed in the form: it opens in it again
    phone.page.set_input_files("input[type=file][capture]", big_picture(tmp_path / "big.jpg", 7))
    phone.sees("Ảnh chưa giữ được vì máy đầy")
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.sees("Đã lưu chữ. 1 ảnh chưa đủ chỗ")
    phone.waits_for_sent()
    [op] = ops_of(house, phone.stored("identities")[0]["device"])
    assert "Abamectin 1.8EC" in op.fields.values()


def test_case_006_words_that_do_not_fit_stay_on_the_screen_until_there_is_room(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    begin_spraying(phone)
    client, used = reopen_with_room(phone, -1_000)
    phone.sees(phone.page.locator("main.form"))  # closed in the form: it opens in it again
    phone.tap(phone.page.locator(".dock .btn.do"))
    phone.sees("CHƯA LƯU ĐƯỢC")
    assert phone.field("Tên thuốc").locator("input").input_value() == "Abamectin 1.8EC"
    assert phone.stored("outbox") == []

    limit(client, phone, used + 10_000_000)
    phone.save()
    phone.waits_for_sent()
    assert len(ops_of(house, phone.stored("identities")[0]["device"])) == 1


def test_case_012_a_browser_that_does_not_keep_the_book_is_told_of_and_everything_works(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    phone.context.add_init_script(
        "navigator.storage.persist = navigator.storage.persisted = async () => false"
    )
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    begin_spraying(phone)
    phone.save()
    phone.waits_for_sent()
    phone.sees("Sổ chưa được giữ chắc")
