"""The page dies in the middle of a form: the next start is in that form, in that field."""

from __future__ import annotations

from tests.journeys.house import House
from tests.journeys.phone import Phone


def test_case_001_a_killed_page_comes_back_in_the_field_that_was_being_filled_in(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", "Abamectin 1.8EC")
    phone.until(lambda: "Abamectin" in str(phone.stored("drafts")), "the draft is kept")
    phone.kill()

    phone.open()
    phone.sees(phone.page.locator("main.form"))
    box = phone.field("Tên thuốc").locator("input")
    phone.sees(box)
    assert box.input_value() == "Abamectin 1.8EC"
    assert phone.page.evaluate("document.activeElement.id").endswith(".product")

    phone.page.go_back()
    phone.until(lambda: phone.stored("drafts")[0]["focus"] is None, "the form was left")
    phone.close()
    phone.open()
    phone.sees(phone.button("Ghi tiếp"))  # a form that was left waits in the list
    phone.misses(phone.page.locator("main.form"))


def test_a_second_invitation_adds_a_person_with_a_book_of_his_own(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.join(house.invite_fast("Vũ Văn Tạo", farm + " khác"))
    phone.until(lambda: len(phone.stored("identities")) == 2, "both have a key")
    phone.sees("Vũ Văn Tạo")
    phone.begin("Phun thuốc")
    phone.save()
    phone.waits_for_sent()
    rows = {one["name"]: one["device"] for one in phone.stored("identities")}
    [op] = [one for one in phone.stored("ops") if one["doc"].startswith("entry:")]
    assert op["device"] == rows["Vũ Văn Tạo"]
