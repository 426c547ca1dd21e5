"""Three days in the field without coverage: 30 lines, 20 photos, the browser killed twice, then one sync."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.journeys.house import House
from tests.journeys.log import Kept, files_of, ops_of
from tests.journeys.phone import Phone
from tests.server.pictures import make_jpeg

ENTRIES, PHOTOS = 30, 20


def a_day(phone: Phone, lines: int, photos: int, folder: Path) -> None:
    """Record a day's lines: some with a photo, the others as last time."""
    for number in range(lines):
        if number >= photos:
            phone.go("")
            phone.again()
            continue
        picture = folder / f"{number}.jpg"
        picture.write_bytes(make_jpeg(800, 600, seed=hash((phone.taps, number)) % 10_000))
        phone.go("")
        phone.begin("Thăm đồng")
        phone.tap(phone.field("Thấy gì?").get_by_role("button").nth(1))
        phone.type_into("Tên sâu, bệnh", f"Sâu số {number}")
        phone.photograph(picture)
        phone.save()


def of_type(ops: list[Kept], kind: str) -> list[Kept]:
    """Return the ops of one type of document."""
    return [one for one in ops if one.doc.startswith(f"{kind}:")]


def test_thirty_lines_and_twenty_photos_of_three_days_arrive_once_and_in_order(
    house: House, phone: Phone, farm: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    phone.open(None, at=now - timedelta(days=2))
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.waits_for_program()
    device = phone.stored("identities")[0]["device"]
    phone.lose_signal()

    phone.make_plot("Đồng Rọc")
    phone.open_season("Cà chua", "Đồng Rọc")
    a_day(phone, 10, 7, tmp_path)
    phone.kill()  # straight after "Đã lưu trên máy"

    phone.open(at=now - timedelta(days=1))
    phone.sees("12 dòng")
    a_day(phone, 10, 7, tmp_path)
    phone.go("")
    phone.begin("Bón phân")
    phone.type_into("Tên phân", "NPK 16-16-8")
    phone.until(lambda: "NPK 16-16-8" in str(phone.stored("drafts")), "the draft is kept")
    phone.kill()  # in the middle of a line

    phone.open(at=now)
    phone.sees("NPK 16-16-8")
    phone.tap("Ghi tiếp")
    phone.save()
    a_day(phone, 9, 6, tmp_path)
    assert ops_of(house, device) == []
    phone.find_signal()
    phone.waits_for_sent()

    ops = ops_of(house, device)
    assert [one.n for one in ops] == list(range(1, len(ops) + 1))
    assert len({one.id for one in ops}) == len(ops)
    entries, photos = of_type(ops, "entry"), of_type(ops, "photo")
    assert (len(entries), len(photos)) == (ENTRIES, PHOTOS)
    days = [one.fields["happened_on"] for one in entries]
    assert days == sorted(days)
    # The line begun on the second day and finished on the third is the second day's.
    assert [count for _, count in sorted(Counter(days).items())] == [10, 11, 9]
    kept = {row["bytes"] for row in phone.stored("blobs")}
    assert len(kept) == PHOTOS
    assert kept <= set(files_of(house))
