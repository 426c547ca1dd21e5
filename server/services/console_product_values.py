"""What a manager typed about a product, as it is stored: every field bounded, what is wrong said by name.

Source: reference traceability §7.2, §7.3 (a GTIN is never invented), commerce §8 (the OCOP product file) and
§9 (what a listing on a marketplace asks).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from server.models.own_products import CODE_CHARS, NAME_CHARS, NUMBER_CHARS, OwnProduct
from server.services.console_reach import NotDone, clean
from sync.civil import is_civil_date
from sync.codes import gtin14, is_gtin

STORY_CHARS_MAX: Final = 2000
INGREDIENTS_CHARS_MAX: Final = 1000
LINES_MAX: Final = 10  # our choice: papers of one product that somebody reads
SHELF_DAYS_MAX: Final = 3650
PRICE_DONG_MAX: Final = 1_000_000_000
PACKAGE_G_MAX: Final = 1_000_000
OCOP_GROUPS: Final = (1, 2, 3, 4, 5, 6)
OCOP_STARS: Final = (3, 4, 5)
STANDARDS: Final = ("VietGAP", "GlobalGAP", "Hữu cơ (TCVN 11041)", "An toàn thực phẩm")
DAYS: Final = ("certificate_from", "certificate_to", "ocop_signed_on")
OCOP: Final = (
    "ocop_group", "ocop_stars", "ocop_subgroup", "ocop_decision", "ocop_certificate_no", "ocop_signed_on",
)  # fmt: skip
_TEXTS: Final = {
    "name_vi": NAME_CHARS, "name_en": NAME_CHARS, "brand": NAME_CHARS, "standard": CODE_CHARS,
    "certificate_no": NUMBER_CHARS, "certificate_by": NAME_CHARS, "ocop_subgroup": NAME_CHARS,
    "ocop_decision": NUMBER_CHARS, "ocop_certificate_no": NUMBER_CHARS, "net_content": NUMBER_CHARS,
    "storage": NAME_CHARS, "warning": NAME_CHARS, "standard_no": NUMBER_CHARS,
    "self_declaration_no": NUMBER_CHARS, "trademark_no": NUMBER_CHARS, "capacity": NUMBER_CHARS,
    "ingredients": INGREDIENTS_CHARS_MAX,
}  # fmt: skip
_SIDES = re.compile(r"\s*(\d{1,3})\s*[x×*]\s*(\d{1,3})\s*[x×*]\s*(\d{1,3})\s*")
_TYPED = re.compile(r"[0-9]{1,3}(?:[., ]?[0-9]{3})*")


def read_product(said: Mapping[str, str]) -> dict[str, object]:
    """Return the columns of a product.

    Shape:  `said`: texts by column, days civil or "" or "?" for what is no day.
    Raises: NotDone says which field is wrong.
    """
    values: dict[str, object] = {name: clean(said.get(name, ""), most) for name, most in _TEXTS.items()}
    if not values["name_vi"]:
        raise NotDone("not_product_name")
    values["story"] = clean_lines(said.get("story", ""), 40, STORY_CHARS_MAX)
    values["test_reports"] = clean_lines(said.get("test_reports", ""), LINES_MAX, LINES_MAX * NAME_CHARS)
    values |= _days(said) | _codes(said) | _ocop(said) | _sold(said)
    values["product_code"] = said.get("product_code", "")
    values["key_product"] = said.get("key_product", "") or None
    if values["ocop_stars"] and not values["ocop_signed_on"]:
        raise NotDone("not_ocop")
    return values


def clean_lines(text: str, lines_max: int, chars_max: int) -> str:
    """Return a text of several lines as it is stored, without empty ones at its ends.

    Raises: NotDone above `chars_max`, or above `lines_max` lines.
    """
    lines = [clean(one, chars_max) for one in text.splitlines()]
    found = "\n".join(lines).strip("\n")
    if len(found) > chars_max:
        raise NotDone("not_short", n=chars_max)
    if found.count("\n") >= lines_max:
        raise NotDone("not_lines_many", n=lines_max)
    return found


def is_ocop_changed(row: OwnProduct, values: Mapping[str, object]) -> bool:
    """Return whether what the commune compared with the paper would be another."""
    return any(getattr(row, name) != values[name] for name in OCOP)


def _days(said: Mapping[str, str]) -> dict[str, object]:
    for name in DAYS:
        if said.get(name) and not is_civil_date(said[name]):
            raise NotDone("not_day")
    if said.get("certificate_from", "") > (said.get("certificate_to") or "9999"):
        raise NotDone("not_certificate_days")
    return {name: said.get(name, "") for name in DAYS}


def _codes(said: Mapping[str, str]) -> dict[str, object]:
    gtin = clean(said.get("gtin", ""), 20).replace(" ", "")
    if gtin and not is_gtin(gtin):
        raise NotDone("not_gtin")
    shelf = whole_number(said.get("shelf_life_days", ""), SHELF_DAYS_MAX, "not_shelf_life")
    return {"gtin": gtin14(gtin) if gtin else None, "shelf_life_days": shelf}


def _ocop(said: Mapping[str, str]) -> dict[str, object]:
    group, stars = (_choice(said.get(name, "")) for name in ("ocop_group", "ocop_stars"))
    if stars and (stars not in OCOP_STARS or group not in OCOP_GROUPS):
        raise NotDone("not_ocop")
    return {"ocop_group": group, "ocop_stars": stars} if stars else {"ocop_group": 0, "ocop_stars": 0}


def _sold(said: Mapping[str, str]) -> dict[str, object]:
    price = whole_number(said.get("price_dong", ""), PRICE_DONG_MAX, "not_price")
    per = clean(said.get("price_per", ""), NUMBER_CHARS)
    if price is not None and not per:
        raise NotDone("not_price_per")
    sides = said.get("package_cm", "").strip()
    found = _SIDES.fullmatch(sides)
    if sides and found is None:
        raise NotDone("not_package_cm")
    return {
        "price_dong": price,
        "price_per": per if price is not None else "",
        "package_g": whole_number(said.get("package_g", ""), PACKAGE_G_MAX, "not_package_g"),
        "package_cm": "x".join(str(int(one)) for one in found.groups()) if found else "",
    }


def whole_number(text: str, most: int, wrong: str) -> int | None:
    """Return a whole number above zero, thousands apart as people write them; None for ""."""
    plain = " ".join(text.split())
    if not plain:
        return None
    number = int(re.sub(r"\D", "", plain)) if _TYPED.fullmatch(plain) and plain.isascii() else 0
    if not 0 < number <= most:
        raise NotDone(wrong, n=f"{most:,}".replace(",", "."))
    return number


def _choice(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 1 else 0
