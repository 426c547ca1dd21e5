"""That nothing is signed before the operator spoke: what a restore brought may be older than what was signed.

A second history under the same key is what the log exists to rule out, so a server that came back with the
tree of its backup waits. Meanwhile phones that ask tell how great a tree they verified: a hint for the
operator, never a reason by itself, for nothing proves what a phone says.
Source: DESIGN §3 "Transparency log"; faults.md 79.
"""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.models.log import Meta
from server.store import log

NAME = "tree_waits"


def waits(session: Session) -> int | None:
    """Return None where nothing waits, else the greatest tree that a phone said it verified; 0: none did."""
    text = log.meta(session, NAME)
    return None if text is None else int(text)


def begin(session: Session) -> None:
    """Let nothing be signed from the end of this transaction on."""
    log.set_meta(session, NAME, "0")


def hear(session: Session, size: int) -> None:
    """Keep the greatest tree that phones tell of, while something waits."""
    known = waits(session)
    if known is not None and size > known:
        log.set_meta(session, NAME, str(size))


def end(session: Session) -> None:
    """Let it be signed again."""
    session.execute(delete(Meta).where(Meta.name == NAME))
