"""The row that says that the server takes nothing for the moment: since when, and why."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.models.log import Meta
from server.store.upserts import upsert

NAME = "read_only"


@dataclass(frozen=True)
class Standing:
    """Read-only mode is on. `since` in ms; None where the setting says so. `why`: the operator's words."""

    since: int | None
    why: str


def load(session: Session) -> Standing | None:
    """Return what the database says; None where it takes what comes."""
    text = session.scalar(select(Meta.value).where(Meta.name == NAME))
    return None if text is None else Standing(**json.loads(text))


def save(session: Session, standing: Standing) -> None:
    """Keep that nothing is taken any more."""
    text = json.dumps(asdict(standing), ensure_ascii=False)
    upsert(session, Meta, {"name": NAME}, {"value": text}, {"value": text})


def forget(session: Session) -> None:
    """Let everything be taken again."""
    session.execute(delete(Meta).where(Meta.name == NAME))
