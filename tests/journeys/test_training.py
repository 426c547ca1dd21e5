"""A training in a dead spot: thirty people scanned on two phones, none twice; practising leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.models.training import Training
from server.services.enrolling_rows import find_or_add_member
from server.services.folding import make_folded
from server.services.setup import new_id
from server.store import log, people, trainings
from sync.attendance import Attendee, make_attendee_code
from sync.civil import ms_to_date
from tests.journeys.helping import film_of, join_helper, read_code, sync_now
from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone

PEOPLE = 30
TOPIC = "Giữ máy an toàn, tránh lừa đảo"
HOA = "Trần Thị Hoa"
MakePhone = Callable[..., Phone]


def plan(house: House) -> str:
    """Plan a session of the commune today; return its id."""

    def work(session: Session) -> str:
        commune = people.organisations(session)[0].id
        uuid = new_id(now_ms())
        row = Training(
            id=uuid, organisation=commune, kind="digital", topic=TOPIC, held_by="farmers_union", team=None,
            village=None, place="Nhà văn hóa", happened_on=ms_to_date(now_ms()), starts_at="08:00",
            ends_at="10:00", state="planned", plan_count=PEOPLE, note="", changed_by=None,
            changed_at=now_ms(),
        )  # fmt: skip
        session.add(row)
        return uuid

    with house.app():
        return run_write(work)


def attendees(house: House, count: int) -> list[str]:
    """Enrol households without a phone at hand; return the codes that their phones would show."""

    def work(session: Session) -> Iterator[str]:
        origin = log.origin(session)
        for number in range(count):
            member = find_or_add_member(
                session, organisation=None, person=f"Người {number}", farm=f"Hộ học {number}", village=None,
                role="owner", now=now_ms(),
            )  # fmt: skip
            assert member.farm is not None
            yield make_attendee_code(origin, Attendee("farm", member.farm, member.id))

    with house.app():
        return run_write(lambda session: list(work(session)))


def came(house: House, training: str) -> trainings.Came:
    """Return who came, as the console counts it."""
    with house.app():
        with reading() as session:
            organisations = trainings.commune_of(session, people.organisations(session)[0].id)
        make_folded(trainings.scopes_of(organisations))
        with reading() as session:
            rows = trainings.attendances_of(session, trainings.scopes_of(organisations), [training])
            farms = {f"farm:{one.id}" for one in trainings.farms_of(session, organisations)}
            return trainings.came(rows, farms, organisations)


def scan(phone: Phone) -> None:
    """Go to today's session without coverage and open the scanner."""
    phone.waits_for_program()
    sync_now(phone)
    phone.lose_signal()
    phone.go("diem-danh")
    phone.tap(phone.page.get_by_role("link", name=TOPIC))
    phone.tap("Mở máy quét")


def test_thirty_people_are_scanned_without_coverage_on_two_phones_and_counted_once(
    own_house: House, make_phone: MakePhone, tmp_path: Path
) -> None:
    training = plan(own_house)
    farmer = make_phone(own_house, "farmer")
    farmer.open(None)
    farmer.join(own_house.invite_fast("Phạm Thị Lụa", "Nhà Lụa"))
    farmer.waits_for_program()
    farmer.lose_signal()
    farmer.go("ma-diem-danh")
    farmer.sees("Trong mã không có tên")
    codes = [read_code(farmer), *attendees(own_house, PEOPLE - 1)]
    shared = codes[12:18]  # shown to both phones
    strange = f"{own_house.address}/#i=019a0000-0000-7000-8000-000000000003.AAAAAAAAAAAAAAAAAAAAAA"
    films = {"mai": [strange, *codes[:18]], "hoa": codes[12:]}
    phones = {}
    for name, person in (("mai", "Nguyễn Thị Mai"), ("hoa", HOA)):
        phones[name] = phone = make_phone(own_house, name)
        film = film_of(films[name], tmp_path / f"{name}.y4m", 2)
        phone.flags.append(f"--use-file-for-fake-video-capture={film}")
        join_helper(own_house, phone, person)
        scan(phone)
    for phone in phones.values():
        phone.page.get_by_text("18 người đã đến").wait_for(timeout=60_000)
    for phone in phones.values():
        phone.tap("Dừng quét")
        phone.find_signal()
        phone.sees("Đã gửi hết")
    found = came(own_house, training)
    assert (len(found.households), found.people, found.others) == (PEOPLE, PEOPLE, 0)
    assert len(shared) == 6
    sync_now(phones["mai"])
    phones["mai"].sees(f"{PEOPLE} người đã đến")


def test_practising_leaves_no_trace_on_the_phone_or_the_server(
    house: House, make_phone: MakePhone, farm: str
) -> None:
    phone = make_phone(house)
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.waits_for_sent()
    asked: list[str] = []
    before: list[Any] = [phone.stored("ops"), phone.stored("outbox"), len(ops_of(house))]
    phone.go("tap-ghi")
    phone.tap("Bắt đầu tập")
    phone.sees("ĐANG TẬP GHI THỬ")
    phone.page.on("request", lambda one: asked.append(one.url) if "/api/" in one.url else None)
    phone.sees("Lúa")
    phone.begin("Làm cỏ")
    phone.sees("ĐANG TẬP GHI THỬ")
    phone.save()
    phone.go("nhat-ky")
    phone.sees(phone.page.locator(".entry"))
    phone.sees("ĐANG TẬP GHI THỬ")
    phone.tap("Thoát")
    phone.misses("ĐANG TẬP GHI THỬ")
    phone.sees(phone.button("Ghi nhật ký"))
    assert [one for one in asked if "/sync" in one] == []
    assert [phone.stored("ops"), phone.stored("outbox"), len(ops_of(house))] == before
    names = "() => indexedDB.databases().then((all) => all.length)"
    phone.until(lambda: phone.page.evaluate(names) == 1, "one database")
