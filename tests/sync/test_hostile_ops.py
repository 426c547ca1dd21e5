"""Faults of group D, as far as the core alone meets them: every one is a refusal, never another error."""

import pytest
from growing import ORIGIN, make_op

from sync import limits
from sync.errors import Refusal
from sync.ops import message, op_id, parse_op
from sync.signing import SoftwareKey, verify

KEY = SoftwareKey.from_scalar(1)
BODY = make_op(1, {"dose": "1"}, device=KEY.device).body
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def slug_of(body: str) -> str:
    with pytest.raises(Refusal) as caught:
        parse_op(ORIGIN, body)
    return caught.value.slug


@pytest.mark.parametrize("member", ['"alg":"none"', '"key":"x"', '"kid":1', '"jwk":{}'])
def test_case_053_an_algorithm_or_key_in_the_body_is_refused(member: str) -> None:
    assert slug_of(BODY[:-1] + "," + member + "}") == "bad_body"


def test_case_054_the_high_s_twin_of_a_signature_verifies_and_names_the_same_op() -> None:
    signature = KEY.sign(message(ORIGIN, BODY))
    twin = signature[:32] + (ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    assert twin != signature
    assert verify(KEY.public, message(ORIGIN, BODY), twin)
    assert parse_op(ORIGIN, BODY).id == op_id(ORIGIN, BODY)


def test_case_055_the_same_meaning_in_other_bytes_is_not_what_was_signed() -> None:
    signature = KEY.sign(message(ORIGIN, BODY))
    other = BODY.replace(",", ", ")
    assert not verify(KEY.public, message(ORIGIN, other), signature)
    assert slug_of(other) == "bad_body"


def test_case_056_an_op_replayed_to_another_log_or_as_another_kind_does_not_verify() -> None:
    signature = KEY.sign(message(ORIGIN, BODY))
    assert not verify(KEY.public, message("khac.example/so", BODY), signature)
    assert not verify(KEY.public, BODY.encode(), signature)


@pytest.mark.parametrize(
    "value",
    ['"\ud800"', '"\\ud800"', '"\\u0000"', '"\0"', "1" + "0" * 400, "NaN", "1.5", "1e400", "-0",
     '{"a":1,"a":1}', "[" * 1000 + "]" * 1000, "[" * 30_000, '{"a":' * 5000],
)  # fmt: skip
def test_case_057_what_json_can_hold_and_a_body_may_not_is_refused(value: str) -> None:
    assert slug_of(BODY.replace('"1"', value)) == "bad_body"


def test_case_057_a_bidi_override_is_text_like_any_other() -> None:
    assert parse_op(ORIGIN, BODY.replace('"1"', '"\u202e1"')).fields == {"dose": "\u202e1"}


def test_case_060_an_op_above_32_kib_is_too_large() -> None:
    assert slug_of(BODY.replace('"1"', '"' + "x" * limits.BODY_BYTES_MAX + '"')) == "too_large"


@pytest.mark.parametrize(
    "member", ['"received_at":1', '"approved":true', '"member":"x"', '"seq":1', '"id":"x"']
)
def test_case_062_a_field_that_the_server_owns_is_refused_in_the_envelope(member: str) -> None:
    assert slug_of(BODY[:-1] + "," + member + "}") == "bad_body"
