"""Who saw and did what: kept for every page with personal data and every act, shown to those who may ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.config import now_ms
from server.db import reading, writing
from server.models.people import Person
from server.models.privacy import AuditEvent
from server.pages.console_words import words
from sync.rights import PAGES as PAGES_OF_THE_TABLE
from sync.signing import SoftwareKey
from tests.server.consoles import OURS, PAGES, Browser, entry_path, fake_build, other_cooperative
from tests.server.diaries import DAY_MS, Diary, diary_of
from tests.server.phones import start


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """Give the diary of a household."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def acts() -> list[tuple[str, str]]:
    """Return what was noted so far, the oldest first."""
    with reading() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.at, AuditEvent.id)).all()
        return [(row.act, row.object) for row in rows]


def test_every_page_and_act_is_noted_with_the_ids_that_it_was_about(app: Flask, lua: Diary) -> None:
    entry = lua.entry("CT-10", "2026-11-08", {"note": "Phun chiều"})
    manager = Browser(app, "Trần Thị Hoa", "manager")
    with reading() as session:
        person = session.scalars(select(Person.id).where(Person.name == "Phạm Thị Lụa")).one()
    for path in (*PAGES, entry_path(lua, entry), f"/htx/ho/{lua.farm}", f"/htx/rieng/{person}"):
        manager.text(path)
    manager.client.post(f"/htx/rieng/{person}/tep", headers=OURS)
    found = acts()
    assert ("see_document", f"{lua.farm} {entry.uuid}") in found
    assert ("see_farms", lua.farm) in found
    assert ("see_privacy", person) in found
    assert ("export_person", person) in found
    assert {"see_held", "see_devices", "see_farms"} <= {act for act, _ in found}
    with reading() as session:
        rows = session.scalars(select(AuditEvent)).all()
        assert {row.membership for row in rows} == {manager.phone.shown["by"]}
        assert all(row.request for row in rows)
    kept = str([vars(row) for row in rows])
    assert "Lụa" not in kept
    assert "Hoa" not in kept


def test_what_was_refused_is_noted_by_nobody(app: Flask, lua: Diary) -> None:
    reviewer = Browser(app, "Trần Văn Tuấn")
    assert reviewer.get("/htx/so-xem").status_code == 404
    assert reviewer.get("/htx/rieng").status_code == 404
    assert acts() == []


def test_the_log_is_shown_and_narrowed(app: Flask, lua: Diary) -> None:
    manager, reviewer = Browser(app, "Trần Thị Hoa", "manager"), Browser(app, "Trần Văn Tuấn")
    reviewer.text(f"/htx/ho/{lua.farm}")
    manager.text("/htx/rieng")
    whole = manager.text("/htx/so-xem")
    assert "Trần Văn Tuấn" in whole
    assert "Nhà Lụa" in whole
    table = whole.partition("<tbody>")[2]
    assert "Xem: Các hộ" in table
    only = manager.text(f"/htx/so-xem?ai={manager.phone.shown['by']}").partition("<tbody>")[2]
    assert "Xem: Dữ liệu riêng tư" in only
    assert "Xem: Các hộ" not in only
    assert "Xem: Các hộ" in manager.text("/htx/so-xem?viec=see_farms").partition("<tbody>")[2]
    about = manager.text(f"/htx/so-xem?ve={lua.farm}").partition("<tbody>")[2]
    assert "Xem: Các hộ" in about
    assert "Dữ liệu" not in about
    assert "Không có lần xem nào khớp" in manager.text("/htx/so-xem?from=01/01/2020&to=02/01/2020")
    assert manager.get("/htx/so-xem?ai=ai").status_code == 404
    assert manager.get("/htx/so-xem?after=%00~&viec=~%25").status_code == 200


def test_another_cooperative_sees_nothing_of_it(app: Flask, lua: Diary) -> None:
    Browser(app, "Trần Thị Hoa", "manager").text("/htx/ho")
    foreign = Browser(app, "Quản lý Đoài", "manager", organisation=other_cooperative())
    shown = foreign.text("/htx/so-xem")
    assert "Trần Thị Hoa" not in shown
    assert "Các hộ" not in shown.partition("<tbody>")[2]


