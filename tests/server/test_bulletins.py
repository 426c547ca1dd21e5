"""Bulletins and prices from the form to the phones they are for; reads and proposals on the way back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.config import system_clock
from server.db import reading, run_write
from server.models.bulletins import Proposal
from server.models.people import Farm, Membership, Request, Village
from server.pages.console_show import money_text
from server.services import person_export
from server.services.setup import load_products
from server.services.told_back import SPOKEN_PER_DAY
from server.store import bulletins as rows
from server.store.people import blank_person
from sync.civil import add_days, ms_to_date
from sync.ids import b64_encode
from sync.limits import PROPOSAL_VOICE_BYTES_MAX
from tests.server.consoles import Browser, fake_build
from tests.server.desks import Office
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import OURS, start
from tests.server.test_consents import ask

COMMUNE = "Xã Kiến Thụy"
TODAY = ms_to_date(system_clock())


def shown(day: str) -> str:
    year, month, date = day.split("-")
    return f"{date}/{month}/{year}"


class Commune:
    """An officer, and a household of the cooperative below the commune."""

    def __init__(self, app: Flask) -> None:
        start()
        load_products()
        self.app = app
        self.officer = Office(app, "Chị Cán bộ", "officer", organisation=COMMUNE)
        self.home = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")

    def write(self, of: Office | None = None, *, is_told: bool = True, **said: Any) -> str:
        """Write a bulletin and publish it; return its id."""
        office = of or self.officer
        form = {
            "kind": "pest", "title": "Rầy nâu", "text": "Thăm ruộng mỗi sáng.", "starts_on": shown(TODAY),
            "ends_on": shown(add_days(TODAY, 5)),
        }  # fmt: skip
        place = office.done("/htx/ban-tin/viet", **(form | said))
        if is_told:
            office.done(f"{place}/dang")
        return place.rpartition("/")[2]

    def told(self, of: Diary | None = None) -> list[str]:
        """Return the titles that a household's phone gets."""
        return [one["title"] for one in self.snapshot(of)["bulletins"]]

    def snapshot(self, of: Diary | None = None) -> Any:
        """Return all that it is told."""
        phone = (of or self.home).phone
        answer = phone.client.get("/api/v1/bulletins", headers=phone.headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()


@pytest.fixture
def commune(app: Flask, tmp_path: Path) -> Commune:
    fake_build(app, tmp_path)
    return Commune(app)


def test_a_bulletin_reaches_phones_when_it_is_published_and_goes_when_it_is_taken_back(
    commune: Commune,
) -> None:
    uuid = commune.write(is_told=False)
    assert commune.told() == []
    commune.officer.done(f"/htx/ban-tin/{uuid}/dang")
    [told] = commune.snapshot()["bulletins"]
    assert (told["title"], told["text"], told["by"]) == ("Rầy nâu", "Thăm ruộng mỗi sáng.", COMMUNE)
    commune.officer.refused(f"/htx/ban-tin/{uuid}", "Rút lại trước", kind="pest", title="Khác", text="Khác",
                            starts_on=shown(TODAY), ends_on=shown(TODAY))  # fmt: skip
    commune.officer.done(f"/htx/ban-tin/{uuid}/rut")
    assert commune.told() == []


def test_what_is_over_is_told_to_nobody_and_what_begins_soon_comes_beforehand(commune: Commune) -> None:
    commune.write(title="Tuần tới", starts_on=shown(add_days(TODAY, 9)), ends_on=shown(add_days(TODAY, 12)))
    commune.write(title="Sang năm", starts_on=shown(add_days(TODAY, 60)), ends_on=shown(add_days(TODAY, 70)))
    assert commune.told() == ["Tuần tới"]
    place = commune.officer.done(
        "/htx/ban-tin/viet", kind="notice", title="Cũ", text="Cũ",
        starts_on=shown(add_days(TODAY, -9)), ends_on=shown(add_days(TODAY, -1)),
    )  # fmt: skip
    commune.officer.refused(f"{place}/dang", "Ngày hết hạn đã qua")


def test_a_bulletin_is_for_its_villages_crops_and_roles_and_for_those_below_its_organisation(
    app: Flask, commune: Commune
) -> None:
    with reading() as session:
        villages = [one.id for one in session.scalars(select(Village).order_by(Village.name))][:2]

    def settle(session: Any) -> None:
        session.get_one(Farm, commune.home.farm).village = villages[0]

    run_write(settle)
    commune.home.season("Lúa", commune.home.plot("Đồng"), product="rice")
    for title, aims in (
        ("Thôn này", {"villages": villages[:1]}),
        ("Thôn khác", {"villages": villages[1:]}),
        ("Lúa", {"crops": ["rice"]}),
        ("Lợn", {"crops": ["pig"]}),
        ("Lúa ở thôn này", {"villages": villages[:1], "crops": ["rice", "pig"]}),
        ("Nông hộ", {"roles": ["household"]}),
        ("Cán bộ", {"roles": ["staff", "helper"]}),
    ):
        commune.write(title=title, **aims)
    manager = Office(app)
    commune.write(manager, title="Của hợp tác xã")
    assert sorted(commune.told()) == ["Của hợp tác xã", "Lúa", "Lúa ở thôn này", "Nông hộ", "Thôn này"]
    staff = commune.officer.phone.client.get("/api/v1/bulletins", headers=commune.officer.phone.headers)
    titles = {one["title"] for one in staff.get_json()["bulletins"]}
    assert "Cán bộ" in titles
    assert "Của hợp tác xã" not in titles


def test_reads_come_back_are_counted_once_and_name_nobody_on_the_page(commune: Commune) -> None:
    uuid = commune.write()
    page = f"/htx/ban-tin/{uuid}"
    assert "0 người" in commune.officer.text(page)
    for number in (1, 2):
        assert ask(commune.home.phone, number, "bulletins_read", **{uuid: 5, new_uuid(): 6}) == "settled"
    text = commune.officer.text(page)
    assert "1 người" in text
    assert "Lụa" not in text
    assert ask(commune.home.phone, 3, "bulletins_read", nothing=1) == "refused"
    with reading() as session:
        assert rows.read_counts(session, [uuid]) == {uuid: 1}


def test_an_unchanged_snapshot_is_not_sent_again(commune: Commune) -> None:
    phone = commune.home.phone
    first = phone.client.get("/api/v1/bulletins", headers=phone.headers)
    again = {"If-None-Match": first.headers["ETag"]}
    assert phone.client.get("/api/v1/bulletins", headers=phone.headers | again).status_code == 304
    commune.write()
    assert phone.client.get("/api/v1/bulletins", headers=phone.headers | again).status_code == 200


EVIL = "<script>alert(1)</script> **đậm** [x](javascript:alert(1)) \u202eđảo\u202c ẩ\u200bn\ufeff"


def test_a_text_is_text_whatever_it_looks_like_and_nothing_invisible_is_kept(commune: Commune) -> None:
    uuid = commune.write(title=EVIL, text=f"Dòng một\r\n\r\n\r\n{EVIL}\x07")
    [told] = commune.snapshot()["bulletins"]
    plain = "<script>alert(1)</script> **đậm** [x](javascript:alert(1)) đảo ẩn"
    assert (told["title"], told["text"]) == (plain, f"Dòng một\n\n{plain}")
    source = commune.officer.get(f"/htx/ban-tin/{uuid}").get_data(as_text=True)
    assert "<script>alert" not in source
    assert "&lt;script&gt;alert(1)" in source
    assert not re.search(r"href=\"javascript", source)
    commune.officer.refused("/htx/ban-tin/viet", "3000", kind="notice", title="Dài", text="x" * 3001,
                            starts_on=shown(TODAY), ends_on=shown(TODAY))  # fmt: skip


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"title": " \u200b "}, "Ghi cả tiêu đề"),
        ({"text": ""}, "Ghi cả tiêu đề"),
        ({"ends_on": "31/2/2026"}, "Ngày"),
        ({"ends_on": "1/1/2020"}, "Ngày hết phải sau"),
    ],
)
def test_a_bulletin_that_lacks_something_is_not_kept(
    commune: Commune, said: dict[str, str], sentence: str
) -> None:
    form = {
        "kind": "notice",
        "title": "Tin",
        "text": "Tin",
        "starts_on": shown(TODAY),
        "ends_on": shown(TODAY),
    }
    commune.officer.refused("/htx/ban-tin/viet", sentence, **(form | said))
    assert "Chưa có bản tin" in commune.officer.text("/htx/ban-tin")


