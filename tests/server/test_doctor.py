"""`flask doctor`: what an operator should know, and the exit code of a machine's watch."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import stamp

from server.api.photos import photo_store
from server.config import now_ms
from server.db import writing
from server.models.devices import DeviceSeen
from server.services import backing_up, doctor
from tests.server.ops import make, scope_of, sync
from tests.server.phones import enrolled, start

DAY = doctor.DAY_MS


def grades(now: int) -> dict[str, str]:
    """Return how each thing is."""
    return {one.name: one.grade for one in doctor.examine(now)}


@pytest.fixture
def _set_up(app: Flask) -> None:
    stamp(revision="head")
    start()


def test_before_setup_it_says_what_to_run(app: Flask) -> None:
    found = {one.name: one for one in doctor.examine(now_ms())}
    assert found["setup"].grade == "bad"
    assert "flask setup" in found["setup"].said
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert (done.exit_code, "✗ setup" in done.output) == (1, True)


@pytest.mark.usefixtures("_set_up")
def test_all_is_well_once_a_backup_was_made_and_tested(app: Flask, tmp_path: Path) -> None:
    assert grades(now_ms())["backup"] == "bad"
    made = backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
    assert (grades(now_ms())["backup"], grades(now_ms())["tested backup"]) == ("good", "bad")
    backing_up.note_tested(made, now_ms())
    found = grades(now_ms())
    database = found.pop("database")  # the tests' PostgreSQL runs without fsync, and the doctor says so
    assert set(found.values()) == {"good"}, found
    assert database == ("good" if app.extensions["settings"].is_sqlite else "bad")
    later = grades(now_ms() + 40 * DAY)
    assert (later["backup"], later["tested backup"]) == ("bad", "bad")


@pytest.mark.usefixtures("_set_up")
def test_a_phone_that_keeps_unsent_lines_and_is_silent_is_told(app: Flask) -> None:
    with writing() as session:
        for device, unsent, days in (("a", 5, 4), ("b", 0, 9), ("c", 7, 1)):
            seen = now_ms() - days * DAY
            session.add(
                DeviceSeen(device=device, last_seen=seen, phone=f'{{"unsent":{unsent}}}', copied=False)
            )
    found = {one.name: one for one in doctor.examine(now_ms())}["phones"]
    assert (found.grade, found.said.split()[0]) == ("look", "1")


@pytest.mark.usefixtures("_set_up")
def test_case_114_a_clock_that_jumped_back_a_day_is_an_alarm(app: Flask) -> None:
    now = now_ms()
    phone = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    sync(phone, make(phone, scope_of(phone), 1))
    assert grades(now)["clock"] == "good"
    found = {one.name: one for one in doctor.examine(now - DAY)}["clock"]
    assert (found.grade, "behind the log" in found.said) == ("bad", True)
