"""VietQR: the text behind a bank's QR code, made offline and read strictly.

It says to whom to transfer, how much and what for; that somebody paid it does not say.
Twin: `pwa/src/core/vietqr.ts`. Source: NAPAS, QR format of 09/2021 (V2, through vietnam-qr-pay), EMVCo QR
Code Specification for merchant-presented codes (lengths of sub-fields R); PROTOCOL "Sales and VietQR".
"""

import re
from dataclasses import dataclass
from typing import Final

from sync.plain import words

AMOUNT_MAX: Final = 9_999_999_999_999  # 13 digits, R
TEXT_MAX: Final = 25  # EMVCo, R
PAYLOAD_MAX: Final = 512  # EMVCo, R
ACCOUNT, CARD = "QRIBFTTA", "QRIBFTTC"

_GUID: Final = "A000000727"
_BIN: Final = re.compile(r"[0-9]{6}")
_NUMBER: Final = re.compile(r"[0-9A-Za-z]{1,19}")
_AMOUNT: Final = re.compile(r"[1-9][0-9]{0,12}")
_BILL: Final = re.compile(r"[0-9A-Za-z-]{1,25}")
_PURPOSE: Final = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z -]{0,23}[0-9A-Za-z])?")
_PRINTABLE: Final = re.compile(r"[ -~]*")


class BadTransfer(ValueError):
    """What can't stand in a VietQR, or a text that is none.

    Shape:  `slug`: bad_bin, bad_number, bad_amount, bad_bill, bad_purpose (a field), or bad_text, bad_crc,
            not_vietqr (the text as a whole).
    """

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer that a code asks for.

    Shape:  `bin`: six digits that name the bank; `amount`: whole đồng, None where the payer says it;
            `bill`, `purpose`: "" for none; `is_once`: for one payment, whatever it asks.
    """

    bin: str
    number: str
    amount: int | None = None
    bill: str = ""
    purpose: str = ""
    is_card: bool = False
    is_once: bool = True


def crc(text: str) -> str:
    """Return CRC-16/CCITT-FALSE of ASCII text as four digits of upper-case hex."""
    register = 0xFFFF
    for byte in text.encode("ascii"):
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021) & 0xFFFF if register & 0x8000 else register << 1
    return f"{register:04X}"


def make_purpose(text: str) -> str:
    """Return text as a transfer may carry it: "Trả tiền Đậu" is "TRA TIEN DAU"; cut at 25 characters."""
    return words(text).upper()[:TEXT_MAX].strip(" ")


def check_account(bank: str, number: str) -> None:
    """Refuse what is no account: the bank's number of six digits, and up to 19 ASCII letters and digits.

    Raises: BadTransfer: bad_bin, bad_number.
    """
    if _BIN.fullmatch(bank) is None:
        raise BadTransfer("bad_bin")
    if _NUMBER.fullmatch(number) is None:
        raise BadTransfer("bad_number")


def make_vietqr(transfer: Transfer) -> str:
    """Return the text of the code.

    Raises: BadTransfer: bad_bin, bad_number, bad_amount, bad_bill, bad_purpose.
    """
    check_account(transfer.bin, transfer.number)
    amount = transfer.amount
    if amount is not None and not 1 <= amount <= AMOUNT_MAX:
        raise BadTransfer("bad_amount")
    if transfer.bill and _BILL.fullmatch(transfer.bill) is None:
        raise BadTransfer("bad_bill")
    if transfer.purpose and _PURPOSE.fullmatch(transfer.purpose) is None:
        raise BadTransfer("bad_purpose")
    to = _field("00", transfer.bin) + _field("01", transfer.number)
    service = CARD if transfer.is_card else ACCOUNT
    said = _optional("01", transfer.bill) + _optional("08", transfer.purpose)
    text = (
        _field("00", "01")
        + _field("01", "12" if transfer.is_once else "11")
        + _field("38", _field("00", _GUID) + _field("01", to) + _field("02", service))
        + _field("53", "704")
        + ("" if amount is None else _field("54", str(amount)))
        + _field("58", "VN")
        + _optional("62", said)
        + "6304"
    )
    return text + crc(text)


def read_vietqr(text: str) -> Transfer:
    """Return what a code asks for; every length, at every level, must be right.

    Shape:  fields that ours never carry (a shop's kind, its name, a terminal) are passed over.
    Raises: BadTransfer.
    """
    if len(text) > PAYLOAD_MAX or _PRINTABLE.fullmatch(text) is None:
        raise BadTransfer("bad_text")
    fields = _read(text)
    names = list(fields)
    if names[0] != "00" or names[-1] != "63" or len(fields["63"]) != 4:
        raise BadTransfer("bad_text")
    if crc(text[:-4]) != fields["63"]:
        raise BadTransfer("bad_crc")
    if fields["00"] != "01" or fields.get("53") != "704" or fields.get("58") != "VN":
        raise BadTransfer("not_vietqr")
    paid_to = _read(fields.get("38", ""))
    once, service = fields.get("01"), paid_to.get("02")
    if paid_to.get("00") != _GUID or once not in ("11", "12") or service not in (ACCOUNT, CARD):
        raise BadTransfer("not_vietqr")
    to = _read(paid_to.get("01", ""))
    bank, number = to.get("00", ""), to.get("01", "")
    check_account(bank, number)
    amount = fields.get("54")
    if amount is not None and _AMOUNT.fullmatch(amount) is None:
        raise BadTransfer("bad_amount")
    said = _read(fields["62"]) if "62" in fields else {}
    return Transfer(
        bin=bank,
        number=number,
        amount=None if amount is None else int(amount),
        bill=said.get("01", ""),
        purpose=said.get("08", ""),
        is_card=service == CARD,
        is_once=once == "12",
    )


def _field(name: str, value: str) -> str:
    return f"{name}{len(value):02}{value}"


def _optional(name: str, value: str) -> str:
    return _field(name, value) if value else ""


def _read(text: str) -> dict[str, str]:
    """Return the fields of one level in their order. Raises: BadTransfer(bad_text) for none, or one twice."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if not (len(head) == 4 and head.isdigit() and head[:2] not in found):
            raise BadTransfer("bad_text")
        value = text[at + 4 : at + 4 + int(head[2:])]
        if not value or len(value) != int(head[2:]):
            raise BadTransfer("bad_text")
        found[head[:2]] = value
        at += 4 + len(value)
    if not found:
        raise BadTransfer("bad_text")
    return found
