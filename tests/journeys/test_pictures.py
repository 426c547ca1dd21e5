"""Pictures as cameras leave them, made small in a real browser: in a worker or the page, or refused."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from tests.journeys.house import House
from tests.journeys.phone import Phone

READ_BYTES = """
async () => {
  const found = (await indexedDB.databases()).find((one) => one.name.startsWith('so-nha-nong'));
  const db = await new Promise((done) => {
    const ask = indexedDB.open(found.name);
    ask.onsuccess = () => done(ask.result);
  });
  const rows = await new Promise((done) => {
    const ask = db.transaction('blobs').objectStore('blobs').getAll();
    ask.onsuccess = () => done(ask.result);
  });
  db.close();
  return rows.map((row) => btoa([...new Uint8Array(row.bytes)].map((b) => String.fromCharCode(b)).join('')));
}
"""
ORIENTATION, GPS, TURNED = 0x0112, 0x8825, 6
NO_OFFSCREEN = "delete globalThis.OffscreenCanvas"


def stored(phone: Phone) -> list[bytes]:
    """Return the bytes of the pictures on the phone."""
    return [base64.b64decode(one) for one in phone.page.evaluate(READ_BYTES)]


def camera_file(folder: Path, width: int, height: int) -> Path:
    """Return a JPEG whose left half is red, lying on its side as phones store it, its place in its EXIF."""
    picture = Image.effect_noise((width // 8, height // 8), 60).resize((width, height)).convert("RGB")
    picture.paste((200, 20, 20), (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED
    exif[GPS] = {1: "N", 2: (20.0, 45.0, 0.0)}
    path = folder / f"camera-{width}.jpg"
    picture.save(path, "JPEG", quality=92, exif=exif)
    return path


def begun(phone: Phone, house: House, farm: str) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.begin("Phun thuốc")


@pytest.mark.parametrize("where", ["in a worker", "in the page"])
def test_a_camera_picture_is_small_upright_and_says_nothing_of_the_place(
    house: House, phone: Phone, farm: str, tmp_path: Path, where: str
) -> None:
    phone.open(None)
    if where == "in the page":
        phone.page.add_init_script(NO_OFFSCREEN)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.begin("Phun thuốc")
    phone.photograph(camera_file(tmp_path, 4000, 3000))

    [raw] = stored(phone)
    picture = Image.open(io.BytesIO(raw))
    assert (picture.format, picture.size) == ("JPEG", (1200, 1600))
    assert not picture.getexif()
    assert b"Exif" not in raw
    assert len(raw) <= 350_000
    # Turned by its EXIF, the left half is the upper one.
    red, *others = picture.convert("RGB").getpixel((600, 200))  # type: ignore[misc]
    assert red > 150 > max(others)


def test_case_018_a_picture_of_108_megapixels_is_refused_with_words_and_the_page_lives(
    house: House, phone: Phone, farm: str, tmp_path: Path
) -> None:
    begun(phone, house, farm)
    path = tmp_path / "huge.jpg"
    Image.new("L", (12_000, 9_000), 90).save(path, "JPEG", quality=30)
    phone.page.set_input_files("input[type=file][capture]", path)
    phone.sees("Ảnh to quá")
    phone.save()
    assert stored(phone) == []


def test_case_019_a_picture_that_no_browser_reads_is_told_and_the_entry_is_saved(
    house: House, phone: Phone, farm: str, tmp_path: Path
) -> None:
    begun(phone, house, farm)
    path = tmp_path / "anh.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(5000))
    phone.page.set_input_files("input[type=file][capture]", path)
    phone.sees("Chụp lại trong sổ")
    phone.save()
    assert stored(phone) == []
