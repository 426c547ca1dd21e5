"""The world of the matrix of rights: a caller of every role; places own, near, foreign, missing.

Who may is said in `tests/server/matrix_routes.py`.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.config import now_ms
from server.db import reading, run_write
from server.models.bulletins import Bulletin
from server.models.farm_models import FarmModel
from server.models.lists import ListVersion
from server.models.own_products import OwnPicture, OwnProduct
from server.models.people import Consent, Farm, FarmMove, Help, Membership, Request
from server.models.privacy import DataRequest
from server.services.enrolling_rows import find_or_add_member
from server.services.inviting import settle_device
from server.services.sensor_rows import add_sensor
from server.services.setup import add_organisation, new_id
from server.store import devices, selling
from server.store.operator import load_private
from sync import ids
from sync.ids import b64_encode
from sync.rights import HELPERS, HOUSEHOLD, STAFF
from tests.server.consoles import OURS, Browser, other_cooperative
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import Phone, enrolled, start
from tests.server.pictures import hash_of

COMMUNE = "Xã Kiến Thụy"
ABOVE = frozenset({"officer", "administrator"})  # they stand in the commune
OWN, SAME, FOREIGN, MISSING = "own", "same", "foreign", "missing"
SOUND = b"\x1a\x45\xdf\xa3 matrix"
STRANGER = "stranger"


@dataclass(frozen=True)
class Place:
    """A household with what it has, by its ids. `secrets`: words that only those who may see it read."""

    organisation: str
    farm: str
    person: str
    membership: str
    entry: str
    season: str
    inspection: str
    invite: str
    photo: str
    aide: str
    help: str
    move: str
    asked: str
    asked_data: str
    consent: str
    version: str
    ware: str
    picture: str
    sensor: str
    bulletin: str
    question: str
    model: str
    secrets: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """Return the household's log."""
        return f"farm:{self.farm}"


@dataclass(frozen=True)
class Caller:
    """Somebody who asks: by a browser's cookie on the console, else by the token. `mine`: the own place."""

    role: str
    client: FlaskClient
    phone: Phone | None
    mine: Place

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """Send one request."""
        headers = OURS | dict(more.pop("headers", {}))
        if self.phone is not None and not (path.startswith("/htx") and self.role in STAFF):
            headers |= self.phone.headers
        return self.client.open(path, method=method, headers=headers, **more)


@dataclass(frozen=True)
class World:
    """All callers by role, all places by where they lie for a caller of the cooperative.

    `halted`: devices of a household and of a manager that wait, were revoked, or whose membership ended.
    """

    app: Flask
    callers: Mapping[str, Caller]
    places: Mapping[str, Place]
    halted: Mapping[str, Caller]


def make_world(app: Flask) -> World:
    """Make a commune with a cooperative of two households, another cooperative with one, and every role."""
    made = start()
    places = {
        OWN: _place(app, "Phạm Thị Lụa", "Nhà Lụa", made.cooperative),
        SAME: _place(app, "Ngô Văn Thịnh", "Nhà Thịnh", made.cooperative),
        FOREIGN: _place(app, "Lê Văn Kín", "Nhà Kín", other_cooperative()),
    }
    nothing = {name: new_uuid() for name in Place.__dataclass_fields__}
    nothing["photo"] = hash_of(b"nothing")
    places[MISSING] = Place(**(nothing | {"secrets": ()}))  # type: ignore[arg-type]
    callers = {STRANGER: Caller(STRANGER, app.test_client(), None, places[OWN])}
    for role in sorted(HOUSEHOLD):
        phone = enrolled(app.test_client(), f"Người nhà {role}", "Nhà Lụa", role)
        callers[role] = Caller(role, phone.client, phone, places[OWN])
    for role in sorted(HELPERS):
        phone = enrolled(app.test_client(), f"Người giúp {role}", None, role)
        help_own = Help(
            farm=places[OWN].farm, id=new_id(now_ms()), membership=phone.shown["by"], valid_from=1
        )
        run_write(lambda session, row=help_own: session.add(row))  # type: ignore[misc]
        callers[role] = Caller(role, phone.client, phone, places[OWN])
    for role in sorted(STAFF):
        above = {"organisation": COMMUNE} if role in ABOVE else {}
        browser = Browser(app, f"Người {role}", role, **above)
        callers[role] = Caller(role, browser.client, browser.phone, places[OWN])
    return World(app, callers, places, _halted(app, places[OWN]))


def _halted(app: Flask, mine: Place) -> dict[str, Caller]:
    """Make devices that had a right, or will have one, and have none now."""
    found = {}
    for state in ("waiting", "ended", "revoked"):
        phone = enrolled(app.test_client(), f"Máy {state}", "Nhà Lụa", confirm=state == "waiting")
        browser = Browser(app, f"Trình duyệt {state}", "manager", confirm=state == "waiting").phone
        for role, one in (("owner", phone), ("manager", browser)):
            if state == "ended":
                by = str(one.shown["by"])
                run_write(lambda session, by=by: devices.end_membership(session, by, now_ms()))  # type: ignore[misc]
            if state == "revoked":
                invite = ids.split_ref(one.shown["doc"])[1]
                settle_device(load_private(), invite, {"revoked": True}, now_ms())
            found[f"{role}, {state}"] = Caller(role, one.client, one, mine)
    return found


