"""All rules together: which groups a document matters to, and what is noticed in one group.

A finding belongs to exactly one group. After a change of a document only its groups, before and after, are
judged again; that gives what judging everything gives (a property in both languages). No rule here knows what
day it is: what depends on today is a function of its own and no finding.
Twin: `pwa/src/core/rules/book.ts`. Source: PROTOCOL §Rules and findings.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Final

from sync.lists import Lists
from sync.rules import due, harvest, inputs, stock, waiting, water
from sync.rules import record as record_family
from sync.rules.shape import Finding, Record, counts, in_order, once


@dataclass(frozen=True, slots=True)
class Family:
    """Rules of one kind. `kinds`: the beginnings (before the colon) of the keys that it judges."""

    kinds: frozenset[str]
    keys: Callable[[Record], Iterator[str]]
    judge: Callable[[str, Sequence[Record], Lists], Iterator[Finding]]


FAMILIES: Final[tuple[Family, ...]] = tuple(
    Family(one.KINDS, one.keys, one.judge)
    for one in (waiting, record_family, inputs, stock, harvest, water, due)
)


@once
def keys_of(record: Record) -> frozenset[str]:
    """Return the groups that a document matters to; none where it counts for nothing."""
    return (
        frozenset(key for family in FAMILIES for key in family.keys(record))
        if counts(record)
        else frozenset()
    )


def judge(key: str, records: Iterable[Record], lists: Lists) -> list[Finding]:
    """Return what is noticed in one group, sorted.

    Shape:  `records`: every record with this key, in any order.
    """
    group = sorted(records, key=attrgetter("doc"))
    return in_order(f for family in _families(key.partition(":")[0]) for f in family.judge(key, group, lists))


@cache
def _families(kind: str) -> tuple[Family, ...]:
    return tuple(family for family in FAMILIES if kind in family.kinds)


def findings(records: Iterable[Record], lists: Lists) -> list[Finding]:
    """Return everything that is noticed in a book, sorted: what all its groups give together."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        for key in keys_of(record):
            groups.setdefault(key, []).append(record)
    return in_order(f for key, group in groups.items() for f in judge(key, group, lists))


def check_draft(draft: Record, records: Iterable[Record], lists: Lists) -> list[Finding]:
    """Return what would be noticed about a document that is being written, beside what is in the book.

    Shape:  `records`: the book, or at least the groups of the draft; a stored version of it is left out.
    """
    keys = keys_of(draft)
    others = [one for one in records if one.doc != draft.doc]
    found: list[Finding] = []
    for key in sorted(keys):
        found += judge(key, [draft, *(one for one in others if key in keys_of(one))], lists)
    return in_order(one for one in found if draft.doc in one.behind)