def test_a_price_has_its_history_and_the_newest_word_of_a_day_stands(commune: Commune) -> None:
    def keep(day: str, low: str, high: str = "") -> None:
        commune.officer.done("/htx/ban-tin/gia/ghi", product="tomato", market="Chợ Núi Đối", day=shown(day),
                             low=low, high=high, unit="kg", source="Hỏi ở chợ")  # fmt: skip

    keep(add_days(TODAY, -2), "18.000", "20.000")
    keep(TODAY, "99.000")
    keep(TODAY, "22.000", "25.000")
    [line] = commune.snapshot()["prices"]
    assert (line["product"], line["market"], line["unit"]) == ("tomato", "Chợ Núi Đối", "kg")
    assert line["days"] == [[add_days(TODAY, -2), 18000, 20000], [TODAY, 22000, 25000]]
    text = commune.officer.text("/htx/ban-tin/gia")
    assert "22.000–25.000 đ" in text
    assert "<polyline" in text
    assert "lên 4.500 đ" in text
    for low, high in (("-5", ""), ("abc", ""), ("30.000", "20.000"), ("999.999.999.999", "")):
        commune.officer.refused("/htx/ban-tin/gia/ghi", "Giá là số đồng", product="tomato", market="Chợ",
                                day=shown(TODAY), low=low, high=high, unit="kg")  # fmt: skip
    assert money_text(5, 5) == "5 đ"
    assert money_text(24_000, 26_000, "en") == "24,000–26,000 đ"