def _upload(diary: Diary, sha256: str, data: bytes) -> None:
    """Send the bytes of a photo."""
    door, client = f"/api/v1/photos/farm/{diary.farm}", diary.phone.client
    headers = diary.phone.headers | {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    named = {
        "Upload-Length": str(len(data)),
        "Upload-Metadata": f"sha256 {b64encode(sha256.encode()).decode()}",
    }
    assert client.post(door, headers=headers | named).status_code == 201
    kind = "application/offset+octet-stream"
    assert client.patch(f"{door}/{sha256}", data=data, headers=headers, content_type=kind).status_code == 204


def _place(app: Flask, person: str, farm: str, organisation: str) -> Place:
    diary = diary_of(app.test_client(), person, farm, organisation=organisation)
    note = f"Lời riêng của {farm}"
    season = diary.season(f"Vụ {farm}", diary.plot(f"Đồng {farm}"))
    entry = diary.entry("CT-12", "2026-11-08", {"note": note}, season=season)
    sha256 = hash_of(SOUND + farm.encode())
    fields = {"entry": entry.doc, "sha256": sha256, "bytes": len(SOUND + farm.encode()), "type": "audio/webm"}
    diary.record(f"photo:{new_uuid()}", fields)
    _upload(diary, sha256, SOUND + farm.encode())
    by = diary.phone.shown["by"]
    with reading() as session:
        member = session.get(Membership, by)
        assert member is not None
        who = member.person
    invite, inspection = diary.phone.shown["doc"], f"inspection:{new_uuid()}"
    desk = Browser(app, f"Người kiểm tra {farm}", passkey=False, organisation=organisation)
    desk.diary.record(inspection, {"of": "farm", "happened_on": "2026-11-08"}, {}, scope=diary.scope)
    docs = {"entry": entry.doc, "season": season, "inspection": inspection, "invite": invite}
    asked = f"question:{new_uuid()}"
    diary.record(asked, {"happened_on": "2026-11-08"}, {"text": note})
    docs["question"] = asked
    split = {name: ids.split_ref(doc)[1] for name, doc in docs.items()}
    ours = _rows(organisation, diary.farm, who, by) | {"photo": sha256}
    return Place(organisation, diary.farm, who, by, **split, **ours, secrets=(note, person))


WARE_TEXTS = (
    "name_vi", "name_en", "product_code", "brand", "standard", "certificate_no", "certificate_by",
    "certificate_from", "certificate_to", "ocop_decision", "ocop_certificate_no", "ocop_signed_on", "story",
)  # fmt: skip
MODEL_TEXTS = (
    "name_vi", "name_en", "decision_no", "decided_on", "decided_by", "technique", "partners", "story",
    "started_on", "ended_on",
)  # fmt: skip


def _rows(organisation: str, farm: str, person: str, membership: str) -> dict[str, str]:
    """Add what a form of the console speaks of; return the ids."""
    names = ("help", "move", "asked", "asked_data", "consent", "version", "ware", "bulletin")
    made = {name: new_uuid() for name in names}
    values = json.dumps({"person": person, "farm": farm, "role": "member"})  # a member already: it waits on
    agreed = {"purpose": "gps", "text_version": "1", "means": "paper", "given_at": 1}
    due = {"answer_due": "2099-01-01", "done_due": "2099-01-01"}

    def work(session: Session) -> dict[str, str]:
        aide = find_or_add_member(
            session, organisation=organisation, person="Người giúp thêm", farm=None, village=None,
            role="helper", now=now_ms(),
        )  # fmt: skip
        third = add_organisation(session, "cooperative", f"HTX thứ ba {farm}", None, now_ms())
        session.add_all(
            [
                Help(farm=farm, id=made["help"], membership=aide.id, valid_from=1),
                FarmMove(
                    id=made["move"], farm=farm, from_organisation=organisation, to_organisation=third.id,
                    state="offered", offered_by=membership, offered_at=1,
                ),
                Request(
                    id=made["asked"], organisation=organisation, kind="membership", made_at=1, values=values,
                    membership=membership, device="a" * 32, received_at=1, result="waiting",
                ),
                DataRequest(
                    id=made["asked_data"], organisation=organisation, person=person, kind="access",
                    means="paper", received_at=1, recorded_by=membership, **due,
                ),
                Consent(id=made["consent"], person=person, **agreed),
                ListVersion(
                    id=made["version"], organisation=organisation, kind="banned", title="Danh mục riêng",
                    mark="R", valid_from="2026-01-01", valid_to="", is_whole=True, state="taken", rows=0,
                    uses=0, made_at=1,
                    report='{"lines":0,"twice":0,"bad":[],"unread":[]}',
                ),
                OwnProduct(
                    id=made["ware"], organisation=organisation, is_current=True, changed_at=1, gtin=None,
                    shelf_life_days=None, ocop_group=0, ocop_stars=0, **dict.fromkeys(WARE_TEXTS, ""),
                ),
            ]
        )  # fmt: skip
        session.flush()
        told = {"kind": "notice", "title": "Tin", "text": "Tin", "urgent": False, "is_public": False}
        days = {"starts_on": "2026-11-01", "ends_on": "2099-01-01", "changed_at": 1, "state": "draft"}
        aims = dict.fromkeys(("villages", "crops", "roles"), "[]")
        session.add(
            Bulletin(
                id=made["bulletin"], organisation=organisation, written_by=membership, **told, **days, **aims
            )
        )
        picture = b64_encode(hashlib.sha256(made["ware"].encode()).digest())
        session.add(OwnPicture(scope=f"org:{organisation}", sha256=picture, product=made["ware"], place=0))
        probe = add_sensor(
            session, session.get_one(Farm, farm), name="Phao ao", kind="water", plot="", every_minutes=5,
            now=now_ms(),
        )  # fmt: skip
        model = FarmModel(
            id=new_uuid(), organisation=selling.commune_of(session, organisation), farm=farm, plots="",
            kind="both", state="running", changed_at=1, **dict.fromkeys(MODEL_TEXTS, ""),
        )  # fmt: skip
        session.add(model)
        return made | {"aide": aide.id, "picture": picture, "sensor": probe.id, "model": model.id}

    return run_write(work)
