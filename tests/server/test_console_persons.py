"""The console's pages of persons: who is listed, what a manager changes, what nobody may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import reading
from server.models.people import Help, HelperVillage, Membership, Person
from server.store import people
from sync.rights import STAFF, actors
from tests.server.consoles import OURS, fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.diaries import Diary, diary_of
from tests.server.phones import enrolled, invite_to, start

DAY_MS = 86_400_000
LAST_MS = 4_102_419_600_000  # 31 December 2099 is over in Vietnam


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """A farmer's phone in the first cooperative."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def row(kind: Any, name: str) -> Any:
    """Return the one row of a table whose person has a name."""
    with reading() as session:
        rows = [one for one in session.query(kind) if getattr(one, "name", "") == name]
        assert len(rows) == 1, (kind, name, len(rows))
        return rows[0]


def roles_of(person: str) -> list[tuple[str, bool]]:
    """Return the roles of a person, each with whether it holds."""
    with reading() as session:
        rows = people.memberships_in(session, person)
        return sorted((one.role, one.valid_until is None or one.valid_until > now_ms()) for one in rows)


def test_the_list_shows_who_belongs_here_and_finds_without_tones_and_by_number(
    app: Flask, lua: Diary
) -> None:
    office = Office(app)
    office.done("/htx/nguoi/them", ten="Đặng Thị Bưởi", so="0912 345 678", vai="clerk")
    page = office.text("/htx/nguoi")
    for shown in ("Phạm Thị Lụa", "chủ hộ", "Đặng Thị Bưởi", "0912345678", "Chưa có máy", "Đang dùng máy"):
        assert shown in page, shown
    assert "Người vận hành" not in page
    for words in ("dang thi buoi", "345678", "+84912345"):
        answer = office.fill("/htx/nguoi/tim", loi=words)
        assert answer.headers["Location"] == "/htx/nguoi"  # a name stands in no address
        found = office.text("/htx/nguoi")
        assert ("Đặng Thị Bưởi" in found, "Phạm Thị Lụa" in found) == (True, False), words
    office.fill("/htx/nguoi/tim")
    for query, shown in (("vai=owner", True), ("may=none", False), (f"ho={lua.farm}", True)):
        assert ("Phạm Thị Lụa" in office.text(f"/htx/nguoi?{query}")) is shown, query


def test_a_large_cooperative_is_shown_in_pages(app: Flask, lua: Diary) -> None:
    office = Office(app)
    with app.app_context():
        for number in range(60):
            invite_to(f"Người {number:02}", None, "clerk")
    first, second = office.text("/htx/nguoi"), office.text("/htx/nguoi?trang=2")
    assert first.count('scope="row"') == 50
    assert "Trang 1 / 2" in first
    assert first.count('scope="row"') + second.count('scope="row"') == 63
    assert office.text("/htx/nguoi?trang=999999").count('scope="row"') == 13