def test_a_reviewer_reads_bulletins_and_writes_none(app: Flask, commune: Commune) -> None:
    reviewer = Browser(app, "Người duyệt", "reviewer")
    assert "/htx/ban-tin/viet" not in reviewer.text("/htx/ban-tin")
    form = {
        "kind": "notice",
        "title": "Tin",
        "text": "Tin",
        "starts_on": shown(TODAY),
        "ends_on": shown(TODAY),
    }
    assert reviewer.client.post("/htx/ban-tin/viet", data=form, headers=OURS).status_code == 404


def test_a_proposal_is_answered_on_the_page_and_the_answer_comes_to_the_phone(commune: Commune) -> None:
    text = "Xin mở đường <b>ra đồng</b>\nThôn Đông"
    assert ask(commune.home.phone, 7, "proposal", text=text) == "settled"
    assert ask(commune.home.phone, 8, "proposal", text="\u200b") == "refused"
    assert ask(commune.home.phone, 9, "proposal", text="x" * 2001) == "refused"
    page = commune.officer.text("/htx/hien-ke")
    assert "Phạm Thị Lụa" in page
    assert "ra đồng" in page
    with reading() as session:
        uuid = session.scalars(select(Proposal.id)).one()
    commune.officer.refused(f"/htx/hien-ke/{uuid}", "Ghi câu trả lời", state="answered", answer=" ")
    commune.officer.done(f"/htx/hien-ke/{uuid}", state="answered", answer="Xã đưa vào kế hoạch quý I.")
    [told] = commune.snapshot()["proposals"]
    assert (told["text"], told["state"]) == (text, "answered")
    assert told["answer"] == "Xã đưa vào kế hoạch quý I."
    other = diary_of(commune.app.test_client(), "Ngô Văn Thịnh", "Nhà Thịnh")
    assert commune.snapshot(other)["proposals"] == []


WEBM = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 40


