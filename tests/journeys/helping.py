"""A team member's phone in a journey: joined, given help, its screen read by a decoder that is not ours."""

from __future__ import annotations

import io
from pathlib import Path

import segno
import zxingcpp
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import run_write
from server.models.people import Farm, Help, Membership, Person
from server.services.setup import new_id
from tests.journeys.house import House
from tests.journeys.phone import Phone

DAY_MS = 86_400_000
HELPER = "Nguyễn Thị Mai"


def join_helper(house: House, phone: Phone, person: str = HELPER) -> None:
    """Let a team member's phone join, and wait until every part of the app is on it."""
    link = house.invite_fast(person, None, "helper", kind="phone")
    phone.open(None)
    phone.page.goto(phone.address + "/" + link[link.index("#") :])
    phone.tap("Đúng, bắt đầu ghi")
    phone.sees(phone.page.get_by_role("heading", name="Giúp bà con"))
    phone.waits_for_program()


def give_help(house: House, farm: str, days: int, person: str = HELPER) -> str:
    """Give the right to help a household for some days, or one that ended some days ago; return the farm."""

    def work(session: Session) -> str:
        home = session.scalars(select(Farm).where(Farm.name == farm)).one()
        helper = session.scalars(
            select(Membership).join(Person, Person.id == Membership.person).where(Person.name == person)
        ).one()
        now = now_ms()
        begun, until = now - 30 * DAY_MS, now + days * DAY_MS
        session.add(
            Help(farm=home.id, id=new_id(now), membership=helper.id, valid_from=begun, valid_until=until)
        )
        return home.id

    with house.app():
        return run_write(work)


def read_code(phone: Phone) -> str:
    """Return what a decoder that is not ours reads in a picture of the phone's screen."""
    picture = Image.open(io.BytesIO(phone.page.screenshot(animations="disabled")))
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert len(found) == 1, "one code is on the screen"
    return str(found[0].text)


def follow(phone: Phone, link: str) -> None:
    """Open a link that another phone shows, through this phone's own air."""
    phone.page.goto(phone.address + "/" + link.split("/", 3)[3])


def sync_now(phone: Phone) -> None:
    """Ask the phone to send and fetch at once, and come back to where it was."""
    place = phone.page.evaluate("location.hash")
    phone.go("gui")
    phone.tap("Gửi ngay")
    phone.sees(phone.button("Gửi ngay"))
    phone.page.evaluate("place => { location.hash = place }", place)


def film_of(texts: list[str], path: Path, frames_per_second: int) -> Path:
    """Write what a camera sees of QR codes, one after the other: uncompressed video, a frame each."""
    width, height, side = 640, 480, 400
    frames = [f"YUV4MPEG2 W{width} H{height} F{frames_per_second}:1 Ip A1:1 C420jpeg\n".encode()]
    for text in texts:
        shown = io.BytesIO()
        segno.make(text, micro=False, error="m").save(shown, kind="png", border=4, scale=8)
        code = Image.open(shown).convert("L")
        frame = Image.new("L", (width, height), 120)
        frame.paste(code.resize((side, side), Image.Resampling.NEAREST), ((width - side) // 2, 40))
        frames.append(b"FRAME\n" + frame.tobytes() + bytes([128]) * (width * height // 2))
    path.write_bytes(b"".join(frames))
    return path
