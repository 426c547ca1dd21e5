"""Texts that are signed, and the values they may hold.

A body is taken only if parsing it and writing it again without spaces gives the same bytes:
then both languages read the same value from it, and nothing needs to be canonicalised.
No floats, no big integers, no duplicate members, no unpaired surrogate, no U+0000.
Source: DESIGN §3 "Op", "Values"; WIRE "Body".
"""

import json
import re
from json import JSONDecodeError
from typing import Any, Final, NoReturn

from sync import limits
from sync.errors import Refusal

Json = Any  # a JSON value: None, str, int, bool, list or dict of these

NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
DELETED: Final = "_deleted"
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?")
_LINE = re.compile(r"line\.([a-z2-7]{8})\.([a-z][a-z0-9_]*)")


def _refuse_number(_text: str) -> NoReturn:
    raise Refusal("bad_body", "a number that is no plain integer")


def _parse_integer(text: str) -> int:
    # Longer digits are refused unread: CPython's int() is quadratic in them.
    if len(text) > 17:
        raise Refusal("bad_body", "an integer outside the safe range")
    value = int(text)
    if not -limits.INTEGER_MAX <= value <= limits.INTEGER_MAX:
        raise Refusal("bad_body", "an integer outside the safe range")
    return value


_DECODER = json.JSONDecoder(
    parse_float=_refuse_number, parse_int=_parse_integer, parse_constant=_refuse_number
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write_text(value: Json) -> str:
    """Return the JSON text of a value as it is signed: no spaces, members in their order.

    Only `"`, `\\` and U+0000–001F are escaped, short forms first, hex in lower case.
    """
    return _ENCODER.encode(value)


def parse_text(text: str, size_max: int) -> dict[str, Json]:
    """Return the object that a signed text holds.

    Shape:  UTF-8 of at most `size_max` bytes, an object at depth 1, depth ≤ `DEPTH_MAX`.
    Raises: Refusal(too_large) above the size; Refusal(bad_body) for every other fault.
    """
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as cause:
        raise Refusal("bad_body", "text with an unpaired surrogate") from cause
    if size > size_max:
        raise Refusal("too_large", f"more than {size_max} bytes")
    try:
        value = _DECODER.decode(text)
    except (JSONDecodeError, RecursionError) as cause:
        raise Refusal("bad_body", "no JSON text") from cause
    if not isinstance(value, dict):
        raise Refusal("bad_body", "no JSON object")
    check_value(value, limits.DEPTH_MAX, may_hold_nul="\\u0000" in text)
    # Duplicate members, spaces, other escapes, -0, +, leading zeros: all differ when written again.
    if _ENCODER.encode(value) != text:
        raise Refusal("bad_body", "not the text that writing the value again gives")
    return value


def check_value(value: Json, left: int, *, may_hold_nul: bool = True) -> None:
    """Raise Refusal(bad_body) for what a JSON text can hold and ours may not.

    Shape:  at most `left` levels of lists and objects; every member of every object named as
            a field is (an all-digit name would change its place in JavaScript); no U+0000.
    """
    if isinstance(value, dict):
        _check_left(left)
        for name, member in value.items():
            if not is_name(name):
                raise Refusal("bad_body", "a field name that is not well made")
            check_value(member, left - 1, may_hold_nul=may_hold_nul)
    elif isinstance(value, list):
        _check_left(left)
        for member in value:
            check_value(member, left - 1, may_hold_nul=may_hold_nul)
    elif may_hold_nul and isinstance(value, str) and "\0" in value:
        raise Refusal("bad_body", "text with U+0000")


def _check_left(left: int) -> None:
    if left == 0:
        raise Refusal("bad_body", f"deeper than {limits.DEPTH_MAX} levels")


def is_name(name: str) -> bool:
    """Say whether `name` may name a field of `set`."""
    return name == DELETED or (len(name) <= limits.NAME_CHARS_MAX and NAME.fullmatch(name) is not None)


def split_line(name: str) -> tuple[str, str] | None:
    """Return (line id, field) of `line.<id>.<field>`, or None for any other name."""
    match = _LINE.fullmatch(name)
    return (match[1], match[2]) if match else None


def is_decimal(text: object) -> bool:
    """Say whether `text` is a decimal amount: digits, at most 9 behind a dot, no sign."""
    return isinstance(text, str) and _DECIMAL.fullmatch(text) is not None
