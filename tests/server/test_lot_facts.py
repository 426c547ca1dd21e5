"""The facts that a published lot is signed with: what the diary proves, and nothing that names a person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from server.config import now_ms
from server.db import reading, run_write
from server.models.blobs import STORED, Blob
from server.models.log import Head
from server.models.people import Consent
from server.services.lot_facts import FACTS_BYTES_MAX, LotFacts, facts_now
from server.store import people
from sync.civil import days_between, ms_to_date
from sync.ids import b64_encode
from sync.ops import make_body
from tests.server.consoles import other_cooperative
from tests.server.diaries import DAY_MS, NOON, diary_of, new_uuid
from tests.server.lots import SPRAY, House, kg, staff
from tests.server.phones import start

TODAY = "2026-11-28"


@pytest.fixture
def house(app: Flask) -> House:
    start()
    return House(app)


def facts(house: House, lot: str, today: str = TODAY) -> LotFacts:
    return facts_now(house.organisation, lot, today)


def test_a_season_is_told_with_its_inputs_and_its_wait(house: House) -> None:
    spray = house.entry("CT-10", "2026-11-08", target_pest="sâu tơ", **SPRAY)
    seed = house.entry("CT-02", "2026-09-08", quantity=kg("1"), product="Hạt cải", supplier="Cửa hàng Tám")
    house.approve(spray, seed)
    harvest = house.harvest()
    lot = house.lot(harvest)
    house.event("pack", {lot.doc: "100"}, packs=200)
    told = facts(house, lot.doc)
    found = told.facts
    assert (found["v"], found["code"], found["amount"]) == (1, "7K3M9QXA", {"amount": "100", "unit": "kg"})
    assert found["product"] == {"name_vi": "Cải ngọt Tân Trào", "name_en": "Choy sum", "pictures": ["P" * 43]}
    assert found["farms"][0]["village"] == "Thôn Đông"
    assert found["produced"] == {"from": "2026-09-07", "to": "2026-11-22"}
    assert (found["harvested"]["from"], found["packed_on"], found["expires_on"]) == (
        "2026-11-20", "2026-11-22", "2026-11-27",
    )  # fmt: skip
    assert [one["kind"] for one in found["steps"]] == ["CT-02", "CT-10", "CT-12", "pack"]
    assert found["steps"][1]["inputs"] == [
        {
            "name": "Emamectin 5WG", "active": "emamectin benzoate", "amount": {"amount": "30", "unit": "ml"},
            "wait": {"kind": "days", "days": 7},
        }
    ]  # fmt: skip
    assert found["steps"][1]["reviewed_role"] == "reviewer"
    assert found["waiting"] == {
        "state": "kept", "last_use_on": "2026-11-08", "product": "Emamectin 5WG", "days": 7,
        "safe_from": "2026-11-15", "harvested_on": "2026-11-20",
    }  # fmt: skip
    assert found["standards"] == [
        {
            "name": "VietGAP",
            "mark": "certified",
            "certificate_no": "VG-01",
            "by": "Trung tâm",
            "valid_to": "2027-12-31",
        }
    ]
    assert (told.stops, told.problems, told.missing) == ((), (), ())


def test_no_name_position_note_or_price_gets_in(house: House) -> None:
    private = {"note": "bí mật", "buyer": "Bà Chín", "price": "12000"}
    spray = house.lua.entry(
        "CT-10", "2026-11-08", private, plots=[house.plot], season=house.season,
        performed_by="Ông Sáu", gps={"lat": 208, "lon": 1066}, unit_price="15000", supplier="Cửa hàng Tám",
        reason="nhà ông Sáu", **SPRAY,
    )  # fmt: skip
    house.approve(spray)
    lot = house.lot(house.harvest(), note="ghi của HTX")
    house.event("ship", {lot.doc: "40"}, private={"buyer": "Bà Chín", "vehicle": "15C-1"})
    house.event("handle", {lot.doc: "50"}, {lot.doc: "49"}, place="Nhà ông Sáu", reason="rửa")
    text = json.dumps(facts(house, lot.doc).facts, ensure_ascii=False)
    for one in ("bí mật", "Chín", "12000", "Sáu", "208", "15000", "Tám", "Lụa", "Hoa", "Cường", "ghi", "15C"):
        assert one not in text, one
    assert "Đồng Cửa" not in text  # the name of a plot says where it is


def test_case_070_a_harvest_too_early_is_told_as_broken_and_stops_the_lot(house: House) -> None:
    spray = house.entry("CT-10", "2026-11-18", target_pest="sâu tơ", **SPRAY)
    house.approve(spray)
    told = facts(house, house.lot(house.harvest()).doc)
    assert told.facts["waiting"]["state"] == "broken"
    assert "harvest_early" in told.stops
    assert {"rule": "harvest_early", "severity": "stop", "count": 1} in told.facts["findings"]


def test_case_073_a_clock_set_back_is_told_as_late_by_what_the_phone_held(house: House) -> None:
    held = known_by(house)
    spray = {"target_pest": "sâu tơ", **SPRAY}
    set_back = house.entry(
        "CT-10", "2026-11-08", anchor=held, recorded_at=NOON - 20 * DAY_MS, skew=0, **spray
    )
    heard = house.entry("CT-10", "2026-11-02", recorded_at=NOON - 20 * DAY_MS, skew=20 * DAY_MS, **spray)
    nonsense = house.entry("CT-10", "2026-11-08", recorded_at=2**53 - 1, **spray)
    house.approve(set_back, heard, nonsense)
    found = facts(house, house.lot(house.harvest()).doc).facts
    late = {one["entry"]: one.get("late_days") for one in found["steps"]}
    today = ms_to_date(now_ms())
    assert late[set_back.doc] == late[nonsense.doc] == days_between("2026-11-08", today)
    assert late[heard.doc] == days_between("2026-11-02", ms_to_date(NOON)) == 7
    assert "late" in found["not_proven"]


def known_by(house: House) -> dict[str, Any]:
    """Return what the household's phone holds of its log now, as an op says it."""
    with reading() as session:
        head = session.get_one(Head, house.lua.scope)
        return {"seq": head.seq, "digest": b64_encode(head.digest)}


