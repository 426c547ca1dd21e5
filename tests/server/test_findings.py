"""What the rules notice on entries as phones send them, as the cooperative reads it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db import reading
from server.services import findings, inbox, inbox_entry, rebuilding
from server.services.inbox import InboxLine, Wanted
from server.services.viewing import make_current
from tests.server.diaries import Diary, Sent, diary_of
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

    def spray(self, who: Diary, day: str, kind: str = "days", days: int | None = 7, **more: object) -> Sent:
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
