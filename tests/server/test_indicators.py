"""The seven indicators: each figure against a commune with known answers, down to its records."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.server.consoles import fake_build
from tests.server.desks import Office
from tests.server.phones import start


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """Give the pages a build."""
    fake_build(app, tmp_path / "dist")


def test_an_empty_commune_says_what_is_not_known(app: Flask) -> None:
    start()
    officer = Office(app, "Lê Thị Hạnh", "officer")
    text = officer.text("/htx/chi-tieu")
    assert "Chưa đủ số liệu" in text
    for number in range(1, 8):
        officer.text(f"/htx/chi-tieu/{number}")
        officer.text(f"/htx/chi-tieu/{number}/cach-tinh")
    officer.text("/htx/chi-tieu/cach-tinh")
