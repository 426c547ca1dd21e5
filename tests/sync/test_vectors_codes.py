"""The vectors of codes, run against `sync.codes`; `tests/pwa/core/codes.test.ts` runs a browser's share."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import codes

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "codes.json").read_text("utf-8"))


def read_link(path: str) -> list[str] | None:
    """Return the parts of a link as the vectors hold them."""
    found = codes.read_link(path)
    return None if found is None else [found.gtin, found.lot, found.serial]


CALLS: dict[str, Any] = {
    "new_code": lambda g: codes.new_code(bytes.fromhex(g["random"])),
    "serial_of": lambda g: codes.serial_of(bytes.fromhex(g["seed"]), g["number"]),
    "read_code": lambda g: codes.read_code(g["text"], g["length"]),
    "show_code": lambda g: codes.show_code(g["code"]),
    "is_gtin": lambda g: codes.is_gtin(g["text"]),
    "digital_link": lambda g: codes.digital_link(g["gtin"], g["code"], g["serial"]),
    "read_link": lambda g: read_link(g["path"]),
}
CASES = [
    pytest.param(CALLS[group["description"]], case, id=f"{group['description']}: {case['name']}")
    for group in VECTORS["groups"]
    for case in group["cases"]
]
RANDOM = st.binary(min_size=5, max_size=5)


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector_of_codes(call: Any, case: dict[str, Any]) -> None:
    assert call(case["given"]) == case["expect"]


@given(RANDOM, RANDOM)
def test_a_code_is_read_as_it_is_shown_and_two_are_never_one(first: bytes, second: bytes) -> None:
    code = codes.new_code(first)
    assert codes.read_code(codes.show_code(code).lower()) == code
    assert (code == codes.new_code(second)) == (first == second)


@given(st.text(max_size=80))
def test_any_text_is_a_code_or_none(text: str) -> None:
    read = codes.read_code(text)
    assert read is None or codes.read_code(read) == read


@given(st.text(alphabet="0123456789", min_size=7, max_size=13), st.integers(1, 9), st.integers(0, 13))
def test_a_gtin_with_one_wrong_digit_is_none(digits: str, by: int, at: int) -> None:
    whole = digits + str(codes.check_digit(digits))
    at %= len(whole)
    wrong = whole[:at] + str((int(whole[at]) + by) % 10) + whole[at + 1 :]
    assert codes.is_gtin(whole) == (len(whole) in (8, 12, 13, 14))
    assert not codes.is_gtin(wrong)


@given(st.binary(min_size=16, max_size=16), st.integers(1, 2**40))
def test_what_a_label_links_to_is_what_its_link_says(seed: bytes, number: int) -> None:
    serial = codes.serial_of(seed, number)
    found = codes.read_link(codes.digital_link("96385074", "7K3M9QXA", serial))
    assert found == codes.Link("00000096385074", "7K3M9QXA", serial[: codes.SERIAL_KEY_LENGTH])
