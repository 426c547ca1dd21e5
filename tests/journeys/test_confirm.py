"""A phone that a person has to confirm first: it records at once; its confirmation lets in what was held."""

from __future__ import annotations

from tests.journeys.house import House
from tests.journeys.log import held_of, ops_of
from tests.journeys.phone import Phone


def test_case_037_an_unconfirmed_phone_records_at_once_and_is_let_in_whole(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm, confirm=True))
    phone.sees("Máy này chờ người giúp hoặc HTX xác nhận")
    device = phone.stored("identities")[0]["device"]
    phone.begin("Thăm đồng")
    phone.save()
    phone.until(lambda: len(held_of(house, device)) == 1, "the line is held at the server")
    phone.sees(phone.page.locator(".state.held", has_text="Chờ HTX xem"))
    assert ops_of(house, device) == []

    document = next(
        line.split("\t")[0] for line in house.command("people", "devices").splitlines() if device in line
    )
    house.command("people", "confirm", document)
    phone.go("gui")
    phone.tap("Gửi ngay")
    phone.go("")
    phone.sees(phone.page.locator(".state.sent"))
    phone.misses("Máy này chờ người giúp hoặc HTX xác nhận")
    assert len(ops_of(house, device)) == 1
