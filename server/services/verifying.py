"""Checking many signatures: shared among the processors of the machine, before any transaction.

A check lets other threads run while it computes (`cryptography` releases the interpreter's lock).
Source: DESIGN §5 "push".
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final

from sync import signing
from sync.errors import Refusal

SHARE_MIN: Final = 16  # our choice, about 1 ms: less costs more to hand over than it saves
PROCESSORS_MAX: Final = 4  # our choice: others are served beside this request

Signed = tuple[bytes, bytes, bytes]  # key, message, signature


class _Helpers:
    """The threads of a process that check beside the one that asks, begun when first needed."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew in a forked process, into which no thread came."""
        self._lock = Lock()
        self._pool: ThreadPoolExecutor | None = None

    def pool(self) -> ThreadPoolExecutor:
        """Return the threads."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(PROCESSORS_MAX - 1, thread_name_prefix="verifying")
            return self._pool


_helpers: Final = _Helpers()
os.register_at_fork(after_in_child=_helpers.forget)


def verify_all(signed: Sequence[Signed]) -> list[Refusal | None]:
    """Return for each signature, in this order, why it does not stand; None for a good one.

    Shape:  bad_signature, and bad_key for a key that is none.
    """
    processors = min(os.cpu_count() or 1, PROCESSORS_MAX, len(signed) // SHARE_MIN)
    if processors < 2:
        return _verify_share(signed)
    size = -(-len(signed) // processors)
    shares = [signed[start : start + size] for start in range(0, len(signed), size)]
    pool = _helpers.pool()
    others = [pool.submit(_verify_share, share) for share in shares[1:]]
    found = _verify_share(shares[0])
    for other in others:
        found += other.result()
    return found


def _verify_share(signed: Sequence[Signed]) -> list[Refusal | None]:
    return [_why_not(*one) for one in signed]


def _why_not(key: bytes, message: bytes, signature: bytes) -> Refusal | None:
    try:
        is_good = signing.verify(key, message, signature)
    except Refusal as refusal:
        return refusal
    return None if is_good else Refusal("bad_signature", "not signed by its device")
