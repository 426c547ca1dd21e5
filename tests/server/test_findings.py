"""What the rules notice on entries as phones send them, as the cooperative reads it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from server.db import reading, run_write
from server.models.log import Head, OpRow
from server.services import findings, inbox, inbox_entry, rebuilding
from server.services.inbox import InboxLine, Wanted
from server.services.recorded import Recorded
from server.services.viewing import make_current
from sync import ids
from tests.server.diaries import DAY_MS, NOON, Diary, Sent, diary_of, new_uuid
from tests.server.phones import enrolled, start
from tests.server.test_inbox import staff_behind


class Farm:
    """A farm of two phones with a plot and a season, and its reviewer."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        start()
        self.lua = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
        self.son = diary_of(app.test_client(), "Phạm Văn Sơn", "Nhà Lụa", "member")
        self.reviewer = enrolled(app.test_client(), "Chị Hoa", None, "reviewer")
        self.plot = self.lua.plot("Đồng Cửa")
        self.season = self.lua.season("Lúa", self.plot)

    def spray(self, who: Diary, day: str, kind: str = "days", days: int | None = 7, **more: Any) -> Sent:
        """Record a spraying."""
        line = {
            "product": "Tasieu 1.9EC",
            "dose": {"amount": "30", "unit": "ml/binh"},
            "phi_kind": kind,
            "phi_days": days,
        }
        fields = {f"line.abcdefgh.{name}": value for name, value in line.items() if value is not None}
        return who.entry(
            "CT-10", day, season=self.season, plots=[self.plot], target_pest="sâu", **fields, **more
        )

    def harvest(self, who: Diary, day: str) -> Sent:
        """Record a harvest."""
        quantity = {"amount": "3", "unit": "ta"}
        return who.entry("CT-12", day, season=self.season, plots=[self.plot], quantity=quantity)

    def line(self, entry: Sent) -> InboxLine:
        """Return an entry as the inbox has it."""
        lines = inbox.inbox_page(staff_behind(self.reviewer), Wanted()).lines
        return next(one for one in lines if one.line.doc == entry.doc)

    def rules(self, entry: Sent) -> set[str]:
        """Return the codes of what was noticed about an entry."""
        return {one.rule for one in self.line(entry).findings}


@pytest.fixture
def farm(app: Flask, client: FlaskClient) -> Farm:
    """A farm of two phones with a plot and a season, and its reviewer."""
    return Farm(app, client)


def test_case_070_a_harvest_within_the_wait_is_taken_and_stands_first_in_the_inbox(farm: Farm) -> None:
    spray = farm.spray(farm.lua, "2026-11-01")
    good, early = farm.harvest(farm.son, "2026-11-08"), farm.harvest(farm.son, "2026-11-07")
    line = farm.line(early)
    first = inbox.inbox_page(staff_behind(farm.reviewer), Wanted()).lines[0]
    assert (first.line.doc, line.severity) == (early.doc, "stop")
    noticed = next(one for one in line.findings if one.rule == "harvest_early")
    assert noticed.behind == (early.doc, spray.doc)
    assert "8/11" in noticed.say("farmer", "vi")
    assert noticed.source is not None
    assert "harvest_early" not in farm.rules(good)
    assert "harvest_early" in line.sign.overrides


def test_case_070_a_wait_that_nobody_knows_lets_no_harvest_pass(farm: Farm) -> None:
    spray = farm.spray(farm.lua, "2026-09-10", "unknown", None)
    late = farm.harvest(farm.son, "2026-12-20")
    assert "harvest_after_unknown" in farm.rules(late)
    farm.lua.record(
        spray.doc,
        {"line.abcdefgh.phi_kind": "days", "line.abcdefgh.phi_days": 7},
        after=[spray.id],
    )
    assert "harvest_after_unknown" not in farm.rules(late)


def test_the_least_favourable_side_of_a_conflict_counts(farm: Farm) -> None:
    spray = farm.spray(farm.lua, "2026-11-01", days=3)
    harvest = farm.harvest(farm.lua, "2026-11-08")
    assert "harvest_early" not in farm.rules(harvest)
    for who, days in ((farm.lua, 14), (farm.son, 3)):
        who.record(
            spray.doc, {"line.abcdefgh.phi_kind": "days", "line.abcdefgh.phi_days": days}, after=[spray.id]
        )
    assert "harvest_early" in farm.rules(harvest)


def test_the_page_of_an_entry_says_what_its_plot_waits_for(farm: Farm) -> None:
    spray = farm.spray(farm.lua, "2026-11-01")
    staff = staff_behind(farm.reviewer)
    page = inbox_entry.entry_page(staff, staff.farm(farm.lua.farm), spray.uuid, Wanted())
    wait = page.waits[0]
    assert (wait.plot, wait.produce, wait.state, wait.until) == (farm.plot, "crop", "days", "2026-11-08")
    assert (wait.by, wait.product, wait.days) == (spray.doc, "Tasieu 1.9EC", 7)
    assert page.season is not None


