"""The farmer looks after himself: a phone replaced, left, shared by two; a consent withdrawn."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import select

from server.config import now_ms
from server.db import reading, run_write
from server.models.devices import DeviceRow
from server.models.people import Consent, Membership
from server.services.setup import add_organisation
from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone

MakePhone = Callable[..., Phone]
PERSON = "Phạm Thị Lụa"


def state_of(house: House, device: str) -> str:
    """Return how the server has a device."""
    with house.app(), reading() as session:
        return str(session.scalar(select(DeviceRow.state).where(DeviceRow.device == device)))


def test_a_lost_phone_is_replaced_and_the_new_one_has_the_whole_diary(
    house: House, make_phone: MakePhone, farm: str
) -> None:
    lost = make_phone(house, "lost")
    lost.open(None)
    lost.join_with_season(house.invite_fast(PERSON, farm), "Đồng Rọc", "Lúa Bắc thơm 7")
    lost.go("")
    lost.begin("Phun thuốc")
    lost.type_into("Tên thuốc", "Abamectin 1.8EC")
    lost.save()
    lost.waits_for_sent()
    device = lost.stored("identities")[0]["device"]
    lost.close()

    phone = make_phone(house, "new")
    phone.open(None)
    link = house.invite_fast(PERSON, farm)
    phone.page.goto(phone.address + "/" + link[link.index("#") :])
    phone.tap("Đúng, bắt đầu ghi")
    phone.sees("Máy của nhà")  # the old one is still good: the first thing to look at
    phone.sees("Đã gửi hết")
    phone.tap("Thôi dùng máy đó")
    dialog = phone.page.get_by_role("dialog")
    phone.sees("Mất máy, bán máy thì bấm nút này")
    phone.tap(dialog.get_by_role("button", name="Thôi dùng máy đó"))
    phone.sees("Đã thôi dùng máy đó")
    phone.until(lambda: state_of(house, device) == "revoked", "the server knows that the phone is lost")
    phone.tap("Về sổ")
    phone.sees(phone.page.locator(".entry", has_text="Phun thuốc"))
    phone.go("ruong")
    phone.sees(phone.page.locator(".plot", has_text="Đồng Rọc").first)
    phone.sees(phone.page.locator(".plot", has_text="Lúa Bắc thơm 7").first)
    phone.home()
    phone.again()
    phone.waits_for_sent()
    assert len(ops_of(house, phone.stored("identities")[0]["device"])) >= 1


def test_case_021_signing_out_waits_for_what_is_unsent_and_leaves_nothing(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    phone.join(house.invite_fast(PERSON, farm))
    device = phone.stored("identities")[0]["device"]
    phone.waits_for_sent()
    phone.lose_signal()
    phone.home()
    phone.begin("Thăm đồng")
    phone.save()
    phone.go("cai-dat")
    phone.tap("Đăng xuất máy này")
    phone.sees("Còn 1 mục chưa gửi, đăng xuất bây giờ là mất")
    out = phone.page.locator(".dock").get_by_role("button", name="Đăng xuất")
    expect(out).to_be_disabled()
    assert len(phone.stored("outbox")) == 1

    phone.find_signal()
    phone.tap("Gửi ngay")
    expect(out).to_be_enabled()
    phone.tap(out)
    phone.sees("Bắt đầu với lời mời")
    phone.misses("Sổ trên máy này đã bị xóa")
    assert len(ops_of(house, device)) == 1
    assert state_of(house, device) == "revoked"
    assert phone.stored("identities") == phone.stored("ops") == phone.stored("meta") == []


def test_case_021_without_coverage_a_file_lets_the_person_go(house: House, phone: Phone, farm: str) -> None:
    phone.open(None)
    phone.join(house.invite_fast(PERSON, farm))
    phone.lose_signal()
    phone.home()
    phone.begin("Thăm đồng")
    phone.save()
    phone.go("roi")
    with phone.page.expect_download() as download:
        phone.tap("Chép ra tệp")
    assert download.value.suggested_filename.endswith(".sonhanong")
    phone.sees("Phần chưa gửi đã chép ra tệp")
    phone.tap(phone.page.locator(".dock").get_by_role("button", name="Đăng xuất"))
    phone.sees("Bắt đầu với lời mời")
    assert phone.stored("identities") == phone.stored("ops") == []


def test_two_persons_on_one_phone_each_with_his_own_key_and_one_of_them_leaves(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    phone.join(house.invite_fast(PERSON, farm))
    phone.begin("Phun thuốc")
    phone.save()
    link = house.invite_fast("Nguyễn Văn Thịnh", f"{farm} bên sông")
    phone.page.goto("about:blank")
    phone.page.goto(phone.address + "/" + link[link.index("#") :])
    phone.tap("Đúng, bắt đầu ghi")
    phone.sees("Nguyễn Văn Thịnh")
    phone.misses(phone.page.locator(".entry", has_text="Phun thuốc"))
    phone.begin("Thăm đồng")
    phone.save()
    phone.waits_for_sent()
    writers = {row["membership"]: row["device"] for row in phone.stored("identities")}
    assert len(writers) == 2
    assert all(len(ops_of(house, device)) == 1 for device in writers.values())

    phone.go("cai-dat")
    phone.tap(phone.page.get_by_role("radio", name=PERSON))
    phone.go("")
    phone.sees(phone.page.locator(".entry", has_text="Phun thuốc"))
    phone.go("roi")
    phone.sees("Người khác ghi trên máy này vẫn giữ sổ của họ")
    phone.tap(phone.page.locator(".dock").get_by_role("button", name="Đăng xuất"))
    phone.sees("Nguyễn Văn Thịnh")
    phone.sees(phone.page.locator(".entry", has_text="Thăm đồng"))
    assert [row["name"] for row in phone.stored("identities")] == ["Nguyễn Văn Thịnh"]


def test_a_consent_is_given_and_withdrawn_on_the_phone(house: House, phone: Phone, farm: str) -> None:
    phone.open(None)
    phone.join(house.invite_fast(PERSON, farm))
    phone.waits_for_sent()
    person = phone.stored("identities")[0]["membership"]
    phone.go("cai-dat")
    phone.tap("Đồng ý và dữ liệu")
    row = phone.page.locator("button.pick", has_text="Lấy vị trí ruộng, ao, chuồng")
    phone.tap(row)
    phone.sees("Điện thoại không theo dõi tôi đi đâu")
    phone.tap("Tôi đồng ý")
    phone.sees(row.get_by_text("Đã đồng ý"))
    phone.until(lambda: consents_of(house, person) == [("gps", False)], "the server has the consent")
    phone.lose_signal()
    phone.tap(row)
    phone.tap("Thôi đồng ý")
    phone.sees(row.get_by_text("chờ gửi"))
    phone.find_signal()
    phone.until(lambda: consents_of(house, person) == [("gps", True)], "the server has the withdrawal")


def consents_of(house: House, membership: str) -> list[tuple[str, bool]]:
    """Return the purposes that the person of a membership agreed to, and whether each was taken back."""
    with house.app(), reading() as session:
        person = select(Membership.person).where(Membership.id == membership).scalar_subquery()
        rows = session.scalars(select(Consent).where(Consent.person == person).order_by(Consent.given_at))
        return [(row.purpose, row.withdrawn_at is not None) for row in rows]


def test_a_person_of_two_cooperatives_tells_his_two_diaries_apart(
    own_house: House, make_phone: MakePhone
) -> None:
    phone = make_phone(own_house)
    phone.open(None)
    phone.join(own_house.invite_fast(PERSON, "Nhà bà Lụa"))
    phone.begin("Phun thuốc")
    phone.save()
    with own_house.app():
        run_write(lambda session: add_organisation(session, "cooperative", "HTX Đoài", None, now_ms()).id)
    link = own_house.invite_fast(PERSON, "Ruộng bên Đoài", organisation="HTX Đoài")
    phone.page.goto("about:blank")
    phone.page.goto(phone.address + "/" + link[link.index("#") :])
    phone.tap("Đúng, bắt đầu ghi")
    phone.sees(phone.button("Ghi nhật ký"))
    phone.misses(phone.page.locator(".entry", has_text="Phun thuốc"))
    phone.go("cai-dat")
    phone.sees(phone.page.get_by_role("radio", name="HTX Đoài"))
    phone.tap(phone.page.locator("[role=radio]", has_text=PERSON).filter(has_not_text="HTX Đoài"))
    phone.go("")
    phone.sees(phone.page.locator(".entry", has_text="Phun thuốc"))
    phone.waits_for_sent()
    assert len({row["org"] for row in phone.stored("identities")}) == 2
