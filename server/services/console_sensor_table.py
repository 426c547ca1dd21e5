"""A table of readings of a sensor without a network: looked at line by line, then signed in the browser.

One column is the time, each other one a measure by its name or code. What the rows say is not judged here: a
value that can't be is kept and marked by the log's view, as one that came by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Final

from server.services.console_reach import NotDone, fold
from server.store.tables import BadTable, read_table
from sync.readings import SINCE_MS, VALUE_MAX, make_readings, measures
from sync.values import Json

FILE_BYTES_MAX: Final = 8_000_000
ROWS_MAX: Final = 110_000  # a year at five minutes
OP_ROWS: Final = 250  # our choice: a hundred of such ops fit into one request
BAD_SHOWN: Final = 5
TIME_HEADS: Final = ("thoi gian", "thoi diem", "ngay gio", "time", "at", "timestamp", "datetime")
_FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M",
)  # fmt: skip
_VIETNAM: Final = timezone(timedelta(hours=7))
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,9})?")


@dataclass(frozen=True)
class Plan:
    """What a table would add. `bad`: the first lines that can't be read; `odd`: values that can't be."""

    rows: int
    first: int
    last: int
    codes: tuple[str, ...]
    bad: tuple[int, ...]
    bad_count: int
    odd: int
    ops: tuple[dict[str, Json], ...]


def plan_readings(sensor: str, data: bytes, now: int) -> Plan:
    """Return what a CSV or XLSX file of a sensor says. Raises: NotDone for a file without a line to add."""
    try:
        lines = read_table(data, FILE_BYTES_MAX, ROWS_MAX)
    except BadTable as error:
        raise NotDone(f"not_table_{error.slug}") from error
    at, columns = _heads(lines[0] if lines else [])
    if at is None or not columns:
        raise NotDone("not_readings")
    found: dict[int, tuple[int | None, ...]] = {}
    bad = []
    for number, line in enumerate(lines[1:], 2):
        if not any(line):
            continue
        time = _time(_cell(line, at))
        values = [_value(_cell(line, place)) for place, _ in columns]
        if time is None or not SINCE_MS <= time <= now or "bad" in values:
            bad.append(number)
        elif any(one is not None for one in values):
            found.setdefault(time, tuple(one if isinstance(one, int) else None for one in values))
    if not found:
        raise NotDone("not_readings_rows", lines=", ".join(map(str, bad[:BAD_SHOWN])) or "-")
    rows, codes = sorted(found.items()), tuple(code for _, code in columns)
    return Plan(
        rows=len(rows), first=rows[0][0], last=rows[-1][0], codes=codes, bad=tuple(bad[:BAD_SHOWN]),
        bad_count=len(bad), odd=_odd(codes, found), ops=tuple(make_readings(sensor, codes, rows, OP_ROWS)),
    )  # fmt: skip


def _heads(line: Sequence[str]) -> tuple[int | None, list[tuple[int, str]]]:
    """Return the column of the time, and those of measures with their codes."""
    names = {fold(name): code for code, one in measures().items() for name in (code, *one.names.values())}
    heads = [fold(re.sub(r"[(\[].*", "", text)) for text in line]
    at = next((place for place, head in enumerate(heads) if head in TIME_HEADS), None)
    return at, [(place, names[head]) for place, head in enumerate(heads) if head in names]


def _cell(line: Sequence[str], place: int) -> str:
    return line[place].strip() if place < len(line) else ""


def _time(text: str) -> int | None:
    """Return ms of a time as people and loggers write it, Vietnam's where it says none."""
    if text.isascii() and text.isdigit() and len(text) in (10, 13):
        return int(text) * (1000 if len(text) == 10 else 1)
    plain = text.replace("T", " ")
    for form in _FORMATS:
        try:
            return int(datetime.strptime(plain, form).replace(tzinfo=_VIETNAM).timestamp() * 1000)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=_VIETNAM)).timestamp() * 1000)


def _value(text: str) -> int | str | None:
    """Return thousandths, None for an empty cell, "bad" for what is no number."""
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        return "bad"
    try:
        value = int((Decimal(text.replace(",", ".")) * 1000).to_integral_value())
    except InvalidOperation:
        return "bad"
    return value if abs(value) <= VALUE_MAX else "bad"


def _odd(codes: Sequence[str], found: dict[int, tuple[int | None, ...]]) -> int:
    """Return how many values can't be."""
    of = [measures()[code] for code in codes]
    return sum(
        value is not None and not measure.low <= value <= measure.high
        for values in found.values()
        for measure, value in zip(of, values, strict=True)
    )