def test_findings_of_a_season_and_of_all_farms_are_read_page_by_page(farm: Farm) -> None:
    farm.spray(farm.lua, "2026-11-01")
    early = [farm.harvest(farm.lua, day) for day in ("2026-11-05", "2026-11-06")]
    scope = farm.lua.scope
    make_current([scope])
    with reading() as session:
        told = findings.of_season(session, scope, farm.season)
    stops = [one for one in told if one.severity == "stop"]
    assert {one.about for one in stops} == {one.doc for one in early}
    assert told[: len(stops)] == tuple(stops)
    first, after = findings.of_farms([scope], 1, severity="stop")
    second, end = findings.of_farms([scope], 1, after, "stop")
    assert {one.about for one in (*first, *second)} == {one.doc for one in early}
    assert end is None
    assert list(rebuilding.check()) == []
    assert list(rebuilding.rebuild()) == []
    assert list(rebuilding.check()) == []


def anchor_of(farm: Farm) -> dict[str, Any]:
    """Return what a phone holds of the farm's log now, as an op says it."""
    with reading() as session:
        head = session.get_one(Head, farm.lua.scope)
        return {"seq": head.seq, "digest": ids.b64_encode(head.digest)}


def received(farm: Farm, seq: int, at: int) -> None:
    """Say when an op of the farm's log was received."""
    where = (OpRow.scope == farm.lua.scope, OpRow.seq == seq)
    run_write(lambda session: session.execute(update(OpRow).where(*where).values(received_at=at)))


def known(farm: Farm, entry: Sent) -> Recorded:
    """Return what the page of an entry says of when it was made."""
    staff = staff_behind(farm.reviewer)
    page = inbox_entry.entry_page(staff, staff.farm(farm.lua.farm), entry.uuid, Wanted())
    assert page.recorded is not None
    return page.recorded


def test_case_071_a_clock_two_years_off_is_taken_and_shown_between_anchor_and_arrival(
    farm: Farm,
) -> None:
    anchor = anchor_of(farm)
    received(farm, anchor["seq"], NOON)
    two_years = 2 * 365 * DAY_MS
    clock = {"recorded_at": NOON - two_years, "skew": two_years + 1000}
    entry = farm.lua.entry("CT-09", "2026-11-09", anchor=anchor, **clock)
    told = known(farm, entry)
    assert (told.skew, told.said_at, told.not_before) == (two_years + 1000, NOON + 1000, NOON)
    assert not told.is_contradicted
    assert farm.line(entry).line.recorded_at == NOON - two_years


def test_case_072_work_of_forty_days_before_says_by_how_much_it_is_late(farm: Farm) -> None:
    anchor = anchor_of(farm)
    received(farm, anchor["seq"], NOON)
    late = farm.spray(farm.lua, "2026-09-30", anchor=anchor)
    assert (known(farm, late).late_days, known(farm, late).is_contradicted) == (40, False)
    assert known(farm, farm.spray(farm.lua, "2026-11-09", anchor=anchor)).late_days == 0


def test_case_073_a_clock_set_back_contradicts_what_the_phone_held(farm: Farm) -> None:
    anchor = anchor_of(farm)
    received(farm, anchor["seq"], NOON)
    faked = farm.spray(farm.lua, "2026-11-06", anchor=anchor, recorded_at=NOON - 3 * DAY_MS, skew=0)
    told = known(farm, faked)
    assert (told.is_contradicted, told.late_days, told.skew) == (True, 3, 0)
    honest = farm.spray(farm.lua, "2026-11-09", anchor=anchor, recorded_at=NOON + 1000)
    assert not known(farm, honest).is_contradicted


def test_case_074_an_old_anchor_leaves_a_wide_window_that_the_reviewer_sees(farm: Farm) -> None:
    anchor = anchor_of(farm)
    received(farm, anchor["seq"], NOON)
    entries = [farm.spray(farm.lua, "2026-11-09", anchor=anchor) for _ in range(2)]
    for entry in entries:
        told = known(farm, entry)
        assert told.open_ms == told.not_after - NOON
        assert told.fits is True
    stray = farm.spray(farm.lua, "2026-11-09", anchor={**anchor, "digest": ids.b64_encode(bytes(32))})
    bare = farm.spray(farm.lua, "2026-11-09")
    assert [(one.fits, one.not_before, one.open_ms) for one in (known(farm, stray), known(farm, bare))] == [
        (False, None, None),
        (None, None, None),
    ]


def test_case_091_bytes_that_stand_in_two_entries_are_taken_and_shown_to_the_reviewer(farm: Farm) -> None:
    entries = [farm.spray(farm.lua, "2026-11-09"), farm.spray(farm.son, "2026-11-08")]
    for entry in entries:
        photo = {"of": entry.doc, "sha256": ids.b64_encode(bytes(32)), "type": "image/jpeg", "bytes": 7}
        farm.lua.record(f"photo:{new_uuid()}", photo)
    assert [farm.line(entry).line.photos[0].elsewhere for entry in entries] == [1, 1]
