"""The team member in the yard: a household enrolled without coverage, its phone joined, its first line.

Two phones, each with an air of its own. The code on the screen is read by a decoder that is not ours.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from server.db import reading
from server.models.log import HeldOp
from server.models.people import Consent, Farm, Person, Request
from server.services.setup import load_products
from tests.journeys.helping import follow, give_help, join_helper, read_code, sync_now
from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone

TAPS_MAX = 25
TYPED_MAX = 3
LUA = "Phạm Thị Lụa"


def enrol(phone: Phone, name: str) -> int:
    """Walk through "Thêm hộ" as a new user would; return how many fields were typed."""
    phone.tap("Thêm hộ mới")
    box = phone.page.get_by_label("Tên chủ hộ")
    phone.tap(box)
    box.fill(name)
    phone.tap("Tiếp")
    phone.sees("Bà con đồng ý những gì?")
    for title in ("Giữ sổ nhật ký", "Giữ ảnh chụp", "Lấy vị trí"):
        phone.tap(phone.page.get_by_role("checkbox", name=title))
    phone.tap("Tiếp")
    phone.sees("Một chỗ là đủ")
    phone.number("Rộng bao nhiêu?", "3")
    phone.tap("Tiếp")
    phone.tap("Chọn cây, con")
    phone.tap(phone.page.get_by_role("radio", name="Cà chua"))
    phone.tap("Lập sổ, nối máy")
    phone.sees(phone.page.get_by_role("heading", name=f"Nối máy: {name}"))
    return 1


def test_a_household_is_enrolled_without_coverage_and_writes_its_first_line(
    own_house: House, make_phone: Callable[..., Phone]
) -> None:
    with own_house.app():
        load_products()
    helper, farmer = make_phone(own_house, "helper"), make_phone(own_house, "farmer")
    join_helper(own_house, helper)
    helper.until(lambda: helper.page.evaluate("navigator.serviceWorker.controller !== null"), "installed")
    helper.lose_signal()
    helper.taps = 0
    typed = enrol(helper, LUA)
    helper.sees("Gửi xong mới dùng được mã này")
    link = read_code(helper)
    helper.page.reload()  # the phone was put away: the code is the same when it is taken out again
    helper.sees("Gửi xong mới dùng được mã này")
    assert read_code(helper) == link
    helper.find_signal()
    helper.sees("Mã dùng được đến")

    farmer.open(None)
    follow(farmer, link)
    farmer.tap("Đúng, bắt đầu ghi")
    farmer.sees("Máy này chờ người giúp hoặc HTX xác nhận")
    helper.sees("Đã nhận máy: Máy Android")
    helper.tap("Đúng, xác nhận máy")
    helper.sees("Máy đã vào sổ")
    farmer.sees(farmer.page.locator(".season", has_text="Cà chua"))
    farmer.begin("Tưới nước")
    farmer.save()
    assert helper.taps + farmer.taps <= TAPS_MAX
    assert typed <= TYPED_MAX
    farmer.waits_for_sent()

    device = farmer.stored("identities")[0]["device"]
    mine = {
        op.doc.partition(":")[0]: op for op in ops_of(own_house, helper.stored("identities")[0]["device"])
    }
    assert set(mine) == {"book", "plot", "season"}
    assert mine["plot"].fields["area"] == {"amount": "3", "unit": "sao"}
    [entry] = ops_of(own_house, device)
    assert entry.fields["season"] == mine["season"].doc
    with own_house.app(), reading() as session:
        person = session.scalars(select(Person).where(Person.name == LUA)).one()
        agreed = session.execute(select(Consent.purpose, Consent.means).where(Consent.person == person.id))
        assert sorted(agreed.all()) == [("diary", "spoken"), ("gps", "spoken"), ("photo", "spoken")]
        assert session.scalars(select(Farm.name)).all() == [f"Hộ {LUA}"]


def test_a_phone_far_away_joins_by_the_link_and_the_code_that_is_read_out(
    house: House, make_phone: Callable[..., Phone], farm: str
) -> None:
    helper, farmer = make_phone(house, "helper"), make_phone(house, "farmer")
    name = f"Tổ {farm}"
    house.invite_fast(LUA, farm)
    join_helper(house, helper, name)
    give_help(house, farm, 30, name)
    sync_now(helper)
    helper.go("")
    helper.tap(helper.page.locator(".household", has_text="Không có máy"))
    helper.tap("Nối máy")
    helper.sees("Mã dùng được đến")
    helper.tap("Bà con ở xa")
    link = helper.page.locator(".code-link").inner_text()
    code = helper.page.locator(".code-large").inner_text()
    assert code.replace("-", "") not in helper.page.locator("a[href^='sms:']").get_attribute("href")

    farmer.open(None)
    follow(farmer, link)
    farmer.page.locator("input.code").fill(code.lower())
    farmer.tap("Mở sổ")
    farmer.tap("Đúng, bắt đầu ghi")
    farmer.sees("Máy này chờ người giúp hoặc HTX xác nhận")
    helper.sees("Đã nhận máy")
    helper.tap("Không phải máy này")
    helper.sees("Đã báo HTX dừng máy này")
    device = farmer.stored("identities")[0]["device"]
    helper.until(lambda: "no_right" in reasons(house), "the end waits for a person of the cooperative")
    farmer.begin("Thăm đồng")
    farmer.save()
    assert ops_of(house, device) == []  # nobody let it in


def reasons(house: House) -> set[str]:
    """Return why ops of the organisation's log are held."""
    with house.app(), reading() as session:
        return set(session.scalars(select(HeldOp.reason).where(HeldOp.scope.startswith("org:"))))


