"""How many taps a line costs: DESIGN §5 "record"."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone

REPEAT_TAPS_MAX = 3
SPRAY_TAPS_MAX = 8


@pytest.fixture
def sprayed(house: House, phone: Phone, farm: str, tmp_path: Path) -> Phone:
    """Give a phone on which one spraying was recorded in full."""
    phone.open(None)
    phone.join_with_season(house.invite_fast("Phạm Thị Lụa", farm), "Nhà lưới", "Cà chua")
    phone.go("")
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", "Abamectin 1.8EC")
    phone.number("Pha bao nhiêu?", "10")
    phone.tap(phone.field("Cách ly").get_by_role("radio", name="Có số ngày"))
    phone.number("Cách ly mấy ngày?", "7")
    phone.type_into("Trừ gì?", "Sâu tơ")
    phone.save()
    phone.go("")
    phone.taps = 0
    return phone


def test_a_repeat_entry_takes_three_taps_from_home(house: House, sprayed: Phone) -> None:
    sprayed.again()
    assert sprayed.taps <= REPEAT_TAPS_MAX
    sprayed.waits_for_sent()
    entries = [op for op in ops_of(house, sprayed.stored("identities")[0]["device"]) if "form" in op.fields]
    first, second = ({k.split(".")[-1]: v for k, v in op.fields.items()} for op in entries)
    assert first == second


def test_a_new_spraying_with_a_photo_takes_eight_taps(house: House, sprayed: Phone) -> None:
    sprayed.tap("Ghi nhật ký")
    sprayed.tap(sprayed.page.locator(".tiles:not(.around) .tile", has_text="Phun thuốc"))
    sprayed.tap("Abamectin 1.8EC")  # with the dose and the days that it had
    sprayed.tap("Sâu tơ")
    sprayed.tap(sprayed.page.locator(".shoot", has_text="Lúc phun"))
    sprayed.tap("Bấm máy")
    sprayed.sees(sprayed.page.locator(".photos .photo"))
    sprayed.save()
    assert sprayed.taps <= SPRAY_TAPS_MAX
    sprayed.waits_for_sent()
    ops = ops_of(house, sprayed.stored("identities")[0]["device"])
    said = {name.split(".")[-1]: value for name, value in ops[-2].fields.items()}
    assert said["dose"] == {"amount": "10", "unit": "ml/binh"}
    assert (said["phi_days"], said["target_pest"]) == (7, "Sâu tơ")
    assert ops[-1].doc.startswith("photo:")