def test_case_065_what_nobody_reviewed_or_what_was_changed_since_is_said(house: House) -> None:
    unseen = house.entry("CT-10", "2026-11-01", target_pest="sâu tơ", **SPRAY)
    changed = house.entry("CT-08", "2026-10-01", **{"line.aaaaaaaa.product": "Phân NPK"})
    house.approve(changed)
    house.lua.record(changed.doc, {"purpose": "top"}, after=[changed.id])
    found = facts(house, house.lot(house.harvest()).doc).facts
    assert unseen.doc not in [one["entry"] for one in found["steps"]]
    assert [one.get("amended") for one in found["steps"]] == [True, None]
    assert {"not_reviewed", "amended"} <= set(found["not_proven"])


def test_an_input_without_a_known_wait_leaves_the_wait_unknown(house: House) -> None:
    house.approve(house.entry("CT-10", "2026-11-08", **SPRAY | {"line.aaaaaaaa.phi_kind": "unknown"}))
    found = facts(house, house.lot(house.harvest()).doc).facts
    assert found["waiting"]["state"] == "unknown"
    assert "waiting_unknown" in found["not_proven"]


def test_where_nothing_was_sprayed_no_wait_is_needed(house: House) -> None:
    assert facts(house, house.lot(house.harvest()).doc).facts["waiting"]["state"] == "not_needed"


def test_a_blended_lot_is_told_by_everything_behind_it(house: House, app: Flask) -> None:
    first, second = (
        house.lot(house.harvest("2026-11-19")),
        house.lot(house.harvest("2026-11-20"), code="ABCDEFGH"),
    )
    both = house.manager.record(
        f"lot:{new_uuid()}", {"product": house.product, "code": "BCDEFGH1", "happened_on": "2026-11-22"}
    )
    house.event("merge", {first.doc: "50", second.doc: "50"}, {both.doc: "99"})
    found = facts(house, both.doc).facts
    assert found["harvested"] == {"from": "2026-11-19", "to": "2026-11-20"}
    assert [one["kind"] for one in found["steps"]] == ["CT-12", "CT-12", "merge"]
    assert found["amount"] == {"amount": "99", "unit": "kg"}