def test_what_is_written_for_others_bears_the_writers_name(
    house: House, make_phone: Callable[..., Phone], farm: str
) -> None:
    helper, farmer = make_phone(house, "helper"), make_phone(house, "farmer")
    name = f"Mai của {farm}"
    farmer.open(None)
    farmer.join(house.invite_fast(LUA, farm))
    join_helper(house, helper, name)
    give_help(house, farm, 30, name)
    sync_now(helper)
    helper.go("")
    helper.tap("Cả thôn")
    helper.tap(helper.page.locator(".household", has_text=LUA).first)
    helper.lose_signal()
    helper.tap("Ghi hộ nhà này")
    helper.sees(f"Ghi hộ: {farm}")
    helper.tap(helper.page.locator(".tiles:not(.around) .tile", has_text="Bón phân"))
    helper.save()
    helper.sees("mục ghi ở máy này chờ gửi")
    helper.find_signal()
    helper.waits_for_sent()

    [op] = ops_of(house, helper.stored("identities")[0]["device"])
    assert op.fields["on_behalf_of"] == farmer.stored("identities")[0]["membership"]
    sync_now(farmer)
    farmer.go("nhat-ky")
    entry = farmer.page.locator(".entry", has_text="Bón phân")
    farmer.sees(entry.locator(".state", has_text="Ghi hộ"))
    farmer.tap(entry)
    farmer.sees(f"{name} ghi hộ {LUA}")


def test_a_help_that_is_over_says_so_and_may_be_asked_for_again(
    house: House, make_phone: Callable[..., Phone], farm: str
) -> None:
    helper = make_phone(house, "helper")
    name = f"Tổ của {farm}"
    house.invite_fast(LUA, farm)
    join_helper(house, helper, name)
    uuid = give_help(house, farm, -3, name)
    sync_now(helper)
    helper.go("")
    helper.tap(helper.page.locator(".household", has_text="Hết hạn giúp từ"))
    helper.sees("Quyền giúp hết từ")
    helper.misses(helper.button("Ghi hộ nhà này"))
    helper.tap("Xin giúp hộ này")
    helper.sees("Đã xin. HTX đồng ý là ghi hộ được.")

    def asked() -> list[str]:
        with house.app(), reading() as session:
            rows = session.scalars(select(Request).where(Request.kind == "help", Request.result == "waiting"))
            return [row.id for row in rows if uuid in row.values]

    helper.until(lambda: len(asked()) == 1, "the question is at the cooperative")
    house.command("people", "settle", asked()[0])
    sync_now(helper)
    helper.sees(helper.button("Ghi hộ nhà này"))


def test_a_lost_phone_is_replaced_in_two_taps_and_the_new_one_has_the_whole_diary(
    house: House, make_phone: Callable[..., Phone], farm: str
) -> None:
    helper, lost, new = (make_phone(house, name) for name in ("helper", "lost", "new"))
    name = f"Tổ mất máy {farm}"
    lost.open(None)
    lost.join(house.invite_fast(LUA, farm))
    lost.begin("Thăm đồng")
    lost.save()
    lost.waits_for_sent()
    join_helper(house, helper, name)
    uuid = give_help(house, farm, 30, name)
    sync_now(helper)
    helper.go(f"ho/{uuid}")
    helper.tap("Mất máy này")
    helper.tap("Mất rồi, nối máy mới")
    helper.sees("Mã dùng được đến")
    new.open(None)
    follow(new, read_code(helper))
    new.tap("Đúng, bắt đầu ghi")
    helper.sees("Đã nhận máy")
    helper.tap("Đúng, xác nhận máy")
    helper.sees("Máy đã vào sổ")
    helper.tap("Về trang của hộ")
    helper.sees("Đã báo HTX dừng máy")
    new.sees(new.page.locator(".entry", has_text="Thăm đồng"))
