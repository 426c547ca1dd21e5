"""Sales: what was bought of farms and sold to buyers, what it comes to in đồng, and a day's closing.

A sale is one document; what it says beside its goods and its day is private. Nothing is refused for what it
says: what does not add up is a problem, for people to look at.
Twin: `pwa/src/core/sales.ts`. Source: PROTOCOL "Sales and VietQR"; commerce §10; tests/vectors/sales.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sync.civil import is_civil_date
from sync.ids import is_doc, is_scope, is_uuid
from sync.units import UnitError, divide_half_up, find_unit, to_base
from sync.values import Json

DIRECTIONS: Final = ("buy", "sell")
PAYS: Final = ("cash", "transfer", "vietqr", "wallet", "credit")
CASHLESS: Final = frozenset({"transfer", "vietqr", "wallet"})
PAID: Final = ("confirmed", "claimed", "unpaid")
DONG_MAX: Final = 9_999_999_999_999  # what a VietQR can ask for
DEDUCTIONS_MAX: Final = 8  # our choice
HUNDRED: Final = 10_000  # per cent in hundredths of one
TEXT_CHARS: Final = 200  # our choice

_PERCENT: Final = re.compile(r"(0|[1-9][0-9]?)(?:\.([0-9]{1,2}))?")
_RECEIPT: Final = re.compile(r"[0-9A-Z]{1,8}-[0-9]{1,6}")
_MINUTES: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_BASES: Final = ("g", "ml", "count")


class BadSale(ValueError):
    """What can't be worked out. `field`: amount, price, deductions or total."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Total:
    """What goods come to. `payable`: in base units, after what was taken off in weight; đồng are whole."""

    size: int
    base: str
    payable: int
    gross: int
    dong: int


@dataclass(frozen=True, slots=True)
class Deal:
    """A sale as its document says it; "" and None for what is missing or has not its shape.

    Shape:  `size`: in whole base units; `dong`: None where the private part is gone or was never told;
            `paid_on`: the day on which a person confirmed that all was paid.
    """

    doc: str
    direction: str
    lot: str
    farm: str
    product: str
    size: int | None
    base: str
    dong: int | None
    happened_on: str
    at: str
    point: str
    receipt: str
    pay: str
    paid: str
    paid_on: str
    corrects: str
    is_void: bool
    by: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Sum:
    """One line of a closing. `key`: what it is the sum of; `untold`: how many have no total."""

    key: tuple[str, ...]
    count: int
    size: int
    dong: int
    untold: int


@dataclass(frozen=True, slots=True)
class Closing:
    """A day at a point.

    Shape:  `by_pay`: keys (direction, pay, paid); `by_product`: (direction, product, base); `cash_in`,
            `cash_out`: cash that was taken in and paid out that day, older sales' too; `open`: documents of
            the day that nobody confirmed as paid.
    """

    by_pay: tuple[Sum, ...]
    by_product: tuple[Sum, ...]
    cash_in: int
    cash_out: int
    open: tuple[str, ...]


def total_of(amount: Json, price: Json, deductions: Json = None) -> Total:
    """Return what goods come to: weight less deductions, by the price, less what is taken off in đồng.

    Shape:  `amount`: {amount, unit}; `price`: {dong, per}; each deduction has one of `weight`, `percent`
            (of what the weights leave) and `dong`; their order changes nothing; halves are rounded up.
    Raises: BadSale.
    """
    size, base = _size(amount, "amount")
    if not size:
        raise BadSale("amount")
    if not isinstance(price, dict) or not _is_dong(price.get("dong")):
        raise BadSale("price")
    per, of = _size({"amount": "1", "unit": price.get("per")}, "price")
    if of != base:
        raise BadSale("price")
    weights, percents, dong = _taken_off(deductions, base)
    if weights >= size or percents >= HUNDRED:
        raise BadSale("deductions")
    payable = divide_half_up((size - weights) * (HUNDRED - percents), HUNDRED)
    gross = divide_half_up(payable * price["dong"], per)
    if dong > gross:
        raise BadSale("deductions")
    if gross > DONG_MAX:
        raise BadSale("total")
    return Total(size, base, payable, gross, gross - dong)


def parse_deal(doc: str, values: Mapping[str, Json], *, is_void: bool = False, by: str = "") -> Deal:
    """Return a sale from the values of its document, public and private together."""
    try:
        size, base = _size(values.get("amount"), "amount")
    except BadSale:
        size, base = None, ""
    dong, farm, product = values.get("total"), values.get("farm"), values.get("product")
    is_farm = isinstance(farm, str) and farm.startswith("farm:") and is_scope(farm)
    return Deal(
        doc=doc,
        direction=_one_of(values.get("direction"), DIRECTIONS) or "sell",
        lot=_doc(values.get("lot"), "lot"),
        farm=str(farm) if is_farm else "",
        product=product if isinstance(product, str) and len(product) <= TEXT_CHARS else "",
        size=size,
        base=base,
        dong=dong if _is_dong(dong) else None,
        happened_on=_date(values.get("happened_on")),
        at=_match(values.get("at"), _MINUTES),
        point=str(values["point"]) if is_uuid(values.get("point")) else "",
        receipt=_match(values.get("receipt"), _RECEIPT),
        pay=_one_of(values.get("pay"), PAYS),
        paid=_one_of(values.get("paid"), PAID) or "unpaid",
        paid_on=_date(values.get("paid_on")),
        corrects=_doc(values.get("corrects"), "sale"),
        is_void=is_void,
        by=by,
    )