def test_case_069_a_lot_that_names_another_cooperatives_diary_learns_nothing_of_it(
    house: House, app: Flask
) -> None:
    other = other_cooperative()
    theirs = diary_of(app.test_client(), "Đặng Văn Sự", "Nhà Sự", organisation=other)
    secret = theirs.entry("CT-12", "2026-11-20", quantity=kg("10"))
    line = {"farm": theirs.scope, "entry": secret.doc, "heads": [], "amount": kg("10")}
    fields = {f"source.aaaaaaaa.{name}": value for name, value in line.items()}
    lot = house.manager.record(f"lot:{new_uuid()}", {"product": house.product, "code": "ABCDEFGH", **fields})
    found = facts(house, lot.doc).facts
    assert (found["steps"], found["farms"]) == ([], [])
    assert "farm_gone" in found["not_proven"]


def test_photos_of_public_kinds_are_shown_while_their_taker_agrees(house: House) -> None:
    harvest = house.harvest()
    shown = {}
    for letter, kind in (("A", "product"), ("I", "work")):
        fields = {"of": harvest.doc, "kind": kind, "sha256": letter * 43, "bytes": 9, "type": "image/jpeg"}
        made = house.lua.record(f"photo:{new_uuid()}", fields)
        shown[kind] = made.id
        run_write(lambda session, name=letter * 43: session.add(stored(house.lua.scope, name)))
    review = {"of": harvest.doc, "decision": "approved", "heads": [harvest.id, *shown.values()]}
    house.reviewer.record(f"review:{new_uuid()}", review, scope=house.lua.scope)
    lot = house.lot(harvest)
    assert "photos" not in facts(house, lot.doc).facts["steps"][0]  # silence is no
    agree(house, None)
    assert facts(house, lot.doc).facts["steps"][0]["photos"] == ["A" * 43]
    agree(house, now_ms())
    assert "photos" not in facts(house, lot.doc).facts["steps"][0]


def stored(scope: str, sha256: str) -> Blob:
    return Blob(
        scope=scope, sha256=sha256, upload="u", state=STORED, bytes=9, offset=9, device="d", created_at=1,
        expires_at=2**50, type="image/jpeg",
    )  # fmt: skip


def agree(house: House, withdrawn_at: int | None) -> None:
    def work(session: Any) -> None:
        member = people.member(session, house.lua.phone.shown["by"])
        assert member is not None
        for one in session.query(Consent).filter_by(person=member.person.id):
            session.delete(one)
        given = {"purpose": "photo", "text_version": "1", "means": "phone", "given_at": 1}
        session.add(Consent(id=new_uuid(), person=member.person.id, withdrawn_at=withdrawn_at, **given))

    run_write(work)


def test_a_certificate_counts_on_the_day_it_holds(house: House) -> None:
    lot = house.lot(house.harvest())
    assert facts(house, lot.doc, "2028-01-01").facts["standards"][0]["mark"] == "expired"
    assert "standard_expired" in facts(house, lot.doc, "2028-01-01").facts["not_proven"]


def test_a_long_season_fits_and_says_what_was_left_out(house: House) -> None:
    feeds = [
        house.lua.op(
            f"entry:{new_uuid()}",
            {"form": "CT-07", "happened_on": f"2026-{9 + day // 28:02d}-{1 + day % 28:02d}",
             "plots": [house.plot], "season": house.season, "activity": "weeding"},
        )
        for day in range(70)
    ]  # fmt: skip
    house.lua.send(*feeds)
    house.approve(*feeds)
    lot = house.lot(house.harvest())
    found = facts(house, lot.doc).facts
    assert len(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()) <= FACTS_BYTES_MAX
    assert found["steps"][-1]["kind"] == "CT-12"
    assert found.get("steps_left_out", 0) + len(found["steps"]) == 71
    who = house.manager.phone
    body = make_body(
        device=who.key.device, n=99, by=who.shown["by"], scope=house.scope, doc=lot.doc, after=[lot.id],
        recorded_at=1, fields={"state": "published", "facts": found}, private=None,
    )  # fmt: skip
    assert len(body.encode()) < 32_768


def test_the_packing_house_of_another_cooperative_finds_no_lot(house: House, app: Flask) -> None:
    lot = house.lot(house.harvest())
    other = staff(app, "Anh Đoài", "manager", organisation=other_cooperative())
    with pytest.raises(Exception, match="not_found"):
        facts_now(other.scope.removeprefix("org:"), lot.doc, TODAY)
