"""Signatures: ECDSA P-256 with SHA-256, raw r ‖ s, as WebCrypto makes them; Ed25519 for the log's notes.

Low and high s both verify: identity is the hash of the bytes, never the signature.
The only module of `sync` that needs more than the standard library (`cryptography`).
Source: DESIGN §3 "Signature"; WIRE "Op id", "Key"; FIPS 186-5; RFC 6979 is not used; RFC 8032 (Ed25519).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from sync import ids, limits
from sync.errors import Refusal

_CURVE = ec.SECP256R1()
_ALGORITHM = ec.ECDSA(hashes.SHA256())


@lru_cache(maxsize=4096)  # loading checks the point, which costs as much as a verification
def _load(key: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, key)


def check_key(key: bytes) -> str:
    """Return the device id of a public key whose point lies on P-256.

    Shape:  65 bytes, 0x04 ‖ X ‖ Y.
    Raises: Refusal(bad_key).
    """
    device = ids.key_to_device(key)
    try:
        _load(key)
    except ValueError as cause:
        raise Refusal("bad_key", "no point of P-256") from cause
    return device


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` (64 bytes r ‖ s) of `message` was made with `key`'s private half.

    Raises: Refusal(bad_key) for a key that is none.
    """
    if len(signature) != limits.SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        _load(key).verify(encode_dss_signature(r, s), message, _ALGORITHM)
    except InvalidSignature:
        return False
    except ValueError as cause:
        raise Refusal("bad_key", "no point of P-256") from cause
    return True


class SoftwareKey:
    """A key pair held by a program: the operator's, a demo phone's, a test's. Never a server's."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self.public: bytes = private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.device: str = ids.key_to_device(self.public)

    @classmethod
    def generate(cls) -> Self:
        """Return a new random key."""
        return cls(ec.generate_private_key(_CURVE))

    @classmethod
    def from_scalar(cls, scalar: int) -> Self:
        """Return the key of a known private scalar: for vectors and examples only."""
        return cls(ec.derive_private_key(scalar, _CURVE))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Return the key of a PKCS #8 file. Raises: Refusal(bad_key) for anything else."""
        private = _load_pem(pem)
        if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != _CURVE.name:
            raise Refusal("bad_key", "not a P-256 key")
        return cls(private)

    def to_pem(self) -> bytes:
        """Return the private key as unencrypted PKCS #8 PEM."""
        return _to_pem(self._private)

    def sign(self, message: bytes) -> bytes:
        """Return a 64-byte signature r ‖ s of `message`."""
        r, s = decode_dss_signature(self._private.sign(message, _ALGORITHM))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify_note(key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether an Ed25519 key (32 bytes) signed `message`; False for what is no key or signature."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify_passkey(key: Mapping[int, int | bytes], message: bytes, signature: bytes) -> bool:
    """Say whether a passkey of that COSE key made an answer: ES256, EdDSA or RS256; False for all others.

    Source: RFC 9053 §2; RFC 8812 §2.
    """
    x, y = key.get(-2), key.get(-3)
    try:
        match key.get(3):
            case -7 if isinstance(x, bytes) and isinstance(y, bytes):
                _load(b"\x04" + x + y).verify(signature, message, _ALGORITHM)
            case -8 if isinstance(x, bytes):
                return verify_note(x, message, signature)
            case -257 if isinstance(x, bytes) and isinstance(n := key.get(-1), bytes):
                numbers = rsa.RSAPublicNumbers(int.from_bytes(x, "big"), int.from_bytes(n, "big"))
                numbers.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            case _:
                return False
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


class NoteSigner:
    """An Ed25519 key pair that signs notes: the log's, a witness's."""

    def __init__(self, private: ed25519.Ed25519PrivateKey) -> None:
        self._private = private
        self.public: bytes = private.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> Self:
        """Return a new random key."""
        return cls(ed25519.Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Return the key of 32 known bytes: for vectors and examples only."""
        return cls(ed25519.Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Return the key of a PKCS #8 file. Raises: Refusal(bad_key) for anything else."""
        private = _load_pem(pem)
        if not isinstance(private, ed25519.Ed25519PrivateKey):
            raise Refusal("bad_key", "not an Ed25519 key")
        return cls(private)

    def to_pem(self) -> bytes:
        """Return the private key as unencrypted PKCS #8 PEM."""
        return _to_pem(self._private)

    def sign(self, message: bytes) -> bytes:
        """Return a signature of 64 bytes."""
        return self._private.sign(message)


def _load_pem(pem: bytes) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as cause:
        raise Refusal("bad_key", "no private key in this file") from cause


def _to_pem(private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
