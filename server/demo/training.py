"""Training of the demo: teams by village, sessions held and to come, and who came. All invented.

Attendances are written by the phones of the team member and the extension officer, as theirs would be.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.db import run_write
from server.demo.cast import CROPS, VILLAGES
from server.demo.phones import DemoPhone
from server.models.people import Membership, Village
from server.models.training import Team, TeamMember, Training
from server.services.enrolling_rows import find_or_add_member
from server.store import people
from sync.attendance import attendance_doc
from sync.civil import add_days, ms_to_date
from sync.ids import make_uuid7

DECISION: Final = "15/QĐ-UBND (mẫu)"
DECIDED_DAYS: Final = -200
# By village: who is in the team beside the demo's own team member. The last two villages have no team yet.
TEAMS: Final = (
    (0, ("Phạm Thị Dung", "Lê Văn Tú")), (1, ("Bùi Văn Toàn",)), (2, ("Ngô Thị Yến",)),
    (3, ("Đỗ Thị Hằng", "Nguyễn Văn Lộc")), (4, ("Vũ Đức Mạnh",)), (5, ("Trịnh Thị Nhàn",)),
)  # fmt: skip
MAI_LEADS: Final = 1
TEAM_MEMBER: Final[str] = "helper"  # keys of the story
EXTENSION: Final[str] = "extension"


@dataclass(frozen=True)
class Held:
    """A session of the demo: its day from today, what it was about, who held it, and who came."""

    day: int
    kind: str
    topic: str
    held_by: str
    place: str
    village: int | None = None
    hours: tuple[str, str] = ("14:00", "16:00")
    state: str = "held"
    plan: int = 15
    phone: str = "helper"
    came: tuple[str, ...] = ()
    firms: tuple[str, ...] = ()


SESSIONS: Final = (
    Held(-60, "digital", "Ghi nhật ký bằng điện thoại", "team", "Nhà văn hóa thôn Đoài", 1,
         came=("lua", "khoat", "binh", "thanh", "hanh")),
    Held(-41, "ecommerce", "Chụp ảnh sản phẩm, đưa hàng lên sàn", "farmers_union", "Hội trường UBND xã",
         hours=("08:00", "11:00"), plan=40, came=("huong", "dung", "man", "lua"), firms=(CROPS,)),
    Held(-30, "digital", "Thanh toán không dùng tiền mặt", "team", "Nhà văn hóa thôn Thượng", 3,
         state="cancelled"),
    Held(-18, "technique", "Ủ phân chuồng, nuôi trùn quế", "extension", "Trại lợn anh Tuấn", 5,
         phone="extension", came=("tuan", "bay", "nga", "hai")),
    Held(-6, "digital", "Mã QR và truy xuất nguồn gốc", "office", "Hội trường UBND xã",
         hours=("08:00", "10:30"), plan=30, phone="extension", came=("tuan", "hai", "son")),
    Held(0, "digital", "Giữ máy an toàn, tránh lừa đảo qua mạng", "team", "Nhà văn hóa thôn Đoài", 1,
         state="planned", plan=30),
    Held(5, "public_services", "Nộp hồ sơ trên Cổng dịch vụ công", "youth_union", "Hội trường UBND xã",
         hours=("08:00", "10:00"), state="planned", plan=40),
    Held(12, "ecommerce", "Bán hàng trực tiếp trên mạng (livestream)", "farmers_union", "Nhà văn hóa thôn Hạ",
         4, state="planned", plan=25),
)  # fmt: skip


@dataclass(frozen=True)
class School:
    """Who takes part: ids by the story's keys, and the phones that record."""

    commune: str
    organisations: Mapping[str, str]
    members: Mapping[str, Membership]
    farms: Mapping[str, str]
    phones: Mapping[str, DemoPhone]
    now: int

    def uuid(self) -> str:
        """Return a new id."""
        return make_uuid7(self.now, secrets.token_bytes(10))


def teach(school: School) -> None:
    """Make teams and sessions, and let the phones record who came."""
    made = run_write(lambda session: _rows(session, school))
    for held, uuid in made:
        phone = school.phones.get(held.phone)
        if phone is not None and held.came:
            _record(school, phone, held, uuid)
    for phone in school.phones.values():
        phone.sync(school.now)


def _rows(session: Session, school: School) -> list[tuple[Held, str]]:
    villages = [_village(session, school, name) for name in VILLAGES]
    decided = add_days(ms_to_date(school.now), DECIDED_DAYS)
    teams: dict[int, str] = {}
    for at, names in TEAMS:
        teams[at] = school.uuid()
        name = f"Tổ Công nghệ số cộng đồng {villages[at].name}"
        row = Team(
            id=teams[at], organisation=school.commune, village=villages[at].id, name=name,
            decision_no=DECISION, decided_on=decided, state="active", changed_by=None, changed_at=school.now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        helpers = [
            find_or_add_member(
                session, organisation=school.commune, person=one, farm=None, village=villages[at].name,
                role="helper", now=school.now, demo=True,
            ).id
            for one in names
        ]  # fmt: skip
        if at == MAI_LEADS and TEAM_MEMBER in school.members:
            helpers.insert(0, school.members[TEAM_MEMBER].id)
        for place, membership in enumerate(helpers):
            role = "lead" if place == 0 else "member"
            session.add(TeamMember(team=row.id, membership=membership, role=role, since=decided, until=""))
    return [(one, _session(session, school, one, villages, teams)) for one in SESSIONS]


def _session(
    session: Session, school: School, held: Held, villages: list[Village], teams: Mapping[int, str]
) -> str:
    uuid = school.uuid()
    village = None if held.village is None else villages[held.village].id
    session.add(
        Training(
            id=uuid,
            organisation=school.commune,
            kind=held.kind,
            topic=held.topic,
            held_by=held.held_by,
            team=teams.get(held.village or 0) if held.held_by == "team" else None,
            village=village,
            place=held.place,
            happened_on=_day(school, held),
            starts_at=held.hours[0],
            ends_at=held.hours[1],
            state=held.state,
            plan_count=held.plan,
            note="",
            changed_by=None,
            changed_at=school.now,
        )
    )
    return uuid


def _record(school: School, phone: DemoPhone, held: Held, training: str) -> None:
    """Let a phone record who came: members of households, and cooperatives by their manager."""
    by = school.members[held.phone]
    scope, said = f"org:{by.organisation}", {"training": training, "kind": held.kind}
    for key in held.came:
        member = school.members.get(key)
        if member is None or member.farm is None:
            continue
        farm = f"farm:{member.farm}"
        doc = attendance_doc(training, farm, member.id)
        who = {"farm": farm, "membership": member.id, "how": "scan"}
        phone.write(scope, doc, school.now, {**said, **who, "happened_on": _day(school, held)})
    for name in held.firms:
        firm = school.organisations[name]
        doc = attendance_doc(training, f"org:{firm}", "")
        who = {"organisation": firm, "how": "list", "happened_on": _day(school, held)}
        phone.write(scope, doc, school.now, {**said, **who})


def _village(session: Session, school: School, name: str) -> Village:
    found = people.find_village(session, school.commune, name)
    assert found is not None
    return found


def _day(school: School, held: Held) -> str:
    return add_days(ms_to_date(school.now), held.day)