def test_a_new_member_of_staff_has_the_role_until_the_day_and_is_invited_on_the_page(
    app: Flask, lua: Diary
) -> None:
    office = Office(app)
    place = office.done("/htx/nguoi/them", ten="  Vũ   Thị Lan ", so="", vai="auditor", den="31/12/2099")
    person = row(Person, "Vũ Thị Lan")
    assert place == f"/htx/nguoi/{person.id}"
    with reading() as session:
        [membership] = people.memberships_in(session, person.id)
    assert membership.valid_until == LAST_MS
    page = office.text(place)
    assert f'data-membership="{membership.id}" data-name="Vũ Thị Lan" data-kind="browser"' in page
    assert "đến hết 31/12/2099" in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"ten": " \u200b ", "vai": "clerk"}, "Chưa có tên"),
        ({"ten": "Lan", "vai": "clerk", "so": "không có"}, "Số điện thoại chưa đúng"),
        ({"ten": "Lan", "vai": "auditor"}, "phải có ngày hết hạn"),
        ({"ten": "Lan", "vai": "clerk", "den": "32/1/2027"}, "Ngày ghi chưa đúng"),
        ({"ten": "Lan", "vai": "clerk", "den": "1/1/2020"}, "Ngày đó đã qua"),
        ({"ten": "Lan", "vai": "administrator"}, "Không giao được vai trò này"),
        ({"ten": "Lan", "vai": "owner"}, "Không giao được vai trò này"),
        ({"ten": "L" * 201, "vai": "clerk"}, "Dài quá"),
        ({"ten": "Lan", "vai": "clerk", "thon": "019a0000-0000-7000-8000-00000000ffff"}, "Không có thôn đó"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_and_kept_on_the_page(
    app: Flask, lua: Diary, data: dict[str, str], sentence: str
) -> None:
    office = Office(app)
    office.refused("/htx/nguoi/them", sentence, **data)
    with reading() as session:
        assert session.query(Person).filter(Person.name.like("L%")).count() == 0


def test_somebody_like_one_who_is_here_is_added_only_when_insisted_on(app: Flask, lua: Diary) -> None:
    office = Office(app)
    office.refused("/htx/nguoi/them", "Có thể đã có người này", ten="PHẠM THỊ LỤA", vai="clerk")
    assert office.done("/htx/nguoi/them", ten="Phạm Thị Lụa", vai="clerk", chac="1")
    with reading() as session:
        assert session.query(Person).filter(Person.name == "Phạm Thị Lụa").count() == 2


def test_case_103_a_name_is_text_wherever_it_shows(app: Flask, lua: Diary) -> None:
    office = Office(app)
    name = "<img src=x onerror=alert(1)>\"'{{7*7}}"
    place = office.done("/htx/nguoi/them", ten=name, vai="clerk")
    for path in (place, "/htx/nguoi"):
        raw = office.get(path).get_data(as_text=True)
        assert "<img src=x" not in raw
        assert "&lt;img src=x" in raw
        assert "{{7*7}}" in raw


def test_a_role_takes_the_place_of_the_one_before_and_ends(app: Flask, lua: Diary) -> None:
    office = Office(app)
    place = office.done("/htx/nguoi/them", ten="Vũ Thị Lan", vai="clerk")
    office.done(f"{place}/vai", vai="reviewer")
    person = place.rpartition("/")[2]
    assert roles_of(person) == [("reviewer", True)]
    office.done(f"{place}/ket-thuc", vai=office.membership(person))
    assert roles_of(person) == [("reviewer", False)]
    office.done(f"{place}/vai", vai="helper")  # who comes back is the same member
    assert roles_of(person) == [("helper", True)]


def test_what_ends_ends_at_once_for_the_devices_too(app: Flask, lua: Diary) -> None:
    office = Office(app)
    reviewer = Office(app, "Nguyễn Thị Phương", "reviewer")
    assert reviewer.get("/htx/").status_code == 200
    person = office.person("Nguyễn Thị Phương")
    office.done(f"/htx/nguoi/{person}/ket-thuc", vai=office.membership(person))
    assert reviewer.get("/htx/").status_code == 404
    lua_row = office.person("Phạm Thị Lụa")
    office.done(f"/htx/nguoi/{lua_row}/ket-thuc", vai=office.membership(lua_row))
    entry = lua.op(
        "entry:019a0000-0000-7000-8000-0000000000ee", {"form": "CT-12", "happened_on": "2026-11-08"}
    )
    assert lua.send(entry)[0] == {"result": "held", "problem": "no_right"}


def test_nobody_changes_the_own_role_or_one_above(app: Flask, lua: Diary) -> None:
    office = Office(app)
    with app.app_context():
        invite_to("Đỗ Quang Huy", None, "administrator")
    mine = row(Person, "Trần Văn Cường").id
    with reading() as session:
        [own] = people.memberships_in(session, mine)
        [above] = session.query(Membership).filter_by(role="administrator", organisation=own.organisation)
    office.refused(f"/htx/nguoi/{mine}/vai", "Không tự đổi được vai trò", vai="clerk")
    office.refused(f"/htx/nguoi/{mine}/ket-thuc", "Không tự đổi được vai trò", vai=own.id)
    office.refused(f"/htx/nguoi/{above.person}/ket-thuc", "cao hơn quyền của bạn", vai=above.id)
    office.refused(f"/htx/nguoi/{above.person}/vai", "cao hơn quyền của bạn", vai="clerk")


def test_a_right_to_help_is_given_for_a_household_and_ends_by_itself(app: Flask, lua: Diary) -> None:
    office = Office(app)
    helper = enrolled(app.test_client(), "Nguyễn Thị Mai", None, "helper")
    person = office.person("Nguyễn Thị Mai")
    membership = office.membership(person)
    place = f"/htx/nguoi/{person}"
    office.refused(f"{place}/giup", "Không có hộ mang mã đó", vai=membership, ho="H999")
    office.done(f"{place}/giup", vai=membership, ho="H001 Nhà Lụa")
    with reading() as session:
        [given] = session.query(Help)
    assert abs(given.valid_until - now_ms() - 90 * DAY_MS) < DAY_MS
    answer = helper.client.get("/api/v1/households", headers=helper.headers)
    assert [one["farm"] for one in answer.get_json()["households"] if one["help"]] == [lua.farm]
    office.done(
        f"{place}/giup", vai=membership, ho="H001", den="31/12/2099"
    )  # the same right, longer or shorter
    with reading() as session:
        assert [one.valid_until for one in session.query(Help)] == [LAST_MS]
    office.done(f"{place}/het-giup", ho=lua.farm, giup=given.id)
    with reading() as session:
        assert people.helped_farms(session, membership, now_ms()) == []
        assert people.helped_farms(session, membership, None) == [lua.farm]


def test_villages_are_those_of_a_helper_alone(app: Flask, lua: Diary) -> None:
    office = Office(app)
    with app.app_context():
        invite_to("Nguyễn Thị Mai", None, "helper")
    with reading() as session:
        villages = {one.name: one.id for one in people.villages(session)}
    person, owner = office.person("Nguyễn Thị Mai"), office.person("Phạm Thị Lụa")
    membership = office.membership(person)
    office.done(f"/htx/nguoi/{person}/thon", vai=membership, thon=list(villages.values()))
    office.done(f"/htx/nguoi/{person}/thon", vai=membership, thon=[villages["Thôn Đoài"]])
    with reading() as session:
        assert [(one.membership, one.village) for one in session.query(HelperVillage)] == [
            (membership, villages["Thôn Đoài"])
        ]
    office.refused(f"/htx/nguoi/{owner}/thon", "Chỉ tổ công nghệ số", vai=office.membership(owner))


def test_case_069_a_foreign_id_is_a_missing_one(app: Flask, lua: Diary) -> None:
    there = other_cooperative()
    doai = diary_of(app.test_client(), "Lê Văn Kín", "Nhà Kín", organisation=there)
    helper = enrolled(app.test_client(), "Mai Kín", None, "helper", organisation=there)
    foreign = row(Person, "Lê Văn Kín").id
    with reading() as session:
        [theirs] = people.memberships_in(session, foreign)
        [theirs_too] = people.memberships_in(session, row(Person, "Mai Kín").id)
    office = Office(app)
    mine = office.person("Phạm Thị Lụa")
    missing = "019a0000-0000-7000-8000-00000000ffff"
    tries: list[tuple[str, dict[str, str]]] = [
        (f"/htx/nguoi/{foreign}/sua", {"ten": "X"}),
        (f"/htx/nguoi/{foreign}/vai", {"vai": "clerk"}),
        (f"/htx/nguoi/{mine}/vai", {"vai": "clerk", "htx": there}),
        (f"/htx/nguoi/{mine}/ket-thuc", {"vai": theirs.id}),
        (f"/htx/nguoi/{mine}/giup", {"vai": theirs_too.id, "ho": "H001"}),
        (f"/htx/nguoi/{mine}/het-giup", {"ho": doai.farm, "giup": doai.farm}),
        (f"/htx/nguoi/{mine}/thon", {"vai": theirs_too.id}),
        ("/htx/nguoi/them", {"ten": "X", "vai": "clerk", "htx": there}),
    ]
    for path, data in tries:
        swapped = {
            name: missing if value in (theirs.id, theirs_too.id, there) else value
            for name, value in data.items()
        }
        answer, nothing = office.fill(path, **data), office.fill(path.replace(foreign, missing), **swapped)
        told = answer.get_data(as_text=True).replace(foreign, missing)
        assert (answer.status_code, told) == (404, nothing.get_data(as_text=True)), path
    for path in (f"/htx/nguoi/{foreign}", f"/htx/nguoi?htx={there}", f"/htx/nguoi/{missing}", "/htx/nguoi/x"):
        assert office.get(path).status_code == 404, path
    for path in ("/htx/nguoi", f"/htx/nguoi/{mine}"):
        assert "Kín" not in office.text(path)
    assert helper.token
    assert roles_of(foreign) == [("owner", True)]


@pytest.mark.parametrize("role", sorted(STAFF))
def test_each_act_asks_the_table_of_rights(app: Flask, lua: Diary, role: str) -> None:
    office = Office(app, "Người làm", role)
    person = row(Person, "Phạm Thị Lụa").id
    acts = {
        "add_person": ("/htx/nguoi/them", {"ten": "Mới", "vai": "clerk"}),
        "edit_person": (f"/htx/nguoi/{person}/sua", {"ten": "Phạm Thị Lụa"}),
        "give_role": (f"/htx/nguoi/{person}/vai", {"vai": "clerk"}),
    }
    for act, (path, data) in acts.items():
        assert office.fill(path, **data).status_code == (303 if role in actors(act) else 404), (role, act)
    foreign = office.client.post(
        f"/htx/nguoi/{person}/sua", data={"ten": "Ai"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403
    assert OURS["Sec-Fetch-Site"] == "same-origin"
