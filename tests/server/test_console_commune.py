"""The commune's page: figures alone for its officer; its administrator adds cooperatives and invites."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.server.consoles import fake_build
from tests.server.desks import Office
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import start

COMMUNE = "Xã Kiến Thụy"


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """A farmer's phone in the first cooperative."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def numbers(page: str, name: str) -> list[int]:
    """Return the figures of an organisation's line."""
    [line] = [one for one in re.findall(r"<tr><th.*?</tr>", page, re.S) if name in one]
    return [int(one) for one in re.findall(r"<td>(\d+)</td>", line)]


def test_an_officer_sees_figures_and_neither_names_nor_pages_of_farms(app: Flask, lua: Diary) -> None:
    lua.entry("CT-12", "2026-11-08")
    Office(app, "Trần Văn Cường")
    officer = Office(app, "Cán bộ Xã", "officer", organisation=COMMUNE)
    page = officer.text("/htx/xa")
    assert numbers(page, "HTX Thụy Hương")[:5] == [1, 1, 1, 1, 1]
    assert numbers(page, COMMUNE)[0] == 0
    for secret in ("Lụa", "Cường", lua.farm, "/htx/nguoi", "/htx/xa/them"):
        assert secret not in page, secret
    for path in ("/htx/ho", "/htx/nguoi", f"/htx/ho/{lua.farm}", "/htx/xin", "/htx/nhap"):
        assert officer.get(path).status_code == 404, path
    assert officer.fill("/htx/xa/them", ten="HTX Mới").status_code == 404
    manager = Office(app, "Quản lý Hai")
    assert manager.get("/htx/xa").status_code == 404


def test_an_administrator_adds_a_cooperative_and_invites_its_manager(app: Flask, lua: Diary) -> None:
    office = Office(app, "Đỗ Quang Huy", "administrator", organisation=COMMUNE)
    office.refused("/htx/xa/them", "Tên này đã có", ten="htx thuy huong")
    office.done("/htx/xa/them", ten="HTX Đại Hà")
    [there] = re.findall(r'htx=([0-9a-f-]+)">HTX Đại Hà', office.text("/htx/xa"))
    office.done(f"/htx/xa/{there}/ten", ten="HTX Đại Hà mới")
    place = office.done("/htx/nguoi/them", ten="Bùi Văn Đại", vai="manager", htx=there)
    page = office.text(place)
    assert f'data-invite data-scope="org:{there}"' in page
    [membership] = set(re.findall(r'data-membership="([^"]+)"', page))
    fields = {
        "membership": membership, "kind": "browser", "confirm": True, "secret_hash": "A" * 43,
        "code_hash": "A" * 43, "expires_at": 4_102_419_600_000,
    }  # fmt: skip
    assert office.sign(f"org:{there}", f"device:{new_uuid()}", fields, [])["result"] == "accepted"
    assert "Bùi Văn Đại" in office.text(f"/htx/nguoi?htx={there}")
    assert "Phạm Thị Lụa" not in office.text(f"/htx/nguoi?htx={there}")
    assert office.get(f"/htx/ho/{lua.farm}").status_code == 404
    office.refused("/htx/nguoi/them", "Không giao được vai trò này", ten="Ai đó", vai="officer", htx=there)
