"""Random tokens, and what is kept of them."""

from __future__ import annotations

import hashlib
import secrets

from sync import ids


def make_token() -> str:
    """Return a new bearer token of 256 bits."""
    return ids.b64_encode(secrets.token_bytes(32))


def hash_token(token: str) -> str:
    """Return what is kept of a token, nonce or challenge: its SHA-256. 256 random bits need no salt."""
    return ids.b64_encode(hashlib.sha256(token.encode("utf-8", "replace")).digest())
