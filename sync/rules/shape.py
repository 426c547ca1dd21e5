"""What rules read and what they say: records and findings, and the careful reading of a record.

Rules take a record's public values only. Where heads disagree every head's value is looked at, and each rule
takes the one that is least favourable to it.
Twin: `pwa/src/core/rules/shape.ts`. Source: DESIGN §2 "finding", §3 "Merge"; PROTOCOL §Rules and findings.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Literal, TypeVar

from sync.civil import is_civil_date
from sync.ids import is_doc
from sync.values import DELETED, Json, split_line, write_text

Severity = Literal["note", "doubt", "stop"]
Told = TypeVar("Told")
SEVERITIES: Final[tuple[Severity, ...]] = ("note", "doubt", "stop")
_DAYS: Final = re.compile(r"0|[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True)
class Record:
    """A folded document as rules see it.

    `values`: what shows of the public fields; `rivals`: of the fields in conflict alone, every head's value
    (None: cleared), the one that shows first; `by`, `recorded_at`, `skew`, `received_at`: the first op's, the
    last one None while it is not in the log. `memo`: what was worked out of it before (`once`).
    """

    doc: str
    type: str
    values: Mapping[str, Json]
    rivals: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    deleted: bool = False
    by: str = ""
    recorded_at: int = 0
    skew: int | None = None
    received_at: int | None = None
    memo: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule noticed.

    `about`: the document at which it is shown; `field`: the one to open, "" for none; `behind`: the documents
    that led to it, `about` first, then the others in the order of their names; `facts`: what its sentence
    says: integers, civil dates, texts, amounts.
    """

    rule: str
    severity: Severity
    about: str
    field: str
    behind: tuple[str, ...]
    facts: Mapping[str, Json]


def make_finding(
    rule: str,
    severity: Severity,
    about: str,
    facts: Mapping[str, Json],
    field: str = "",
    others: Iterable[str] = (),
) -> Finding:
    """Return a finding; `others` are the documents behind it beside the one that it is about."""
    return Finding(rule, severity, about, field, (about, *sorted(set(others) - {about})), facts)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings sorted: the same order in both languages."""
    ordered = sorted(findings, key=_place)
    if len(ordered) < 2:
        return ordered
    found: list[Finding] = []
    for _, some in groupby(ordered, key=_place):
        same = list(some)  # facts are written out only where nothing else tells two apart
        found += same if len(same) == 1 else sorted(same, key=_facts)
    return found


_place: Final = attrgetter("about", "rule", "field")


def _facts(finding: Finding) -> str:
    return write_text(dict(sorted(finding.facts.items())))


def once(work: Callable[[Record], Told]) -> Callable[[Record], Told]:
    """Return a function of a record alone, worked out once for each record; nobody changes what it gives."""

    @wraps(work)
    def told(record: Record) -> Told:
        found: Told
        try:
            found = record.memo[work]
        except KeyError:
            found = record.memo[work] = work(record)
        return found

    return told


def counts(record: Record) -> bool:
    """Say whether a record counts: one whose tombstone is in conflict does."""
    return not record.deleted or DELETED in record.rivals


def options(record: Record, name: str) -> tuple[Json, ...]:
    """Return all values that stand for a field, the one that shows first; (None,) where it is empty."""
    return record.rivals.get(name) or (record.values.get(name),)


@once
def line_ids(record: Record) -> list[str]:
    """Return the ids of the lines that any head still has, sorted."""
    found = set()
    for name in {*record.values, *record.rivals}:
        line = split_line(name)
        if line and any(value is not None for value in options(record, name)):
            found.add(line[0])
    return sorted(found)


def texts(record: Record, name: str) -> list[str]:
    """Return the texts that stand for a field, empty ones left out."""
    return [one for one in options(record, name) if isinstance(one, str) and one]


def dates(record: Record, name: str) -> list[str]:
    """Return the civil dates that stand for a field."""
    return [one for one in texts(record, name) if is_civil_date(one)]


def refs(record: Record, name: str, doc_type: str) -> list[str]:
    """Return the documents of a type that any head of a field names, sorted."""
    known: list[str] | None = record.memo.get((name, doc_type))
    if known is None:
        known = record.memo[name, doc_type] = sorted(_refs(record, name, doc_type))
    return known


def _refs(record: Record, name: str, doc_type: str) -> set[str]:
    found: set[str] = set()
    for value in options(record, name):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and one.startswith(f"{doc_type}:") and is_doc(one):
                found.add(one)
    return found


def days(value: Json) -> int | None:
    """Return a number of days that somebody wrote, None where it is none. Text and integers alike."""
    if isinstance(value, bool):
        return None
    text = str(value) if isinstance(value, int | str) else ""
    return int(text) if _DAYS.fullmatch(text) else None


def worst(severities: Sequence[Severity]) -> Severity | None:
    """Return the gravest of severities; None where there is none."""
    return max(severities, key=SEVERITIES.index, default=None)
