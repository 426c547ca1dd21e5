"""What somebody typed about a model or one of its seasons, as it is stored: bounded, what is wrong said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from server.models.own_products import NAME_CHARS, NUMBER_CHARS
from server.services.console_product_values import clean_lines, whole_number
from server.services.console_reach import NotDone, clean
from sync.civil import is_civil_date
from sync.units import UnitError, to_base

KINDS: Final = ("high_tech", "circular", "both")
STATES: Final = ("planned", "running", "ended")
DAYS: Final = ("decided_on", "started_on", "ended_on")
RESULT_DAYS: Final = ("started_on", "ended_on")
YIELD_UNITS: Final = ("kg", "ta", "tan", "con", "qua", "l")
AREA_UNITS: Final = ("sao", "m2", "ha")
DONG_MAX: Final = 1_000_000_000_000  # our choice: no season of a household costs more
TEXT_CHARS_MAX: Final = 2000
LINES_MAX: Final = 40
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?", re.ASCII)


def read_model(said: Mapping[str, str]) -> dict[str, object]:
    """Return the columns of a model that are texts and days.

    Shape:  `said`: texts by column, days civil or "" or "?" for what is no day.
    Raises: NotDone says which field is wrong.
    """
    most = {
        "name_vi": NAME_CHARS,
        "name_en": NAME_CHARS,
        "decision_no": NUMBER_CHARS,
        "decided_by": NAME_CHARS,
    }
    values: dict[str, object] = {name: clean(said.get(name, ""), chars) for name, chars in most.items()}
    if not values["name_vi"]:
        raise NotDone("not_model_name")
    for name in ("technique", "partners", "story"):
        values[name] = clean_lines(said.get(name, ""), LINES_MAX, TEXT_CHARS_MAX)
    for name, known, wrong in (("kind", KINDS, "not_model_kind"), ("state", STATES, "not_model_state")):
        values[name] = said.get(name, "")
        if values[name] not in known:
            raise NotDone(wrong)
    values |= _days(said, DAYS)
    if values["decided_on"] and not values["decision_no"]:
        raise NotDone("not_model_decision")
    return values


def read_result(said: Mapping[str, str]) -> dict[str, object]:
    """Return the columns of a season's result. Raises: NotDone says which field is wrong."""
    season = clean(said.get("season", ""), NAME_CHARS)
    if not season:
        raise NotDone("not_model_season")
    amount, unit = _amount(said, "yield", YIELD_UNITS)
    area, area_unit = _amount(said, "area", AREA_UNITS)
    return {
        "season": season,
        **_days(said, RESULT_DAYS),
        "area_m2": to_base(area, area_unit) if area else None,
        "cost_dong": _dong(said.get("cost_dong", "")),
        "revenue_dong": _dong(said.get("revenue_dong", "")),
        "yield_amount": amount,
        "yield_unit": unit,
        "note": clean_lines(said.get("note", ""), LINES_MAX, TEXT_CHARS_MAX),
    }


def _days(said: Mapping[str, str], names: tuple[str, ...]) -> dict[str, object]:
    for name in names:
        if said.get(name) and not is_civil_date(said[name]):
            raise NotDone("not_day")
    if said.get("started_on", "") > (said.get("ended_on") or "9999"):
        raise NotDone("not_model_days")
    return {name: said.get(name, "") for name in names}


def _dong(text: str) -> int | None:
    """Return whole đồng; a season that brought nothing says 0, one of which nobody knows says nothing."""
    return 0 if text.strip() == "0" else whole_number(text, DONG_MAX, "not_model_dong")


def _amount(said: Mapping[str, str], name: str, units: tuple[str, ...]) -> tuple[str, str]:
    """Return decimal text and its unit, both "" for nothing said; "1.250" is read as it is written here."""
    typed = said.get(f"{name}_amount", "").replace(" ", "")
    if not typed:
        return "", ""
    amount = (typed.replace(".", "") if _THOUSANDS.fullmatch(typed) else typed).replace(",", ".")
    unit = said.get(f"{name}_unit", "")
    try:
        if unit in units and to_base(amount, unit) > 0:
            return amount, unit
    except UnitError:
        pass
    raise NotDone(f"not_model_{name}")
