"""A version as a file that can be brought in again: a line for every use, no cell a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.services.console import Staff
from server.services.console_exports import TYPES
from server.services.list_files import HEADS
from server.services.list_versions import whole_version
from server.store.lists import BANNED, use_of_data
from server.store.tables import write_csv, write_xlsx

__all__ = ["TYPES", "example_file", "version_file"]

_PRODUCT = ("name", "active", "group", "registrant", "crop", "pest", "dose", "phi", "produce")
_BANNED = ("active", "names", "group")
_DATES = ("valid_from", "valid_to", "usable_until", "source")
_EXAMPLE = (
    ("Tên Thuốc Mẫu 5EC", "Hoạt chất mẫu 50 g/l", "Thuốc trừ sâu", "Công ty mẫu", "lúa", "sâu cuốn lá",
     "0.3 - 0.5 lít/ha", "7", "", "", "", "", ""),
    ("Tên Thuốc Mẫu 5EC", "Hoạt chất mẫu 50 g/l", "Thuốc trừ sâu", "Công ty mẫu", "lúa", "rầy nâu",
     "20 ml/sào", "Không sử dụng từ khi lúa trỗ", "", "", "", "", ""),
)  # fmt: skip


def version_file(staff: Staff, version: str, ending: str, language: int) -> bytes:
    """Return a version as a file of one of `TYPES`; `language`: 0 Vietnamese, 1 English heads.

    Raises: ServiceError(not_found).
    """
    found, rows = whole_version(staff, version)
    columns = (*(_BANNED if found.kind == BANNED else _PRODUCT), *_DATES)
    lines = (_banned(row) if found.kind == BANNED else _product(row) for row in rows)
    cells = [[one.get(name, "") for name in columns] for of_row in lines for one in of_row]
    return _written([HEADS[name][language] for name in columns], cells, ending)


def example_file(ending: str, language: int) -> bytes:
    """Return a table that shows how a list is filled in, as a file of one of `TYPES`."""
    heads = [HEADS[name][language] for name in (*_PRODUCT, *_DATES)]
    return _written(heads, [list(row) for row in _EXAMPLE], ending)


def _written(heads: list[str], cells: list[list[str]], ending: str) -> bytes:
    return write_csv([heads, *cells]) if ending == "csv" else write_xlsx("Danh mục", [heads, *cells])


def _product(row: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    head = {name: str(value) for name, value in row.items() if isinstance(value, str)}
    if not row["uses"]:
        yield head
    for use in map(use_of_data, row["uses"]):
        told = {"crop": use.crop, "pest": use.pest, "dose": use.dose_text, "phi": use.phi_text}
        yield head | told | {"produce": use.produce}


def _banned(row: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    head = {name: str(value) for name, value in row.items() if isinstance(value, str)}
    yield head | {"active": row["name"], "names": "; ".join(row["names"])}
