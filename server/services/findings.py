"""What the rules noticed, as pages and documents of the cooperative read it.

The views hold findings; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from server.db import reading
from server.models.findings import FindingView
from server.services.console_lookups import list_of, members
from server.services.viewing import make_current
from server.store import inbox
from sync.rules import Finding, Severity, catalogue, sentence
from sync.rules.words import Part, Rule
from sync.units import Language
from sync.values import Json

NAMES: Final = ("", "note", "doubt", "stop")  # a severity's name, by its number
PAGE_FINDINGS: Final = 100  # our choice


@dataclass(frozen=True)
class Noticed:
    """One finding. `about`: the document at which it is shown; `behind`: all that led to it, `about` first.

    Shape:  `severity`: note, doubt or stop; `field`: the one to open, "" for none.
    """

    scope: str
    rule: str
    severity: str
    about: str
    field: str
    behind: tuple[str, ...]
    facts: Mapping[str, Json]

    def say(self, part: Part, language: Language) -> str:
        """Return one text of it: chip, farmer (what happened), todo (what to do) or reviewer."""
        severity = cast(Severity, self.severity)
        told = Finding(self.rule, severity, self.about, self.field, self.behind, self.facts)
        return sentence(told, part, language)

    @property
    def source(self) -> Rule | None:
        """Return the rule in the catalogue (`standard`, `clause`, `mark`), None for one not known here."""
        return catalogue().get(self.rule)


def of_entry(session: Session, scope: str, doc: str) -> tuple[Noticed, ...]:
    """Return the findings of a document, the gravest first; the caller has made the views current."""
    return of_entries(session, scope, [doc]).get(doc, ())


def of_entries(session: Session, scope: str, docs: Sequence[str]) -> dict[str, tuple[Noticed, ...]]:
    """Return the findings of each of these documents of a scope, the gravest first."""
    found = inbox.findings_of(session, scope, docs)
    return {doc: tuple(_noticed(row) for row in rows) for doc, rows in found.items()}


def of_season(session: Session, scope: str, season: str) -> tuple[Noticed, ...]:
    """Return the findings of a season and of its entries, the gravest first."""
    rows = session.scalars(inbox.season_findings(scope, season))
    return tuple(_noticed(row) for row in rows)


def of_farms(
    scopes: Collection[str], limit: int = PAGE_FINDINGS, cursor: str | None = None, severity: str = ""
) -> tuple[tuple[Noticed, ...], str | None]:
    """Return a page of the findings of these farms, farm by farm, and where the next one goes on.

    Shape:  `cursor` is what the page before gave; any other text starts anew. `severity`: only this one.
    """
    make_current(scopes)
    key = (FindingView.scope, FindingView.key, FindingView.place)
    query = select(FindingView).where(FindingView.scope.in_(scopes)).order_by(*key).limit(limit + 1)
    if severity in NAMES[1:]:
        query = query.where(FindingView.severity == NAMES.index(severity))
    if (place := _parse_cursor(cursor)) is not None:
        query = query.where(tuple_(*key) > tuple_(*place))
    with reading() as session:
        rows = list(session.scalars(query))
    last = rows[limit - 1] if len(rows) > limit else None
    told = tuple(_noticed(row) for row in rows[:limit])
    return told, None if last is None else f"{last.place}~{last.scope}~{last.key}"


def _parse_cursor(cursor: str | None) -> tuple[str, str, int] | None:
    place, _, rest = (cursor or "").partition("~")
    scope, _, key = rest.partition("~")
    is_good = place.isascii() and place.isdigit() and len(place) < 10 and bool(key)
    return (scope, key, int(place)) if is_good else None


def _noticed(row: FindingView) -> Noticed:
    return Noticed(
        row.scope,
        row.rule,
        NAMES[row.severity],
        row.about,
        row.field,
        tuple(str(one) for one in list_of(row.behind)),
        members(row.facts),
    )
