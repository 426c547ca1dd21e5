"""The map of production areas: who sees plots, who sums alone; files that others read; sums that add up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.db import run_write
from server.models.people import Farm, Village
from server.pages import land_drawing
from server.pages.land_files import as_geojson, ha
from server.services.console_land import Land, Place, Plot, Running, Wanted
from server.services.land_sums import KINDS, sums_of
from server.store.tables import read_table
from tests.server.consoles import fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.diaries import Diary, diary_of
from tests.server.phones import start

PATH = "/htx/ban-do"
COMMUNE = "Xã Kiến Thụy"
CORNERS = [[207_600_000, 1_066_500_000], [207_605_000, 1_066_500_000], [207_605_000, 1_066_506_000]]
LINE = "line.aaaaaaaa."
SECRETS = ("Đồng Đình", "Nhà Lụa", "Phạm Thị Lụa", "1066506")


@pytest.fixture
def lua(app: Flask, tmp_path: Path) -> Diary:
    """A household of a village: a field that was walked around, a pond of which nobody knows the size."""
    fake_build(app, tmp_path)
    start()
    diary = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    field = {"kind": "field", "name": "Đồng Đình", "area": {"amount": "2.5", "unit": "sao"}}
    doc = "plot:019a0000-0000-7000-8000-0000000000f1"
    diary.record(doc, field, {"boundary": CORNERS})
    season = diary.season("Cà chua", doc, product="tomato")
    spray = {f"{LINE}product": "Thuốc A", f"{LINE}phi_kind": "days", f"{LINE}phi_days": 4000}
    diary.entry("CT-10", "2026-11-20", plots=[doc], season=season, **spray)
    pond = diary.plot("Ao Sau", kind="pond")
    head = {"head_count": {"amount": "300", "unit": "con"}, "sector": "livestock", "standard": "none"}
    diary.season("Vịt", pond, **head)

    def settle(session: Any) -> None:
        farm = session.get_one(Farm, diary.farm)
        village = session.query(Village).order_by(Village.name).first()
        farm.village, village.near_lat, village.near_lng = village.id, 2076, 10665

    run_write(settle)
    return diary


def test_whoever_reads_the_books_sees_the_plots_and_the_commune_sums_alone(app: Flask, lua: Diary) -> None:
    for role in ("manager", "reviewer", "auditor"):
        page = Office(app, f"Người {role}", role).text(PATH)
        assert f'href="/htx/ho/{lua.farm}"' in page
        assert "Nhà Lụa: Đồng Đình" in page
        assert "1 thửa chưa ghi diện tích" in page
        assert "1 thửa chưa có ranh giới" in page
    for role in ("officer", "administrator"):
        page = Office(app, f"Người {role}", role, organisation=COMMUNE).text(PATH)
        assert ">0,09</td>" in page
        assert ">300</td>" in page
        assert "chưa đồng ý" in page
        assert "<path" not in page
        assert not any(secret in page for secret in (*SECRETS, lua.farm))


def test_another_cooperative_sees_nothing_of_it(app: Flask, lua: Diary) -> None:
    other = Office(app, "Chị Đoài", organisation=other_cooperative())
    for path in (PATH, f"{PATH}/tep.geojson", f"{PATH}/tep.csv"):
        told = other.text(path)
        assert not any(secret in told for secret in (*SECRETS, lua.farm)), path
    assert "Không có thửa nào như vậy" in other.text(PATH)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("cay=tomato", ("Đồng Đình",)),
        ("cay=Vịt", ("Ao Sau",)),
        ("chuan=vietgap", ("Đồng Đình",)),
        ("chuan=none", ("Ao Sau",)),
        ("vu=running", ("Đồng Đình", "Ao Sau")),
        ("vu=resting", ()),
        ("cach-ly=waiting", ("Đồng Đình",)),
        ("cach-ly=free", ("Ao Sau",)),
        ("ghi=silent", ("Ao Sau",)),
        ("ghi=active", ("Đồng Đình",)),
        ("vu=every", ("Đồng Đình", "Ao Sau")),
    ],
)
def test_a_filter_narrows_map_sums_and_files_alike(
    app: Flask, lua: Diary, query: str, shown: tuple[str, ...]
) -> None:
    office = Office(app)
    rows = read_table(office.get(f"{PATH}/tep.csv?{query}").data)
    assert sorted(row[3] for row in rows[1:] if len(row) > 11) == sorted(shown)
    features = json.loads(office.get(f"{PATH}/tep.geojson?{query}").data)["features"]
    assert sorted(one["properties"]["name"] for one in features if "area_m2" in one["properties"]) == sorted(
        shown
    )
    assert ("Nhà Lụa: Đồng Đình" in office.text(f"{PATH}?{query}")) == ("Đồng Đình" in shown)


def test_files_hold_what_the_person_may_see_and_are_read_by_others(app: Flask, lua: Diary) -> None:
    office, officer = Office(app), Office(app, "Chị Hạnh", "officer", organisation=COMMUNE)
    data = json.loads(office.get(f"{PATH}/tep.geojson").data)
    assert "crs" not in data  # RFC 7946: WGS 84 and nothing else
    by_name = {one["properties"].get("name"): one for one in data["features"]}
    field = by_name["Đồng Đình"]
    [ring] = field["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert sorted(ring[:-1]) == sorted([lng / 1e7, lat / 1e7] for lat, lng in CORNERS)
    assert turned(ring) > 0  # counter-clockwise
    assert (field["properties"]["area_m2"], field["properties"]["area_sao"]) == (900, "2.5")
    assert by_name["Ao Sau"]["geometry"] is None
    assert by_name["Ao Sau"]["properties"]["area_m2"] is None
    told = officer.get(f"{PATH}/tep.geojson")
    assert told.mimetype == "application/geo+json"
    kinds = {one["properties"]["type"] for one in json.loads(told.data)["features"]}
    assert kinds == {"commune", "village"}
    for ending in ("xlsx", "csv"):
        rows = read_table(officer.get(f"{PATH}/tep.{ending}").data)
        assert rows[-1][:6] == ["Tất cả", "1", "2", "900", "0,09", "0"]
        assert not any(secret in json.dumps(rows, ensure_ascii=False) for secret in SECRETS)
    [plot] = [row for row in read_table(office.get(f"{PATH}/tep.csv").data) if "Đồng Đình" in row]
    assert plot[4:9] == ["Ruộng", "900", "2,5", "0,09", "Cà chua"]


def turned(ring: list[list[float]]) -> float:
    """Return twice the signed area of a closed ring."""
    return sum(ring[at][0] * ring[at + 1][1] - ring[at + 1][0] * ring[at][1] for at in range(len(ring) - 1))


VILLAGES = tuple(Place(name, f"Thôn {name}", None) for name in "abc")
SEASON = st.builds(
    Running,
    doc=st.sampled_from(["season:1", "season:2"]),
    name=st.just("Lợn"),
    product=st.just("pig"),
    sector=st.sampled_from(["crop", "livestock", "aquaculture"]),
    standard=st.sampled_from(["vietgap", "organic", "none", ""]),
    heads=st.none() | st.integers(0, 10_000),
    is_silent=st.booleans(),
)
FARMS = {f"farm {name}": name for name in ("a", "b", "c", "", "d")}  # each in one village, or in none known


@st.composite
def plots(draw: st.DrawFn) -> Plot:
    farm = draw(st.sampled_from(sorted(FARMS)))
    return Plot(
        farm=farm, code=farm, farm_name=farm, organisation="HTX", village=FARMS[farm],
        doc=f"plot:{draw(st.integers(0, 10**9))}", name="Thửa", kind=draw(st.sampled_from(KINDS)),
        area_m2=draw(st.none() | st.integers(0, 10**7)), seasons=tuple(draw(st.lists(SEASON, max_size=2))),
        points=draw(st.sampled_from([(), ((1, 1), (1, 2), (2, 2))])),
        wait=draw(st.sampled_from(["", "free", "days", "unknown"])),
    )  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(plots(), max_size=20))
def test_the_figures_of_the_villages_add_up_to_the_whole(found: list[Plot]) -> None:
    lines, whole = sums_of(found, VILLAGES)
    for name in whole.__dataclass_fields__:
        if name != "village":
            assert sum(getattr(one, name) for one in lines) == getattr(whole, name), name
    assert whole.land_m2 + whole.pond_m2 == sum(one.area_m2 or 0 for one in found)
    narrowed = [one for one in found if Wanted(use="running").fits(one)]
    assert sums_of(narrowed, VILLAGES)[1].seasons == whole.seasons


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(plots(), max_size=5))
def test_a_file_without_the_right_to_plots_never_names_one(found: list[Plot]) -> None:
    land = Land(tuple(found), VILLAGES, False, 1, 0, (), ())
    told = json.loads(as_geojson(land, sums_of(found, VILLAGES)[0]))
    assert {one["properties"]["type"] for one in told["features"]} <= {"commune", "village"}


@pytest.mark.parametrize(("area", "shown"), [(0, "0,00"), (49, "0,00"), (50, "0,01"), (12_345, "1,23")])
def test_hectares_have_two_decimals(area: int, shown: str) -> None:
    assert ha(area) == shown
    assert ha(area, "en") == shown.replace(",", ".")


def test_names_of_villages_that_lie_close_do_not_stand_upon_each_other() -> None:
    places = [
        Place(f"v{n}", name, near)
        for n, (name, near) in enumerate(
            [
                ("Thôn Thượng Đoạn Ngoài", (2075, 10664)),
                ("Tổ dân phố 3", (2075, 10665)),
                ("Thôn Cả", (2077, 10664)),
            ]
        )
    ]
    sums = [replace(sums_of([], [one])[0][0], plots=2) for one in places]
    spots = land_drawing.draw({}, sums).spots
    assert len({(one.x, one.y) for one in spots}) == 3
    first, second = sorted((one for one in spots if one.name != "Thôn Cả"), key=lambda one: one.x)
    assert first.y == second.y
    assert first.label_y - second.label_y > 2 * first.radius
