"""The internal inspections of the demo: one put right late, one of last winter, one that is only begun."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from server.demo.book import Book
from server.demo.story import Inspect
from sync import ids
from sync.checklists import load_checklists
from sync.values import Json

CHECKLIST: Final = "annex_d"


@dataclass(frozen=True)
class Visit:
    """One inspection: day, day of writing, how many items were looked at, and faults by item.

    Shape:  a fault is (cause, action, day on which it is due, day of its closing or None), days from today.
    """

    day: int
    written: int
    seen: int = 14
    faults: dict[str, tuple[str, str, int, int | None]] = field(default_factory=dict)


VISITS: Final[dict[str, Visit]] = {
    "thanh": Visit(
        -24,
        -24,
        faults={
            "records": ("Thiếu hóa đơn mua đạm", "Xin lại hóa đơn của cửa hàng, kẹp vào sổ", -4, None),
            "sketch_map": ("Chưa vẽ kho thuốc", "Vẽ thêm kho thuốc vào sơ đồ", -10, -12),
            "tracing": ("Chưa làm thử truy xuất", "Làm thử với lô lúa vừa gặt", 40, None),
        },
    ),
    "huong": Visit(-345, -84),
    "dung": Visit(-402, -83),
    "man": Visit(-1, -1, seen=6),
}


def visited(book: Book) -> list[Inspect]:
    """Return the inspections of a household, as its cooperative's reviewer wrote them."""
    visit = VISITS.get(book.household.key)
    if visit is None:
        return []
    said: dict[str, Json] = {
        "of": "farm",
        "checklist": CHECKLIST,
        "happened_on": book.day(visit.day),
        "inspector_role": "reviewer",
    }
    private: dict[str, Json] = {}
    for item in load_checklists()[CHECKLIST].items[: visit.seen]:
        fault = visit.faults.get(item.code)
        said[item.name("result")] = "pass" if fault is None else "fail"
        if fault is None:
            continue
        cause, action, due, closed = fault
        private |= {item.name("cause"): cause, item.name("action"): action}
        said[item.name("due_on")] = book.day(due)
        if closed is not None:
            said[item.name("closed_on")] = book.day(closed)
    at = book.evening(visit.written, 15)
    uuid = ids.make_uuid7(at, book.rng.randbytes(10))
    return [Inspect(at, "reviewer", book.household.key, uuid, said, private)]