def test_a_proposal_is_spoken_on_the_phone_and_heard_on_the_page(commune: Commune) -> None:
    said = {"voice": b64_encode(WEBM), "voice_seconds": 12}
    assert ask(commune.home.phone, 1, "proposal", **said) == "settled"
    assert ask(commune.home.phone, 1, "proposal", **said) == "settled", "asked again, it is the same one"
    for wrong in (
        {"voice": b64_encode(b"<svg>" + WEBM), "voice_seconds": 12},
        {"voice": b64_encode(WEBM), "voice_seconds": 61},
        {"voice": b64_encode(WEBM)},
        {"voice": "?", "voice_seconds": 12},
        {"voice": b64_encode(WEBM[:4] + bytes(PROPOSAL_VOICE_BYTES_MAX)), "voice_seconds": 60},
        {"voice": b64_encode(WEBM), "voice_seconds": 12, "text": 7},
    ):
        assert ask(commune.home.phone, 2, "proposal", **wrong) == "refused", list(wrong)
    with reading() as session:
        [uuid] = session.scalars(select(Proposal.id)).all()
        assert all("voice" not in one for one in session.scalars(select(Request.values)))
    address = f"/htx/hien-ke/{uuid}/loi-noi"
    assert f'<audio controls preload="none" src="{address}"' in commune.officer.text("/htx/hien-ke")
    heard = commune.officer.client.get(address)
    assert (heard.data, heard.content_type) == (WEBM, "audio/webm")
    assert heard.headers["X-Content-Type-Options"] == "nosniff"
    manager = Browser(commune.app, "Anh Kha", "manager")
    assert manager.client.get(address).status_code == 404
    assert [(one["text"], one["voice_seconds"]) for one in commune.snapshot()["proposals"]] == [("", 12)]
    with reading() as session:
        member = session.get_one(Membership, commune.home.phone.shown["by"])
        [mine] = person_export._profile(session, member.person, [member.id])["proposals"]  # type: ignore[attr-defined]
    assert mine["voice"] == b64_encode(WEBM)
    run_write(lambda session: blank_person(session, member.organisation, member.person, 9))
    assert commune.officer.client.get(address).status_code == 404
    assert "<audio" not in commune.officer.text("/htx/hien-ke")


def test_a_phone_speaks_only_so_often_a_day_and_goes_on_in_words(commune: Commune) -> None:
    """Sound lies in the database, in every backup and in the person's file: no phone fills them."""
    said = {"voice": b64_encode(WEBM), "voice_seconds": 12}
    results = [ask(commune.home.phone, n, "proposal", **said) for n in range(1, SPOKEN_PER_DAY + 2)]
    assert results == ["settled"] * SPOKEN_PER_DAY + ["declined"]
    assert ask(commune.home.phone, 1, "proposal", **said) == "settled", "what was taken stays so"
    assert ask(commune.home.phone, 99, "proposal", text="Xin mở đường ra đồng") == "settled"


def test_what_a_person_proposed_and_read_is_in_the_own_file_and_goes_with_an_erasure(
    commune: Commune,
) -> None:
    uuid = commune.write()
    assert ask(commune.home.phone, 1, "bulletins_read", **{uuid: 5}) == "settled"
    assert ask(commune.home.phone, 2, "proposal", text="Xin mở đường ra đồng") == "settled"
    with reading() as session:
        member = session.get_one(Membership, commune.home.phone.shown["by"])
        profile = person_export._profile(session, member.person, [member.id])
    assert [one["text"] for one in profile["proposals"]] == ["Xin mở đường ra đồng"]  # type: ignore[attr-defined]
    assert [one["bulletin"] for one in profile["bulletins_read"]] == [uuid]  # type: ignore[attr-defined]
    run_write(lambda session: blank_person(session, member.organisation, member.person, 9))
    with reading() as session:
        assert session.scalars(select(Proposal.text)).all() == [""]
        assert rows.read_counts(session, [uuid]) == {}
        kept = session.scalars(select(Request.values).where(Request.kind == "proposal")).all()
    assert "đường" not in "".join(kept)
