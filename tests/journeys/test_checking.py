"""A stranger checks a lot: in the browser on its page, and by the downloaded file without us."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserType, Page, expect

from server.config import now_ms
from server.db import writing
from server.models.bundles import LotBundle
from server.services import tree_clock
from tests.journeys.house import ROOT, SoftHouse
from tests.journeys.phone import SIZE, chromium
from tests.server.lots import CODE
from tests.server.lots import House as PackingHouse
from tests.server.test_bundles import publish


@pytest.fixture
def page(browser: BrowserType, soft: SoftHouse) -> Iterator[Page]:
    """Give a phone's browser in which nothing of the page went wrong."""
    opened = browser.launch(args=["--no-sandbox", "--disable-quic"], executable_path=chromium())
    found = opened.new_page(viewport=SIZE, base_url=soft.address, locale="vi-VN")
    errors: list[str] = []
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield found
    opened.close()
    assert [one for one in errors if "404" not in one] == []


def test_a_lot_is_checked_on_its_page_and_from_its_file_and_an_altered_byte_is_named(
    soft: SoftHouse, page: Page, tmp_path: Path
) -> None:
    with soft.app() as app:
        packing = PackingHouse(app)
        lot = publish(packing)
    page.goto(f"/t/{CODE}")
    check = page.get_by_role("button", name="Kiểm tra lô này ngay")
    check.click()
    expect(page.get_by_role("heading", name="Lô này đang chờ ghi vào nhật ký công khai")).to_be_visible()
    with soft.app():
        assert tree_clock.tick(now_ms()).is_new
    check.click()
    expect(page.get_by_role("heading", name="Khớp", exact=True)).to_be_visible()
    expect(page.get_by_text("Do 3 máy ký")).to_be_visible()
    page.reload()  # the file is offered once it is there
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải tệp kiểm tra").click()
    file = tmp_path / "bundle.json"
    waiting.value.save_as(file)
    key = page.request.get("/log/key").text().strip()
    words = [sys.executable, "-m", "sync.verify", str(file), "--key", key]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (said.returncode, "KHỚP" in said.stdout) == (0, True)
    with soft.app(), writing() as session:
        row = session.get(LotBundle, (packing.scope, lot.doc))
        assert row is not None
        row.bytes = zlib.compress(zlib.decompress(row.bytes).replace(b"2026-11-01", b"2026-11-02", 1))
    check.click()
    expect(page.get_by_role("heading", name="Không khớp")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Chỗ hỏng: Lời ghi số \d+ đã bị sửa sau khi nhận\."))).to_be_visible()
    page.goto("/nhat-ky/")
    expect(page.get_by_text("Chưa có nhân chứng. Giờ nhận")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= 360")
