"""Look-ups in what the log says, for services that are not the log's own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.models.log import NamedPhoto


def photo_named(session: Session, scope: str, sha256: str) -> bool:
    """Return whether some op of the scope's log names these bytes."""
    return session.get(NamedPhoto, (scope, sha256)) is not None