def test_events_go_when_they_are_old_and_the_operator_gets_them_as_a_table(app: Flask, lua: Diary) -> None:
    manager = Browser(app, "Trần Thị Hoa", "manager")
    manager.text("/htx/ho")
    told = exported(app)
    assert told[0] == "at,organisation,membership,act,object,request,chain"
    assert "see_farms" in told[1]
    later = now_ms() + 13 * 31 * DAY_MS
    app.extensions["clock"] = lambda: later
    Browser(app, "Quản lý Mới", "manager").text("/htx/cho")
    assert [act for act, _ in acts()] == ["see_held"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_shows_whatever_was_changed_left_out_put_in_or_signed_by_another(
    app: Flask, lua: Diary, tmp_path: Path, form: str
) -> None:
    manager = Browser(app, "Trần Thị Hoa", "manager")
    for path in ("/htx/ho", "/htx/cho", "/htx/may"):
        manager.text(path)
    lines = exported(app, "--as", form)
    head = form == "csv"
    assert "see_farms" in lines[head]
    assert checked(app, tmp_path, lines) == (0, "3 việc")
    altered = [one.replace("see_held", "see_farms") for one in lines]
    for wrong in (
        altered,
        lines[:head] + lines[head + 1 :],
        [*lines[: head + 1], *lines[head:]],
        lines[:-1],
        [*lines[:head], lines[head + 1], lines[head], *lines[head + 2 :]],
        [*lines[:-1], lines[-1].replace("3 events", "2 events")],
        ["", "x"],
    ):
        assert checked(app, tmp_path, wrong)[0] == 1, wrong
    app.extensions["operator_key"] = SoftwareKey.generate().public
    assert checked(app, tmp_path, lines)[0] == 1


def test_an_export_holds_the_days_that_were_asked_for(app: Flask, lua: Diary, tmp_path: Path) -> None:
    manager = Browser(app, "Trần Thị Hoa", "manager")
    days = [1_793_491_200_000 + n * DAY_MS for n in range(3)]  # from 2026-11-01T00:00:00Z on
    with writing() as session:
        for n, day in enumerate(days):
            session.add(
                AuditEvent(
                    id=f"e{n}",
                    at=day,
                    organisation="o",
                    membership="m",
                    act=f"act{n}",
                    object="",
                    request="r",
                )
            )
    period = ("--from", "2026-11-01", "--to", "2026-11-02")
    assert [line.split(",")[3] for line in exported(app, *period)] == ["act", "act0", "act1", "end"]
    assert checked(app, tmp_path, exported(app, *period)) == (0, "2 việc")
    assert manager.phone.shown["by"] not in str(exported(app, *period))


def exported(app: Flask, *words: str) -> list[str]:
    """Return the lines of an export."""
    done = app.test_cli_runner().invoke(args=["audit", "export", *words])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def checked(app: Flask, folder: Path, lines: list[str]) -> tuple[int, str]:
    """Return the exit code of a check, and how many events it counted."""
    file = folder / "audit"
    file.write_text("\n".join(lines), "utf-8")
    done = app.test_cli_runner().invoke(args=["audit", "check", str(file)])
    assert "Traceback" not in done.output
    return done.exit_code, " ".join(done.output.partition(": ")[2].split()[:2])


def test_every_act_and_page_of_the_console_has_words_of_its_own(app: Flask) -> None:
    own = {"language", "leave"}  # no staff page: noted nowhere
    acts = {
        rule.endpoint.rpartition(".")[2]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/htx") and "POST" in (rule.methods or ())
    } - own
    assert len(acts) > 10
    assert [act for act in sorted(acts) if f"did_{act}" not in words()] == []
    assert [page for page in PAGES_OF_THE_TABLE if f"saw_{page}" not in words() and page not in words()] == []
