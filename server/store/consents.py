"""Consents: the texts that people are asked to agree to, and what each person agreed to.

A text is named by purpose and version and never changes; the newest of a purpose is the one that is asked.
Source: security.md §8; server/data/consents.json.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.models.people import Consent
from sync.values import Json

TEXTS = Path(__file__).parent.parent / "data" / "consents.json"
_OF_PERSONS = (
    select(Consent)
    .where(Consent.person.in_(bindparam("persons", expanding=True)))
    .order_by(Consent.given_at, Consent.id)
)


@cache
def texts() -> tuple[Mapping[str, Any], ...]:
    """Return every text that was ever asked, each purpose's oldest first."""
    return tuple(json.loads(TEXTS.read_text("utf-8"))["consents"])


@cache
def asked() -> tuple[Mapping[str, Any], ...]:
    """Return the text that is asked for each purpose today, in the order of the file."""
    return tuple({one["purpose"]: one for one in texts()}.values())


def of_persons(session: Session, persons: Collection[str]) -> list[Consent]:
    """Return what these people agreed to, taken back or not, the oldest first."""
    return list(session.scalars(_OF_PERSONS, {"persons": list(persons)})) if persons else []


def is_given(session: Session, person: str, purpose: str) -> bool:
    """Return whether a person agrees to a purpose today; silence is no."""
    return any(one.purpose == purpose and one.withdrawn_at is None for one in of_persons(session, [person]))


def consent_row(one: Consent) -> dict[str, Json]:
    """Return a given consent as the snapshot carries it."""
    return {
        "id": one.id,
        "person": one.person,
        "purpose": one.purpose,
        "text_version": one.text_version,
        "means": one.means,
        "given_at": one.given_at,
        "withdrawn_at": one.withdrawn_at,
    }
