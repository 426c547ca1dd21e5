"""What the core asks of the outside, in small interfaces. The server's store implements them.

Source: STYLE §2.
"""

from collections.abc import Sequence
from typing import Protocol

from sync.merge import Placed


class DocumentOps(Protocol):
    """All ops of one document that a log holds, in the order of their numbers."""

    def __call__(self, scope: str, doc: str) -> Sequence[Placed]: ...


class KeyOf(Protocol):
    """The 65-byte public key of a device id, or None where it is not known."""

    def __call__(self, device: str) -> bytes | None: ...
