"""A lot's bundle, the same file as the browser's verifier reads: it holds, and no altered byte of it does."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sync import cose, signing
from sync.bundle import check
from sync.errors import Refusal

VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "bundle.json").read_text("utf-8")
)
TEXT: str = VECTOR["bundle"]


def test_the_bundle_holds_and_says_what_it_says() -> None:
    proven = check(TEXT, VECTOR["log_key"])
    assert VECTOR["expect"] == {
        "origin": proven.origin,
        "size": proven.size,
        "code": proven.facts["code"],
        "ops": len(proven.ops),
        "devices": len(proven.devices),
        "published_at": proven.published_at,
        "is_confirmed": proven.is_confirmed,
        "missing": list(proven.missing),
    }


def test_every_single_altered_byte_of_it_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("verify", "verify_note", "check_key"):  # the same signatures are asked for again and again
        monkeypatch.setattr(signing, name, lru_cache(maxsize=None)(getattr(signing, name)))
    for at, byte in enumerate(TEXT):
        other = "B" if byte == "A" else "A"
        with pytest.raises(Refusal) as caught:
            check(f"{TEXT[:at]}{other}{TEXT[at + 1 :]}")
        assert caught.value.slug == "bad_bundle"
        assert ": " in caught.value.detail


def test_another_key_of_the_log_is_named() -> None:
    with pytest.raises(Refusal, match="log_key: not the key that you know"):
        check(TEXT, VECTOR["log_key"][:-4] + "AAA=")


def test_passkeys_of_each_kind_are_verified_and_of_no_other() -> None:
    rsa_key = rsa.generate_private_key(65537, 2048)
    numbers = rsa_key.public_key().public_numbers()
    n, e = (one.to_bytes((one.bit_length() + 7) // 8, "big") for one in (numbers.n, numbers.e))
    ed_key = signing.NoteSigner.from_seed(bytes(32))
    made = rsa_key.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
    assert signing.verify_passkey({1: 3, 3: -257, -1: n, -2: e}, b"x", made)
    assert not signing.verify_passkey({1: 3, 3: -257, -1: n, -2: e}, b"y", made)
    assert signing.verify_passkey({1: 1, 3: -8, -2: ed_key.public}, b"x", ed_key.sign(b"x"))
    assert not signing.verify_passkey({1: 1, 3: -9, -2: ed_key.public}, b"x", ed_key.sign(b"x"))
    assert not signing.verify_passkey({1: 2, 3: -7, -2: 5, -3: 6}, b"x", b"")


@pytest.mark.parametrize(
    "bad", ["", "a0ff", "a2010203", "81", "a1810102", "a1015f", "bf", "a10118", "a1411f01", "a1010200"]
)
def test_bytes_that_are_no_key_of_a_passkey_are_refused(bad: str) -> None:
    with pytest.raises(Refusal):
        cose.parse_cose(bytes.fromhex(bad))
