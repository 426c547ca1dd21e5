"""Where a village lies is said by a tap on the drawing, so coarsely that no household's place is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import reading
from server.models.people import Village
from server.pages.season_drawing import COARSE, commune_map, map_spot, outline_points
from tests.server.consoles import Browser, fake_build
from tests.server.desks import Office
from tests.server.phones import start

TAP = {"cho.x": "400", "cho.y": "200"}


@pytest.fixture
def officer(app: Flask, tmp_path: Path) -> Office:
    fake_build(app, tmp_path)
    start()
    return Office(app, "Anh Cán bộ", "officer")


def village() -> Village:
    with reading() as session:
        return session.scalars(select(Village).order_by(Village.name)).all()[0]


def path() -> str:
    return f"/htx/xa/thon/{village().id}"


def test_a_tap_on_the_drawing_says_where_a_village_lies(officer: Office) -> None:
    assert "chưa có vị trí" in officer.text("/htx/xa")
    assert "<polygon" in officer.text("/htx/xa/ban-do.svg")
    officer.done(path(), **TAP)
    found = village()
    assert (found.near_lat, found.near_lng) == map_spot(200, 100)
    assert "<circle" in officer.text(path())
    officer.done(path(), vi_do="20,74", kinh_do="106.67")
    assert (village().near_lat, village().near_lng) == (2074, 10667)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"cho.x": "0", "cho.y": "0"},
        {"vi_do": "20"},
        {"vi_do": "99,99", "kinh_do": "106,67"},
    ],
)
def test_what_is_no_place_changes_nothing(officer: Office, said: dict[str, str]) -> None:
    officer.refused(path(), "Chưa rõ chỗ nào", **said)
    assert village().near_lat is None


def test_who_is_not_of_the_commune_says_nothing(app: Flask, officer: Office) -> None:
    manager = Browser(app, "Chị Chủ nhiệm", "manager")
    assert manager.get(path()).status_code == 404
    assert officer.get("/htx/xa/thon/019a0000-0000-7000-8000-000000000000").status_code == 404


def test_a_place_on_the_drawing_is_the_point_that_stands_there() -> None:
    lat, lng = outline_points()[0]
    spot = (round(lat / COARSE), round(lng / COARSE))
    [dot] = commune_map([spot]).shapes
    assert map_spot(dot.x, dot.y) == spot
