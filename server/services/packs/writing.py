"""A pack as files: one table (XLSX or CSV), and a ZIP of both with the pictures and a note.

Every file says which columns are verified: the second row of a table, and the note of the ZIP.
Source: commerce.md §9; faults.md 103 (a cell is never a formula).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Final

from server.services.packs.general import GENERAL
from server.services.packs.postmart import POSTMART
from server.services.packs.shape import Pack, Ware
from server.services.packs.shopee import SHOPEE
from server.services.packs.tiktok import TIKTOK
from server.services.packs.voso import VOSO
from server.store.tables import write_csv, write_sheets

PACKS: Final = {one.code: one for one in (SHOPEE, TIKTOK, POSTMART, VOSO, GENERAL)}
SURE: Final = {"V": "đã đối chiếu", "V2": "theo nguồn thứ hai", "R": "chưa đối chiếu"}
_DAY: Final = (2026, 1, 1, 0, 0, 0)  # the same files for the same product


def sheet(pack: Pack, ware: Ware) -> bytes:
    """Return the pack as XLSX: the product's row, and a sheet that says of each column how sure it is."""
    told = [("Cột", "Nghĩa", "Bắt buộc", "Đối chiếu với sàn")]
    told += [
        (one.name, one.label, "có" if one.needed else "", f"{one.mark}: {SURE[one.mark]}")
        for one in pack.fields
    ]
    head = tuple(one.name for one in pack.fields)
    labels = tuple(f"{one.label} ({SURE[one.mark]})" for one in pack.fields)
    return write_sheets([(pack.name, [head, labels, pack.row(ware)]), ("Doi chieu", told)])


def table(pack: Pack, ware: Ware) -> bytes:
    """Return the pack as CSV: names of the columns, then the product's row."""
    return write_csv([tuple(one.name for one in pack.fields), pack.row(ware)])


def bundle(pack: Pack, ware: Ware, pictures: Sequence[bytes]) -> bytes:
    """Return the pack with its pictures as ZIP; `pictures` are JPEG, the main one first."""
    out = io.BytesIO()
    name = f"{ware.sku or 'san-pham'}-{pack.code}"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        _put(packed, f"{name}.xlsx", sheet(pack, ware))
        _put(packed, f"{name}.csv", table(pack, ware))
        _put(packed, "doc-truoc.txt", _note(pack, ware).encode("utf-8-sig"))
        for place, data in enumerate(pictures[: pack.pictures], 1):
            _put(packed, f"anh/{place:02}.jpg", data)
    return out.getvalue()


def _put(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    packed.writestr(zipfile.ZipInfo(name, _DAY), data)


def _note(pack: Pack, ware: Ware) -> str:
    """Return what to read first, and the text to copy for Zalo or a livestream."""
    sure = [one.label for one in pack.fields if one.mark == "V"]
    lines = [
        f"{ware.name}: gói đăng bán cho {pack.name}",
        f"Nguồn của các cột: {pack.source}.",
        f"Đã đối chiếu: {', '.join(sure) or 'chưa có cột nào'}. Các cột khác phải xem lại trên sàn.",
        "Gói này không tự đăng gì: người bán đăng bằng tài khoản của mình trên sàn.",
        "", "--- Chữ để chép ---", ware.name, ware.describe(),
    ]  # fmt: skip
    return "\r\n".join(line.replace("\n", "\r\n") for line in lines) + "\r\n"
