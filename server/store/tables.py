"""Tables of text, from and to spreadsheets: XLSX by openpyxl, CSV as Vietnamese and English Excel write it.

A cell that begins like a formula is text here: written with an apostrophe before it, which reading takes away
again. What a file may hold is capped before anything of it is unpacked or parsed. openpyxl is loaded where a
workbook is read or written: a worker that only takes in ops is 8 MB smaller.
Source: faults.md 100, 103; OWASP "CSV Injection"; ECMA-376 part 1.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FILE_BYTES_MAX = 2_000_000
UNPACKED_BYTES_MAX = 30_000_000
ROWS_MAX = 1000
CELLS_MAX = 40
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ENCODINGS = ("utf-8-sig", "utf-16", "cp1258")


class BadTable(Exception):
    """A file that is no table that we read; `slug` says why."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


def read_table(data: bytes, bytes_max: int = FILE_BYTES_MAX, rows_max: int = ROWS_MAX) -> list[list[str]]:
    """Return the rows of an XLSX or CSV file as text, the empty ones too.

    Raises: BadTable: large, rows, unreadable.
    """
    if len(data) > bytes_max:
        raise BadTable("large")
    rows = _read_xlsx(data, rows_max) if data[:4] == b"PK\x03\x04" else _read_csv(data, rows_max)
    for row in rows:
        while row and not row[-1]:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) > rows_max + 1:
        raise BadTable("rows")
    return rows


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([plain_cell(one) for one in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def write_xlsx(title: str, rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as an XLSX file of one sheet, its first row the head; every cell is text."""
    return write_sheets([(title, rows)])


def write_sheets(sheets: Iterable[tuple[str, Iterable[Sequence[str]]]]) -> bytes:
    """Return an XLSX file of one or more sheets, each with its name; as `write_xlsx` writes one."""
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in sheets:
        _fill(book.create_sheet(title), rows)
    if not book.worksheets:
        book.create_sheet()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, rows: Iterable[Sequence[str]]) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    for number, row in enumerate(rows, 1):
        for place, text in enumerate(row, 1):
            cell = sheet.cell(number, place)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", plain_cell(text))
            cell.data_type = "s"  # never a formula, whatever it begins with
            cell.number_format = "@"
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for column in sheet.columns:
        widest = max((len(str(cell.value or "")) for cell in column), default=0)
        sheet.column_dimensions[column[0].column_letter].width = min(40, max(10, widest + 2))


def plain_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula. The inverse is `text_of_cell`."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def text_of_cell(text: str) -> str:
    """Return the text that a cell stands for."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def _read_xlsx(data: bytes, rows_max: int) -> list[list[str]]:
    from openpyxl import load_workbook

    try:
        _check_zip(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        cells = sheet.iter_rows(max_row=rows_max + 2, max_col=CELLS_MAX, values_only=True)
        rows = [[_shown(value) for value in row] for row in cells]
        book.close()
    except BadTable:
        raise
    except Exception as error:  # the parsers under openpyxl raise whatever they meet in a broken file
        raise BadTable("unreadable") from error
    return rows


def _check_zip(data: bytes) -> None:
    """Refuse what would unpack to too much, and XML that declares entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = packed.infolist()
        if len(members) > 200 or sum(one.file_size for one in members) > UNPACKED_BYTES_MAX:
            raise BadTable("large")
        for one in members:
            with packed.open(one) as file:
                text = file.read(UNPACKED_BYTES_MAX)
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise BadTable("unreadable")


def _shown(value: object) -> str:
    """Return what a cell shows: a whole number without its ".0"."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f") if value == value and abs(value) < 1e15 else ""
    return text_of_cell(str(value))


def _read_csv(data: bytes, rows_max: int) -> list[list[str]]:
    text = _decode(data)
    head = text[:4000].split("\n")[0]
    delimiter = max((";", "\t", ","), key=head.count)
    try:
        rows = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([text_of_cell(one) for one in row[:CELLS_MAX]])
            if len(rows) > rows_max + 2:
                break
    except csv.Error as error:
        raise BadTable("unreadable") from error
    return rows


def _decode(data: bytes) -> str:
    if b"\0" in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise BadTable("unreadable")
    for encoding in _ENCODINGS:
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable("unreadable")
