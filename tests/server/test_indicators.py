"""The seven indicators: each figure against a commune with known answers, down to its records."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from tests.server.consoles import fake_build
from tests.server.desks import Office
from tests.server.pdfs import text_of
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


def test_a_report_is_frozen_with_its_bytes_when_it_is_issued(app: Flask) -> None:
    start()
    officer = Office(app, "Lê Thị Hạnh", "officer")
    paper = {
        "nam": "2026",
        "number": "15/BC-KT",
        "to": "UBND thành phố",
        "title": "Trưởng phòng",
        "signer": "Hạnh",
    }
    officer.refused("/htx/bao-cao", "Ghi đủ số", **paper | {"signer": " "})
    officer.done("/htx/bao-cao", **paper)
    officer.refused("/htx/bao-cao", "Số này đã dùng", **paper)
    [name] = set(re.findall(r"/htx/bao-cao/[0-9a-f-]{36}", officer.text("/htx/bao-cao")))
    first = officer.get(f"{name}.pdf").data
    said = text_of(first)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said
    assert "15/BC-KT" in said
    assert "Chưa đủ số liệu" in said
    book = load_workbook(io.BytesIO(officer.get(f"{name}.xlsx").data))
    assert book.sheetnames == ["Chỉ tiêu", "Theo thôn", "Theo HTX", "Còn thiếu", "Cách tính"]
    officer.done(
        "/htx/chi-tieu/1/cach-tinh",
        lots_min="2",
        target_2026="40",
        target_2028="60",
        target_2030="100",
        why="Công văn 7",
    )
    assert officer.get(f"{name}.pdf").data == first
