"""A model's sensor day: added at the office, keyed by its own program, taken into the household's diary."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import SHOTS
from tests.journeys.desk import Desk
from tests.journeys.house import ROOT, SoftHouse
from tests.journeys.looking import faults_of
from tests.journeys.phone import Phone
from tests.server.diaries import diary_of
from tests.server.phones import invite_to

TABLE = "Thời gian;Nhiệt độ nước;Ôxy hòa tan\n20/11/2026 05:00;24,5;4,1\n20/11/2026 05:05;24,4;4,0\nhỏng;;\n"


def pond(soft: SoftHouse) -> str:
    """Let a household have a shrimp pond with its season; return a link for one more phone of it."""
    with soft.app() as app:
        son = diary_of(app.test_client(), "Trịnh Văn Sơn", "Đầm ông Sơn")
        plot = son.plot("Ao tôm 1", kind="pond")
        son.season("Tôm thẻ", plot, product="whiteleg_shrimp", sector="aquaculture")
        return invite_to("Trịnh Văn Con", "Đầm ông Sơn", "member").url


def program(command: str, state: Path) -> subprocess.CompletedProcess[str]:
    """Run the sensor's own program as the page says it, with its file in a folder of the test."""
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "sync.sensor"]
    whole = [sys.executable, "-m", "sync.sensor", "--state", str(state), *words[3:]]
    return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def add_sensor(desk: Desk) -> str:
    """Add a sensor at the pond and return the command that gives it its key."""
    page = desk.page
    desk.go("/htx/may-do/them")
    page.get_by_label("Tên máy").fill("Phao ao 1")
    page.get_by_label("Đặt ở đâu?").select_option(label="Ao tôm 1")
    page.get_by_role("button", name="Lưu").click()
    desk.sees("Đã thêm máy đo.")
    page.get_by_role("button", name="Cấp khóa cho máy").click()
    command = page.get_by_label("Chép lệnh")
    expect(command).to_be_visible()
    found = command.input_value()
    page.locator("dialog [data-close]").click()
    return found


def test_a_models_sensor_day(
    soft: SoftHouse, make_desk: Callable[[str], Desk], make_phone: Callable[..., Phone], tmp_path: Path
) -> None:
    SHOTS.mkdir(exist_ok=True)
    link, state = pond(soft), tmp_path / "sensor.json"
    desk = make_desk("manager")
    desk.join(soft.invite_fast("Chị Liên", None, "manager"))
    command = add_sensor(desk)
    assert program(command, state).returncode == 0
    assert program(command, tmp_path / "thief.json").returncode == 1  # the invitation served once
    said = "python -m sync.sensor measure temperature=28.42 ph=7.9 dissolved_oxygen=2.1"
    assert program(said, state).returncode == 0

    desk.go("/htx/may-do")
    assert desk.is_sound(SHOTS, "sensors") == []
    desk.page.get_by_role("link", name=re.compile("Phao ao 1")).click()
    desk.sees("Ôxy hòa tan đang thấp: 2,1 mg/l.")
    expect(desk.page.locator("[data-drawing] canvas")).to_be_visible()
    assert desk.is_sound(SHOTS, "sensor") == []

    table = tmp_path / "so-do.csv"
    table.write_text(TABLE, "utf-8")
    desk.page.get_by_label("Tệp số đo").set_input_files(table)
    desk.page.get_by_role("button", name="Xem trước").click()
    desk.sees("Có 2 dòng số đo")
    assert desk.is_sound(SHOTS, "sensor-table") == []
    desk.page.get_by_role("button", name="Ký và lưu").click()
    desk.sees("Đã lưu số đo.")

    phone = make_phone(soft)
    phone.open(None)
    phone.join(link)
    phone.sees("Ôxy hòa tan thấp: 2,1 mg/l")
    phone.page.screenshot(path=SHOTS / "sensor-home-360.png", full_page=True)
    phone.tap(phone.page.get_by_role("link", name=re.compile("Ôxy hòa tan thấp")))
    expect(phone.page.locator(".drawing canvas")).to_be_visible()
    phone.lose_signal()
    phone.page.screenshot(path=SHOTS / "sensor-360.png", full_page=True)
    assert faults_of(phone.page) == []
    phone.tap("Ghi số đo này vào nhật ký")
    for text in ("Ao tôm 1", "2,1 mg/l", "28,4 °C"):
        phone.sees(text)
    phone.save()
    phone.find_signal()
    phone.waits_for_sent()
    desk.go("/htx/")
    desk.page.get_by_role("link", name=re.compile("Đo nước")).first.click()
    desk.sees("Máy đo tự động")
