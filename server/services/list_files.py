"""A file of a reference list as lines: XLSX and CSV by their heads, JSON by its members.

Every column is known by its Vietnamese and English head and by the names that public lists use. What a cell
says is text, whatever it begins with. Does not judge what a line says: that is `list_rows`.
Source: reference inputs §6.2 (layouts); faults.md 100, 103.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from server.services.console_reach import NotDone, fold
from server.store.tables import BadTable, read_table, text_of_cell

FILE_BYTES_MAX = 5_000_000
LINES_MAX = 20_000
HEAD_ROWS = 10  # our choice: a title and notes may stand above the head
# Shown heads first, Vietnamese and English; then the names of members in JSON.
HEADS: dict[str, tuple[str, ...]] = {
    "name": ("Tên thương phẩm", "Trade name", "Tên sản phẩm", "Tên thuốc", "Product", "trade_name", "name"),
    "active": ("Hoạt chất", "Active ingredient", "Thành phần", "active_ingredient", "active"),
    "content": ("Hàm lượng", "Content"),
    "names": ("Tên gọi khác", "Other names", "names"),
    "group": ("Nhóm", "Group"),
    "registrant": ("Tổ chức đăng ký", "Registrant", "Nhà sản xuất"),
    "crop": ("Cây trồng", "Crop", "Vật nuôi", "Animal"),
    "pest": ("Dịch hại", "Pest", "Đối tượng phòng trừ", "Bệnh"),
    "dose": ("Liều lượng", "Dose", "Liều dùng"),
    "phi": ("Thời gian cách ly", "Waiting time", "Thời gian ngừng thuốc", "PHI", "phi_text", "phi"),
    "produce": ("Ngừng thuốc cho", "Waiting for", "Sản phẩm thu", "produce"),
    "valid_from": ("Hiệu lực từ", "Valid from", "valid_from"),
    "valid_to": ("Hiệu lực đến", "Valid to", "valid_to"),
    "usable_until": ("Được dùng đến", "Usable until", "usable_until"),
    "source": ("Nguồn", "Source", "source_circular", "source"),
}
_NAMES = {fold(head): name for name, heads in HEADS.items() for head in heads}


@dataclass(frozen=True)
class Line:
    """One line by column name. `number`: of the table, or of the product in a JSON file, from 1."""

    number: int
    cells: dict[str, str]


def read_lines(data: bytes) -> list[Line]:
    """Return the lines of a file that say anything. Raises: NotDone for what is no list that we read."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if len(data) > FILE_BYTES_MAX:
        raise NotDone("not_list_large")
    if start in (b"[", b"{"):
        lines = list(_of_json(data))
    else:
        try:
            lines = _of_table(read_table(data, FILE_BYTES_MAX, LINES_MAX))
        except BadTable as error:
            raise NotDone(f"not_list_{error.slug}") from error
    if not lines:
        raise NotDone("not_lines")
    return lines


def _of_table(rows: Sequence[Sequence[str]]) -> list[Line]:
    heads = [
        {place: _NAMES[fold(cell)] for place, cell in enumerate(row) if fold(cell) in _NAMES}
        for row in rows[:HEAD_ROWS]
    ]
    first = next((at for at, one in enumerate(heads) if {"name", "active"} & set(one.values())), None)
    if first is None:
        raise NotDone("not_list_head")
    found = []
    for number, row in enumerate(rows[first + 1 :], first + 2):
        cells = {heads[first][at]: cell for at, cell in enumerate(row) if at in heads[first] and cell}
        if cells:
            found.append(Line(number, cells))
    return found


def _of_json(data: bytes) -> Iterator[Line]:
    """Give a line for every use of every product; numbers are read as they are written."""
    try:
        whole = json.loads(data.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotDone("not_list_unreadable") from error
    if isinstance(whole, dict):
        whole = next((one for one in whole.values() if isinstance(one, list)), None)
    if not isinstance(whole, list):
        raise NotDone("not_list_head")
    count = 0
    for number, item in enumerate(whole, 1):
        if not isinstance(item, dict):
            yield Line(number, {})
            continue
        head = _cells(item)
        for use in _uses(item) or [{}]:
            count += 1
            if count > LINES_MAX:
                raise NotDone("not_list_rows")
            yield Line(number, head | use)


def _uses(item: dict[str, Any]) -> list[dict[str, str]]:
    """Return the uses of a product: one by one, or every pest on every crop of its targets."""
    found = [_cells(one) for one in _dicts(item.get("uses"))]
    for target in _dicts(item.get("targets")):
        for crop in _texts(target.get("crops")) or [""]:
            found += [{"crop": crop, "pest": pest} for pest in _texts(target.get("pests")) or [""]]
        if len(found) > LINES_MAX:
            raise NotDone("not_list_rows")
    return found


def _cells(item: dict[str, Any]) -> dict[str, str]:
    """Return what the members of an object say that stand for a column."""
    found: dict[str, str] = {}
    for key, value in item.items():
        name = _NAMES.get(fold(key))
        if name is not None and isinstance(value, str) and value:
            found.setdefault(name, text_of_cell(value))
        elif name == "names":
            found[name] = ";".join(_texts(value))
    return found


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [text_of_cell(one) for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _refuse(_name: str) -> NoReturn:
    raise ValueError("no number")
