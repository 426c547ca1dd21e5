"""The report of a recall as PDF: what came in, what was made, where it went, what is left.

In Vietnamese, for the authority. What nobody decided yet is left to be filled in by hand.
Source: Circular 17/2021/TT-BNNPTNT as in reference traceability §7.1 (V2: not checked against it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from server.pages.console_lots import size_shown
from server.pages.console_show import date_text, time_text
from server.pages.console_words import say
from server.services.console import Staff
from server.services.console_lots import Size
from server.services.console_recall import Found
from server.services.typesetting import typeset
from sync.codes import show_code
from sync.forms import load_forms

EMPTY: Final = "……………………………………"
_say: Final = partial(say, "vi")
_size: Final[Callable[[Size], str]] = partial(size_shown, "vi")


def as_pdf(found: Found, staff: Staff, way: str, typed: str, now: int) -> bytes:
    """Return the report of what a search found. Units: ms."""
    data = {
        "title": _say("recall_report"),
        "organisation": staff.organisation_name,
        "address": found.address,
        "mark": _say("recall_mark"),
        "made": time_text(now),
        "facts": _facts(found, way, typed, now),
        "sheets": [_lots(found), _deliveries(found), _causes(found)],
        "duties": [_say(one) for one in ("recall_24h", "recall_3days", "recall_3months")],
        "signers": [_say("recall_signs_maker"), _say("recall_signs_head")],
    }
    return typeset("recall", "recall", data, now)


def _facts(found: Found, way: str, typed: str, now: int) -> list[tuple[str, str]]:
    told = [one for one in found.recalls.values() if one]
    reasons = _each(str(one.get("reason") or "") for one in told)
    days = _each(date_text(str(one.get("decided_on") or "")) for one in told if one.get("decided_on"))
    treated = _each(_say(f"recalltreat_{one['treatment']}") for one in told if one.get("treatment"))
    return [
        (_say("recall_made"), time_text(now)),
        (f"{_say('recall_by')}", f"{_say(f'recallby_{way}')}: {typed}"),
        (_say("recall_reason"), reasons or EMPTY),
        (_say("recall_day"), days or EMPTY),
        (_say("recall_treatment"), treated or EMPTY),
        (_say("recall_received"), _sum(found.received)),
        (_say("recall_delivered"), _sum(found.delivered)),
        (_say("recall_left"), _sum(found.left)),
    ]


def _lots(found: Found) -> dict[str, object]:
    rows = [
        [
            show_code(one.row.code) if one.row.code else "?",
            one.product or _say("lot_no_product"),
            date_text(one.row.happened_on) if one.row.happened_on else _say("no_day"),
            _size(one.came),
            _size(one.left),
            _say(f"lotstate_{one.row.state}"),
        ]
        for one in found.lots
    ]
    heads = ("lot_code", "lot_product", "lot_on", "lot_came", "lot_left", "lot_state")
    return _sheet(_say("recall_produced"), heads, (14, 26, 14, 14, 14, 16), rows, "")


def _deliveries(found: Found) -> dict[str, object]:
    rows = [
        [
            "\n".join(filter(None, (one.buyer or _say("lot_no_buyer"), one.place))),
            one.phone,
            date_text(one.day) if one.day else _say("no_day"),
            show_code(one.lot.row.code) if one.lot.row.code else "?",
            _size(one.size) if one.size else "?",
        ]
        for one in found.deliveries
    ]
    heads = ("lotfield_buyer", "lotfield_phone", "lot_on", "lot_code", "lot_amount")
    return _sheet(_say("recall_delivered"), heads, (34, 20, 14, 14, 14), rows, _say("recall_no_buyers"))


def _causes(found: Found) -> dict[str, object]:
    forms = load_forms()
    rows = [
        [
            date_text(one.day) if one.day else _say("no_day"),
            one.code,
            ": ".join(filter(None, (forms[one.form].short.vi if one.form in forms else one.form, one.what))),
        ]
        for one in found.causes
    ]
    return _sheet(_say("recall_causes"), ("lot_on", "farm", "recall_what"), (14, 14, 60), rows, "")


def _sheet(
    title: str, heads: Sequence[str], widths: Sequence[int], rows: list[list[str]], none: str
) -> dict[str, object]:
    return {
        "title": title,
        "heads": [_say(one) for one in heads],
        "widths": widths,
        "rows": rows,
        "none": none,
    }


def _sum(sizes: Iterable[Size]) -> str:
    return ", ".join(map(_size, sizes)) or "0"


def _each(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(one for one in texts if one))
