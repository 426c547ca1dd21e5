"""The server restored from an older backup in the middle of it, and a profile copied to another phone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.journeys.house import House
from tests.journeys.log import held_of, ops_of
from tests.journeys.phone import Phone


def record(phone: Phone, product: str) -> None:
    """Record one spraying from home."""
    phone.go("")
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", product)
    phone.save()


def products(house: House, device: str) -> list[str]:
    """Return what the log of the phone's farm says was sprayed, in its order."""
    return [
        str(value)
        for op in ops_of(house, device)
        for name, value in op.fields.items()
        if name.endswith(".product")
    ]


def test_case_032_after_a_restore_from_an_older_backup_the_phone_sends_again_what_is_missing(
    own_house: House, make_phone: Callable[..., Phone], tmp_path: Path
) -> None:
    phone = make_phone(own_house)
    phone.open(None)
    phone.join(own_house.invite_fast("Phạm Thị Lụa", "Hộ Lụa"))
    device = phone.stored("identities")[0]["device"]
    record(phone, "Thuốc trước")
    phone.waits_for_sent()
    own_house.back_up(tmp_path / "backup.db")
    record(phone, "Thuốc giữa")
    phone.waits_for_sent()

    own_house.stop()
    record(phone, "Thuốc sau")
    own_house.restore(tmp_path / "backup.db")
    assert products(own_house, device) == ["Thuốc trước"]
    own_house.start()
    phone.go("gui")
    phone.tap("Gửi ngay")
    phone.waits_for_sent()
    assert sorted(products(own_house, device)) == ["Thuốc giữa", "Thuốc sau", "Thuốc trước"]
    phone.go("nhat-ky")
    phone.sees(phone.page.locator(".entry").nth(2))
    assert phone.page.locator(".entry").count() == 3


def test_case_015_of_a_copied_profile_both_phones_lines_are_kept(
    house: House, make_phone: Callable[..., Phone], farm: str
) -> None:
    first, second = make_phone(house, "first"), make_phone(house, "second")
    second.air.close()
    second.air = first.air  # a copy has the same address
    first.open(None)
    first.join(house.invite_fast("Phạm Thị Lụa", farm))
    first.waits_for_program()
    device = first.stored("identities")[0]["device"]
    first.close()
    shutil.copytree(first.profile, second.profile, symlinks=True)
    for phone, product in ((first, "Thuốc máy một"), (second, "Thuốc máy hai")):
        phone.open(None)
        phone.lose_signal()
        phone.page.goto(phone.address)
        record(phone, product)

    second.close()  # they have one air: the copy must not be the first that is heard
    first.find_signal()
    first.go("gui")
    first.tap("Gửi ngay")
    first.waits_for_sent()
    assert products(house, device) == ["Thuốc máy một"]
    second.open()
    second.until(lambda: len(held_of(house, device)) == 1, "the copy's line is held")
    second.go("")
    second.sees("Sổ này đang ở hai máy")
    second.sees("1 dòng chờ HTX xem")
    record(second, "Thuốc ghi tiếp")
    second.sees(second.page.locator(".entry").nth(1))
