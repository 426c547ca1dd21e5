"""A phone is woken with nothing in the message; what the cooperative says finds its way there and back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from server.db import reading
from server.models.reminders import PushSubscription
from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import House, SoftHouse
from tests.journeys.phone import READ_TABLE, Phone
from tests.journeys.test_review import send
from tests.journeys.worker import push

# No push service is reached from here: the browser's part is played, everything above it is real.
PLAYED = """
Object.defineProperty(Notification, 'permission', { get: () => globalThis.played ?? 'default' });
Notification.requestPermission = async () => (globalThis.played = 'granted');
const address = 'https://fcm.googleapis.com/fcm/send/hanh-trinh';
PushManager.prototype.getSubscription = async () => null;
PushManager.prototype.subscribe = async () => ({ endpoint: address, unsubscribe: async () => true });
"""
SHOWN = """
navigator.serviceWorker.ready
  .then((one) => one.getNotifications())
  .then((all) => all.map((one) => `${one.title}: ${one.body}`))
"""


def subscribed(house: House) -> list[str]:
    """Return the addresses at which the house reminds phones."""
    with house.app(), reading() as session:
        return [row.endpoint for row in session.query(PushSubscription)]


def test_a_push_shows_one_sentence_and_brings_the_question_to_a_closed_app(
    soft: SoftHouse, make_phone: Callable[..., Phone], make_desk: Callable[[str], Desk], farm: str
) -> None:
    phone, desk = make_phone(soft), make_desk("reviewer")
    phone.open(None)
    phone.context.grant_permissions(["notifications"])
    phone.join(soft.invite_fast("Phạm Thị Lụa", farm))
    phone.begin("Thăm đồng")
    phone.save()
    send(phone)
    push(phone)  # somebody who has the book open before him is told nothing
    phone.home()
    assert phone.page.evaluate(SHOWN) == []

    phone.page.goto("about:blank")  # the app is closed; the browser lives on
    desk.join(soft.invite_fast("Chị Duyệt", None, "reviewer"))
    desk.go("/htx/duyet")
    desk.page.get_by_label("Lời khác").fill("Có thấy sâu không?")
    desk.page.get_by_role("button", name="Hỏi lại").click()
    expect(desk.page.get_by_role("link", name="Chờ hộ 1")).to_be_visible()
    push(phone)
    push(phone)

    other = phone.context.new_page()
    other.goto(phone.address + "/sw-version.json")  # a place of ours that is not the app
    told = ["Sổ Nhà Nông: Có việc mới trong sổ. Chạm để xem."]
    phone.until(lambda: other.evaluate(SHOWN) == told, "one sentence is shown, once")
    phone.until(
        lambda: any("Có thấy sâu không?" in str(row) for row in other.evaluate(READ_TABLE, "docs")),
        "what is new was fetched meanwhile",
    )
    other.close()
    phone.lose_signal()
    phone.page.goto(phone.address)
    phone.sees("HTX hỏi lại")
    phone.sees("Có thấy sâu không?")


def test_reminders_are_offered_after_the_first_question_and_switched_off_in_the_settings(
    soft: SoftHouse, make_phone: Callable[..., Phone], make_desk: Callable[[str], Desk], farm: str
) -> None:
    phone, desk = make_phone(soft), make_desk("reviewer")
    phone.open(None)
    phone.context.add_init_script(PLAYED)
    phone.join(soft.invite_fast("Phạm Thị Lụa", farm))
    phone.begin("Thăm đồng")
    phone.save()
    send(phone)
    desk.join(soft.invite_fast("Chị Duyệt", None, "reviewer"))
    desk.go("/htx/duyet")
    desk.page.get_by_label("Lời khác").fill("Có thấy sâu không?")
    desk.page.get_by_role("button", name="Hỏi lại").click()
    expect(desk.page.get_by_role("link", name="Chờ hộ 1")).to_be_visible()

    send(phone)
    phone.home()
    phone.tap("Trả lời")
    phone.sees("Có thấy sâu không?")
    phone.misses("Báo cho tôi")  # first the question
    phone.tap("Trả lời bằng lời")
    phone.page.locator("textarea").fill("Không có.")
    phone.tap("Trả lời HTX")
    phone.sees("Lần sau HTX hỏi, máy báo cho mình nhé?")
    phone.tap("Báo cho tôi")
    phone.sees("Máy sẽ báo khi có việc")
    phone.misses(phone.button("Báo cho tôi"))
    assert subscribed(soft) == ["https://fcm.googleapis.com/fcm/send/hanh-trinh"]

    phone.go("cai-dat")
    switch = phone.page.get_by_role("switch", name="Nhắc việc trên máy này")
    expect(switch).to_have_attribute("aria-checked", "true")
    phone.tap(switch)
    phone.sees("Đã thôi nhắc trên máy này")
    expect(switch).to_have_attribute("aria-checked", "false")
    assert subscribed(soft) == []


def test_a_message_of_the_cooperative_is_read_answered_and_brings_the_entry_back(
    soft: SoftHouse, make_phone: Callable[..., Phone], make_desk: Callable[[str], Desk], farm: str
) -> None:
    phone, desk = make_phone(soft), make_desk("reviewer")
    phone.open(None)
    phone.join(soft.invite_fast("Phạm Thị Lụa", farm))
    phone.begin("Thăm đồng")
    phone.save()
    send(phone)
    desk.join(soft.invite_fast("Chị Duyệt", None, "reviewer"))
    desk.go("/htx/duyet")
    write = desk.page.get_by_label("Nhắn cho Phạm Thị Lụa")
    write.fill("Lần sau chụp thêm ảnh. dha")  # letters that are keys of the page are only letters here
    write.press("d")
    desk.page.get_by_role("button", name="Gửi lời nhắn").click()
    desk.sees("“Lần sau chụp thêm ảnh. dhad”")
    desk.page.keyboard.press("d")
    expect(desk.page.get_by_role("link", name="Đã duyệt 1")).to_be_visible()

    send(phone)
    phone.home()
    phone.sees("HTX nhắn")
    phone.tap(phone.page.get_by_role("region", name="HTX nhắn").get_by_role("button", name="Xem"))
    phone.sees("Đã đọc")
    phone.tap("Trả lời")
    phone.page.locator("textarea").fill("Chụp mấy ảnh thì đủ ạ?")
    phone.tap("Trả lời HTX")
    phone.sees("“Chụp mấy ảnh thì đủ ạ?”")
    phone.home()
    phone.misses("HTX nhắn")
    send(phone)

    desk.go("/htx/duyet")
    desk.sees("Hộ nhắn thêm")
    desk.sees("“Chụp mấy ảnh thì đủ ạ?”")
    assert desk.is_sound(SHOTS, "inbox-talk") == []
    desk.page.get_by_role("button", name="Đã xem, không cần nhắn").click()
    expect(desk.page.get_by_role("link", name="Đã duyệt 1")).to_be_visible()
