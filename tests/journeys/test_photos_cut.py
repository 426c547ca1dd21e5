"""A photo's upload cut off at random bytes goes on where the server has it, and arrives whole, once."""

from __future__ import annotations

import random
from pathlib import Path

from tests.journeys.house import House
from tests.journeys.log import files_of, ops_of
from tests.journeys.phone import Phone


def big_picture(path: Path, seed: int) -> Path:
    """Return a picture that stays large after the phone has scaled it: noise to the last pixel."""
    from PIL import Image

    rng = random.Random(seed)
    Image.frombytes("RGB", (1600, 1200), rng.randbytes(1600 * 1200 * 3)).save(path, "JPEG", quality=60)
    return path


def test_an_upload_cut_at_random_bytes_is_resumed_and_the_bytes_are_equal(
    house: House, phone: Phone, farm: str, tmp_path: Path
) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    device = phone.stored("identities")[0]["device"]
    phone.lose_signal()
    phone.begin("Thăm đồng")
    phone.photograph(big_picture(tmp_path / "big.jpg", 5))
    phone.save()
    [shot] = phone.stored("blobs")
    [upload] = phone.stored("uploads")
    rng = random.Random(20_261_124)
    phone.air.cuts = [rng.randrange(upload["size"] // 20, upload["size"] // 5) for _ in range(4)]
    phone.air.up = 0
    phone.find_signal()
    phone.go("gui")
    phone.sees("Ảnh, lời ghi âm còn phải gửi")
    send = phone.page.locator(".dock .btn.do:enabled")
    while phone.air.cuts:
        # By the app itself or by a tap: on a slow machine an attempt of its own may come first.
        phone.sees(send)
        phone.tap(send)
    phone.lose_signal()
    phone.find_signal()  # nobody taps any more: back in coverage it goes on by itself
    phone.sees("Đã gửi hết")
    assert phone.air.cut_done == 4
    assert shot["bytes"] in files_of(house)
    assert [op.doc.partition(":")[0] for op in ops_of(house, device)] == ["entry", "photo"]
