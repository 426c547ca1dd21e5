"""The page of what was asked from the field: settled, looked at for duplicates, declined."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db import reading, run_write
from server.models.people import Farm, Membership, Person, Request
from sync.values import write_text
from tests.server.consoles import fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.phones import Phone, enrolled, start
from tests.server.test_requests import asked, new_id, results, send


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console, a server that is set up."""
    fake_build(app, tmp_path / "dist")
    start()


@pytest.fixture
def waiting(client: FlaskClient) -> Phone:
    """Give the phone of a team member whom nobody has confirmed yet: what it asks for waits."""
    return enrolled(client, "Phạm Văn Tổ", None, "helper", kind="phone", confirm=True)


def test_a_settled_request_makes_its_row_and_leaves_the_page(app: Flask, waiting: Phone) -> None:
    office = Office(app)
    assert results(send(waiting, asked(1, "farm", name="Hộ ông Đạt"))) == ["waiting"]
    page = office.text("/htx/xin")
    assert "Hộ mới: Hộ ông Đạt" in page
    assert "Phạm Văn Tổ" in page
    assert office.done(f"/htx/xin/{new_id(1)}/nhan") == "/htx/xin"
    assert results(send(waiting, asked(1, "farm", name="Hộ ông Đạt"))) == ["settled"]
    assert "Hộ ông Đạt" not in office.text("/htx/xin")
    assert office.fill(f"/htx/xin/{new_id(1)}/nhan").status_code == 404


def test_a_person_who_is_here_already_is_asked_about_and_taken_as_the_same(
    app: Flask, waiting: Phone
) -> None:
    office = Office(app)
    place = office.done("/htx/nguoi/them", ten="Vũ Văn Đạt", so="+84 912 345 678", vai="clerk")
    known = place.rpartition("/")[2]
    assert results(send(waiting, asked(2, "person", name="Đạt", phone="0912345678"))) == ["waiting"]
    path = f"/htx/xin/{new_id(2)}/nhan"
    office.refused(path, "đã có người giống thế")
    page = office.text("/htx/xin")
    assert f'name="la" value="{known}"' in page
    office.done(path, la=known)
    with reading() as session:
        made = session.get(Person, new_id(2))
        assert made is not None
        assert (made.merged_into, made.phone) == (known, None)
    [told] = send(waiting, asked(2, "person", name="Đạt", phone="0912345678")).get_json()["results"]
    assert (told["result"], told["row"]) == ("settled", {"id": known, "name": "Vũ Văn Đạt"})
    assert office.text("/htx/nguoi").count("Vũ Văn Đạt") == 1


def test_somebody_else_of_the_same_name_is_taken_when_insisted_on(app: Flask, waiting: Phone) -> None:
    office = Office(app)
    office.done("/htx/nguoi/them", ten="Vũ Văn Đạt", vai="clerk")
    send(waiting, asked(2, "person", name="Vũ Văn Đạt"))
    office.done(f"/htx/xin/{new_id(2)}/nhan", chac="1")
    with reading() as session:
        assert session.query(Person).filter_by(name="Vũ Văn Đạt").count() == 2


def test_what_a_request_speaks_of_is_settled_with_it(app: Flask, waiting: Phone) -> None:
    office = Office(app)
    send(waiting, asked(1, "farm", name="Hộ ông Đạt"), asked(2, "person", name="Vũ Văn Đạt"))
    with reading() as session:
        organisation = session.query(Request).first().organisation  # type: ignore[union-attr]
    _keep(organisation, waiting)
    page = office.text("/htx/xin")
    assert "Nhận yêu cầu này thì nhận luôn: người mới, hộ mới." in page
    office.done(f"/htx/xin/{new_id(3)}/nhan")
    with reading() as session:
        [member] = session.query(Membership).filter_by(farm=new_id(1))
        assert (member.person, member.role) == (new_id(2), "owner")
        assert session.get(Farm, new_id(1)) is not None
    assert "Không có gì chờ" in office.text("/htx/xin")


def _keep(organisation: str, phone: Phone) -> None:
    """Keep a membership that waits for farm and person, as a phone's outbox sends it behind them."""
    values = write_text({"farm": new_id(1), "person": new_id(2), "role": "owner"})
    run_write(
        lambda session: session.add(
            Request(
                id=new_id(3), organisation=organisation, kind="membership", made_at=1, values=values,
                membership=phone.shown["by"], device=phone.key.device, received_at=9**15, result="waiting",
            )
        )
    )  # fmt: skip


def test_a_request_is_declined_with_a_reason_that_the_asker_reads(app: Flask, waiting: Phone) -> None:
    office = Office(app)
    send(waiting, asked(1, "farm", name="Hộ ông Đạt"))
    path = f"/htx/xin/{new_id(1)}/tu-choi"
    office.refused(path, "Chưa ghi lý do", loi="  ")
    office.done(path, loi="Hộ này ở xã khác")
    [told] = send(waiting, asked(1, "farm", name="Hộ ông Đạt")).get_json()["results"]
    assert (told["result"], told["reason"]) == ("declined", "Hộ này ở xã khác")


def test_case_069_another_cooperatives_request_is_missing(app: Flask, waiting: Phone) -> None:
    there = other_cooperative()
    send(waiting, asked(1, "farm", name="Hộ kín"))
    foreign = Office(app, "Phạm Thị Liên", organisation=there)
    assert "kín" not in foreign.text("/htx/xin")
    for path in (f"/htx/xin/{new_id(1)}/nhan", f"/htx/xin/{new_id(1)}/tu-choi"):
        assert foreign.fill(path, loi="Không").status_code == 404
    assert results(send(waiting, asked(1, "farm", name="Hộ kín"))) == ["waiting"]


def test_only_the_commune_decides_which_organisations_there_are(app: Flask, waiting: Phone) -> None:
    office = Office(app)
    assert results(send(waiting, asked(4, "organisation", name="HTX Mới"))) == ["waiting"]
    assert "HTX Mới" not in office.text("/htx/xin")
    assert office.fill(f"/htx/xin/{new_id(4)}/nhan").status_code == 404
    commune = Office(app, "Đỗ Quang Huy", "administrator", organisation="Xã Kiến Thụy")
    assert "HTX Mới" in commune.text("/htx/xin")
    commune.done(f"/htx/xin/{new_id(4)}/nhan")
    assert results(send(waiting, asked(4, "organisation", name="HTX Mới"))) == ["settled"]
