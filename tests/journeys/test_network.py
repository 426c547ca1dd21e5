"""Networks that lie, crawl or are not safe."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone

SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


def test_case_029_a_captive_portal_gets_nothing_and_is_named(house: House, phone: Phone, farm: str) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    device = phone.stored("identities")[0]["device"]
    phone.air.become("portal")
    phone.begin("Thăm đồng")
    phone.save()
    phone.go("gui")
    phone.sees("Mạng này đòi đăng nhập")
    phone.sees("1 dòng đang chờ gửi")
    assert len(phone.stored("outbox")) == 1
    assert ops_of(house, device) == []

    phone.air.become("clear")
    phone.tap("Gửi ngay")
    phone.sees("Đã gửi hết")
    assert len(ops_of(house, device)) == 1


def test_an_address_without_a_key_says_so_in_one_sentence_and_makes_no_key(
    house: House, make_phone: Callable[..., Phone], farm: str
) -> None:
    phone = make_phone(house, flags=["--host-resolver-rules=MAP so.example 127.0.0.1"])
    link = house.invite_fast("Phạm Thị Lụa", farm)
    phone.open(None)
    phone.page.goto(f"http://so.example:{phone.air.port}/{link[link.index('#') :]}")
    phone.sees("Địa chỉ này không có khóa (https).")
    assert phone.page.get_by_role("button").count() == 0
    assert phone.page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def test_a_slow_phone_on_a_slow_line_joins_records_and_sends(house: House, phone: Phone, farm: str) -> None:
    link = house.invite_fast("Phạm Thị Lụa", farm)
    phone.open(None)
    client = phone.context.new_cdp_session(phone.page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", SLOW_3G)
    phone.context.set_default_timeout(60_000)
    phone.join(link)
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", "Abamectin 1.8EC")
    phone.save()
    phone.waits_for_sent()
    [op] = ops_of(house, phone.stored("identities")[0]["device"])
    assert "Abamectin 1.8EC" in op.fields.values()
