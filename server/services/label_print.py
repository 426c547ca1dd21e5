"""Label sheets and rolls as PDF: the code that leads to everything, and what a buyer reads without it.

The code is as large as the label lets it be, its error correction the highest that still leaves modules
that a cheap phone reads. Source: traceability.md §7.4; ISO/IEC 18004 (quiet zone of 4 modules).
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import segno

from server.services.console_reach import NotDone
from server.services.typesetting import TEMPLATES, typeset

MODULE_MM_MIN: Final = 0.3  # our choice: cheap cameras at a hand's distance
QUIET: Final = 4
LABELS_MAX: Final = 1_300  # of one file: 20 sheets of the smallest labels
_LEVELS: Final[tuple[Literal["q", "m"], ...]] = ("q", "m")
_PAD_MM: Final = 1.5
_CODE_ROOM_MM: Final = 3.2  # the lot's code in letters, below


@dataclass(frozen=True, slots=True)
class Size:
    """A size of labels, in mm. `dots`: of a thermal printer per mm, 0 for a sheet."""

    code: str
    name: dict[str, str]
    page: tuple[float, float]
    label: tuple[float, float]
    columns: int
    rows: int
    margin: tuple[float, float]
    gap: tuple[float, float]
    dots: int
    mark: str

    @property
    def a_page(self) -> int:
        """Return how many labels a page holds."""
        return self.columns * self.rows


@dataclass(frozen=True, slots=True)
class Text:
    """What every label of a run says beside its code. `shown`: the lot's code as people read it."""

    product: str
    shown: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """One label: what its code says, and its number in words ("" where all are the same)."""

    url: str
    number: str = ""


def _sizes() -> dict[str, Size]:
    text = (Path(TEMPLATES) / "label_sizes.json").read_text("utf-8")
    rows: list[dict[str, Any]] = json.loads(text)["sizes"]
    for row in rows:
        row |= {name: tuple(row[name]) for name in ("page", "label", "margin", "gap")}
    return {row["code"]: Size(**row) for row in rows}


SIZES: Final = _sizes()


def qr_of(url: str, size: Size) -> tuple[segno.QRCode, float]:
    """Return the code of an address for a label and its side with the quiet zone, in mm.

    Raises: NotDone(not_label_small) where its modules would be too small to be read.
    """
    width, height = size.label
    room = min(height - 2 * _PAD_MM - _CODE_ROOM_MM, width * 0.56 - _PAD_MM)
    for level in _LEVELS:
        code = segno.make_qr(url, error=level)
        modules = code.symbol_size(border=QUIET)[0]
        module = room / modules
        if size.dots:
            module = int(module * size.dots) / size.dots  # a printer draws whole dots
        if module >= MODULE_MM_MIN:
            return code, module * modules
    raise NotDone("not_label_small")


def print_labels(size: Size, text: Text, labels: Sequence[Printed], made_at: int, skip: int = 0) -> bytes:
    """Return the PDF of some labels; `skip`: places of the first sheet that are used up. Units: ms.

    Raises: NotDone: not_label_small; not_label_many above `LABELS_MAX`.
    """
    if len(labels) > LABELS_MAX:
        raise NotDone("not_label_many", n=LABELS_MAX)
    at: dict[str, int] = {}
    drawn: list[str] = []
    side = 0.0
    for one in labels:
        if one.url in at:
            continue
        code, side = qr_of(one.url, size)
        out = io.BytesIO()
        code.save(out, kind="svg", border=QUIET, xmldecl=False, svgns=True)
        at[one.url] = len(drawn)
        drawn.append(out.getvalue().decode())
    data = {
        "title": f"{text.product} {text.shown}",
        "page": size.page,
        "label": size.label,
        "columns": size.columns,
        "rows": size.rows,
        "margin": size.margin,
        "gap": size.gap,
        "side": side,
        "skip": skip % size.a_page,
        "product": text.product,
        "shown": text.shown,
        "lines": text.lines,
        "codes": drawn,
        "labels": [{"code": at[one.url], "number": one.number} for one in labels],
    }
    return typeset("labels", "labels", data, made_at)
