"""The audit's export: rows that each hold a chain over all before, the last one signed by the operator's key.

Whoever has the file and the operator's public key sees that no row was altered, taken out or put in, and that
it ends where it ended. It does not prove that the server noted everything: an event removed from the database
before the export is in no file; keep exports, their chains begin where the period begins.
Source: security.md §8 "Breach notice"; our choice of the form. docs/operate.md says what a row holds.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from server.db import reading
from server.store import audit, log, operator
from sync.errors import Refusal
from sync.ids import b64_decode, b64_encode
from sync.limits import SIGNATURE_BYTES
from sync.ops import domain
from sync.signing import verify

Form = Literal["csv", "jsonl"]
Row = dict[str, str]
COLUMNS: Final = ("at", "organisation", "membership", "act", "object", "request", "chain")
END: Final = "end"  # the act of the last row; no page or act of the console is called so


class NotWhole(Exception):
    """The file is not as it was written; the message says at which row."""


def export(first: int, last: int, now: int, form: Form) -> Iterator[str]:
    """Give the events from `first` on and before `last` (ms), the oldest first, as lines.

    Raises: DatabaseTrouble, OperatorKeyMissing.
    """
    if form == "csv":
        yield _csv(COLUMNS)
    for row in _rows(first, last, now):
        yield _csv(row.values()) if form == "csv" else json.dumps(row)


def check(lines: Iterable[str], key: bytes) -> tuple[str, int]:
    """Return whose events a file holds and how many, after every row was compared.

    Raises: NotWhole.
    """
    rows = list(_parse(list(lines)))
    if not rows or rows[-1]["act"] != END:
        raise NotWhole("the last row is missing: the file was cut off")
    origin, count = rows[-1]["organisation"], 0
    chain = _begin(origin)
    for number, row in enumerate(rows, 1):
        is_end = number == len(rows)
        chain = _next(chain, row | {"request": ""} if is_end else row)
        if row["chain"] != chain:
            raise NotWhole(f"row {number} is not as it was written, or one before it is missing")
        count += not is_end
    try:
        signature = b64_decode(rows[-1]["request"], SIGNATURE_BYTES)
    except Refusal as error:
        raise NotWhole("the last row has no signature") from error
    if not verify(key, _signed(origin, chain), signature):
        raise NotWhole("another key signed the last row")
    return origin, count


def _rows(first: int, last: int, now: int) -> Iterator[Row]:
    key = operator.load_private()
    with reading() as session:
        origin, count = log.origin(session), 0
        chain = _begin(origin)
        for one in audit.events_between(session, first, last):
            row = dict(
                zip(
                    COLUMNS,
                    (str(one.at), one.organisation, one.membership, one.act, one.object, one.request),
                    strict=False,
                )
            )
            chain = _next(chain, row)
            count += 1
            yield row | {"chain": chain}
    told = f"{count} events, {first} <= at < {last}"
    row = {"at": str(now), "organisation": origin, "membership": key.device, "act": END, "object": told}
    row["request"] = ""
    chain = _next(chain, row)
    yield row | {"request": b64_encode(key.sign(_signed(origin, chain))), "chain": chain}


def _begin(origin: str) -> str:
    return hashlib.sha256(domain("audit", origin)).hexdigest()


def _next(chain: str, row: Mapping[str, str]) -> str:
    """Return the chain over a row: of its texts in the order of the columns, whatever form the file has."""
    told = json.dumps([chain, *(row[name] for name in COLUMNS[:-1])], separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _signed(origin: str, chain: str) -> bytes:
    return domain("audit", origin) + chain.encode("ascii")


def _csv(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _parse(lines: list[str]) -> Iterator[Row]:
    try:
        is_csv = bool(lines) and not lines[0].startswith("{")
        found = csv.DictReader(lines) if is_csv else map(json.loads, filter(str.strip, lines))
        for row in found:
            if not isinstance(row, dict) or set(row) != set(COLUMNS):
                raise NotWhole("it is no export of ours")
            yield {str(name): str(value) for name, value in row.items()}
    except (ValueError, csv.Error) as error:
        raise NotWhole("it is no export of ours") from error
