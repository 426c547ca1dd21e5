"""The mark that a database holds a demo: one row of `meta`, so that nobody takes it for the real thing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.models.log import Meta

NAME = "demo"


@dataclass(frozen=True)
class DemoMark:
    """How far the demo is, and whom and what it made: ids of organisations, persons and devices."""

    state: Literal["making", "made"]
    made_at: int = 0
    organisations: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()


def read_mark(session: Session) -> DemoMark | None:
    """Return the mark, or None where the database is no demo."""
    text = session.scalar(select(Meta.value).where(Meta.name == NAME))
    if text is None:
        return None
    found = json.loads(text)
    return DemoMark(
        found["state"],
        found["made_at"],
        tuple(found["organisations"]),
        tuple(found["persons"]),
        tuple(found["devices"]),
    )


def write_mark(session: Session, mark: DemoMark) -> None:
    """Set the mark, over one that is there."""
    session.execute(delete(Meta).where(Meta.name == NAME))
    session.add(Meta(name=NAME, value=json.dumps(asdict(mark))))
    session.flush()


def is_demo(session: Session) -> bool:
    """Return whether the database holds a demo, whole or begun."""
    return session.scalar(select(Meta.name).where(Meta.name == NAME)) is not None


def is_demo_organisation(session: Session, organisation: str) -> bool:
    """Return whether an organisation is the demo's; while the demo is being made every one is."""
    mark = read_mark(session)
    return mark is not None and (mark.state == "making" or organisation in mark.organisations)