def standing_deals(deals: Iterable[Deal]) -> list[Deal]:
    """Return the sales that count: none that was taken back, none that another takes the place of."""
    there = [one for one in deals if not one.is_void]
    replaced = {one.corrects for one in there if one.corrects}
    return [one for one in there if one.doc not in replaced]


def closing_of(deals: Iterable[Deal], day: str, point: str = "") -> Closing:
    """Return a day's closing, of one point or ("") of all; `deals` in any order."""
    mine = sorted((one for one in standing_deals(deals) if point in ("", one.point)), key=lambda one: one.doc)
    today = [one for one in mine if one.happened_on == day]
    cash = [one for one in mine if one.pay == "cash" and one.paid == "confirmed" and _paid_on(one) == day]
    return Closing(
        by_pay=_sums(((one.direction, one.pay, one.paid), one) for one in today),
        by_product=_sums(((one.direction, one.product, one.base), one) for one in today),
        cash_in=sum(one.dong or 0 for one in cash if one.direction == "sell"),
        cash_out=sum(one.dong or 0 for one in cash if one.direction == "buy"),
        open=tuple(one.doc for one in today if one.paid != "confirmed"),
    )


def problems_of(deal: Deal, values: Mapping[str, Json], cash_max: int) -> tuple[str, ...]:
    """Return what does not add up in a sale: amount, price, deductions, total, pay, cash_large.

    Shape:  `cash_max`: from how many đồng on the tax rules want a payment without cash, 0 for no such rule.
    """
    found: list[str] = []
    try:
        if (
            deal.dong is not None
            and total_of(values.get("amount"), values.get("price"), values.get("deductions")).dong
            != deal.dong
        ):
            found.append("total")
    except BadSale as bad:
        found.append(bad.field)
    if not deal.pay:
        found.append("pay")
    if 0 < cash_max <= (deal.dong or 0) and deal.pay == "cash":
        found.append("cash_large")
    return tuple(found)


def next_receipt(device: str, receipts: Iterable[str]) -> str:
    """Return the next receipt number of a device: the first four characters of its id and a number from 1."""
    part = device[:4].upper()
    numbers = [int(one.partition("-")[2]) for one in receipts if _is_receipt_of(one, part)]
    return f"{part}-{max(numbers, default=0) + 1}"


def _is_receipt_of(receipt: str, part: str) -> bool:
    return _RECEIPT.fullmatch(receipt) is not None and receipt.startswith(f"{part}-")


def _paid_on(deal: Deal) -> str:
    return deal.paid_on or deal.happened_on


def _sums(pairs: Iterable[tuple[tuple[str, ...], Deal]]) -> tuple[Sum, ...]:
    found: dict[tuple[str, ...], list[Deal]] = {}
    for key, deal in pairs:
        found.setdefault(key, []).append(deal)
    return tuple(
        Sum(
            key,
            len(deals),
            sum(one.size or 0 for one in deals),
            sum(one.dong or 0 for one in deals),
            sum(one.dong is None for one in deals),
        )
        for key, deals in found.items()
    )


def _taken_off(deductions: Json, base: str) -> tuple[int, int, int]:
    """Return what is taken off in base units, in hundredths of a per cent and in đồng."""
    lines = deductions or []
    if not isinstance(lines, list) or len(lines) > DEDUCTIONS_MAX:
        raise BadSale("deductions")
    weights = percents = dong = 0
    for line in lines:
        said = {name for name in ("weight", "percent", "dong") if isinstance(line, dict) and name in line}
        if len(said) != 1:
            raise BadSale("deductions")
        if "weight" in said:
            size, of = _size(line["weight"], "deductions")
            if of != base:
                raise BadSale("deductions")
            weights += size
        elif "percent" in said:
            percents += _hundredths(line["percent"])
        elif _is_dong(line["dong"]):
            dong += line["dong"]
        else:
            raise BadSale("deductions")
    return weights, percents, dong


def _hundredths(text: Json) -> int:
    match = _PERCENT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadSale("deductions")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _size(value: Json, field: str) -> tuple[int, str]:
    """Return an amount in base units, and which. Raises: BadSale."""
    amount, unit = (value.get("amount"), value.get("unit")) if isinstance(value, dict) else (None, None)
    if not isinstance(amount, str) or not isinstance(unit, str):
        raise BadSale(field)
    try:
        base = find_unit(unit).base
        size = to_base(amount, unit)
    except UnitError as error:
        raise BadSale(field) from error
    if base not in _BASES:
        raise BadSale(field)
    return size, base


def _is_dong(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= DONG_MAX


def _one_of(value: Json, choices: tuple[str, ...]) -> str:
    return value if isinstance(value, str) and value in choices else ""


def _match(value: Json, pattern: re.Pattern[str]) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _date(value: Json) -> str:
    return value if isinstance(value, str) and is_civil_date(value) else ""


def _doc(value: Json, doc_type: str) -> str:
    return value if isinstance(value, str) and value.startswith(f"{doc_type}:") and is_doc(value) else ""
