"""The vectors of VietQR, run against `sync.vietqr`; `tests/pwa/core/vietqr.test.ts` runs the same."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.vietqr import AMOUNT_MAX, BadTransfer, Transfer, crc, make_purpose, make_vietqr, read_vietqr

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "vietqr.json").read_text("utf-8"))
CALLS: dict[str, Any] = {
    "crc": lambda g: crc(g["text"]),
    "read_vietqr": lambda g: asdict(read_vietqr(g["text"])),
    "make_vietqr": lambda g: make_vietqr(Transfer(**g)),
    "make_purpose": lambda g: make_purpose(g["text"]),
}
CASES = [
    pytest.param(CALLS[group["description"]], case, id=f"{group['description']}: {case['name']}")
    for group in VECTORS["groups"]
    for case in group["cases"]
]
DIGITS = "0123456789"
LETTERS = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TRANSFERS = st.builds(
    Transfer,
    bin=st.text(DIGITS, min_size=6, max_size=6),
    number=st.text(LETTERS, min_size=1, max_size=19),
    amount=st.none() | st.integers(1, AMOUNT_MAX),
    bill=st.text(LETTERS + "-", max_size=25),
    purpose=st.text(max_size=60).map(make_purpose),
    is_card=st.booleans(),
    is_once=st.booleans(),
)


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector_of_vietqr(call: Any, case: dict[str, Any]) -> None:
    if "reject" in case:
        with pytest.raises(BadTransfer) as refused:
            call(case["given"])
        assert refused.value.slug == case["reject"]
    else:
        assert call(case["given"]) == case["expect"]


@given(TRANSFERS)
def test_what_is_made_is_read_as_it_was(transfer: Transfer) -> None:
    text = make_vietqr(transfer)
    assert text.isascii()
    assert read_vietqr(text) == transfer


@given(TRANSFERS, st.integers(0, 400), st.sampled_from("0123456789ABCXYZ -"))
def test_one_wrong_character_is_never_read_as_another_transfer(
    transfer: Transfer, at: int, other: str
) -> None:
    text = make_vietqr(transfer)
    at %= len(text)
    changed = text[:at] + other + text[at + 1 :]
    if changed != text:
        with pytest.raises(BadTransfer):
            read_vietqr(changed)


@given(st.text(max_size=200))
def test_any_text_is_a_transfer_or_refused(text: str) -> None:
    with pytest.raises(BadTransfer):
        read_vietqr(text)
