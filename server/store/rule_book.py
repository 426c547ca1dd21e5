"""The rules as the views ask them: rows of documents in, rows of findings out.

What is kept of findings is good for one state of the lists and of the rules themselves: `state` names both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from server.models.findings import FIELD_CHARS, KEY_CHARS
from server.store.view_fold import Row
from sync import ids
from sync.lists import Lists
from sync.rules import SEVERITIES, Finding, Record, judge, keys_of
from sync.values import write_text

_HASHED: Final = "#"  # behind the colon of a key that was too long to be stored as it is
RECORDS_KEPT: Final = 2_000  # our choice: what pages look at; the folds remember theirs (`view_groups`)
_SAID: Final = ("doc", "type", "values", "rivals", "is_deleted", "by", "recorded_at", "skew", "received_at")
_READ: Final = (".py", ".json")


class Rules:
    """The rules with the lists of one organisation."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self.lists = f"{_rules_tag()}.{lists.version}"

    def read(self, row: Row) -> Record:
        """Return a document as rules see it."""
        return _record(*(row[name] for name in _SAID))

    def keys_of(self, record: Record) -> Collection[str]:
        """Return the groups to which a document matters."""
        return {stored_key(key) for key in keys_of(record)}

    def judge(self, key: str, records: Sequence[Record]) -> Sequence[Finding]:
        """Return all findings of a group, of which these are the documents."""
        if key.partition(":")[2].startswith(_HASHED):
            key = next(one for one in keys_of(records[0]) if stored_key(one) == key)
        return judge(key, records, self._lists)

    def row_of(self, finding: Finding) -> Row:
        """Return a finding as a row of `FindingView` without scope, key and place."""
        return {
            "about": finding.about,
            "rule": finding.rule,
            "severity": SEVERITIES.index(finding.severity) + 1,
            "field": finding.field[:FIELD_CHARS],
            "behind": write_text(list(finding.behind)),
            "facts": write_text(dict(sorted(finding.facts.items()))),
        }


def record_of(row: Row) -> Record:
    """Return a document as rules see it; the same text is read once."""
    return _kept(*(row[name] for name in _SAID))


def _record(
    doc: str,
    type_: str,
    values: str,
    rivals: str,
    is_deleted: bool,
    by: str,
    recorded_at: int,
    skew: int | None,
    received_at: int | None,
) -> Record:
    told = {} if rivals == "{}" else json.loads(rivals)
    beside = {name: tuple(some) for name, some in told.items()}
    return Record(doc, type_, json.loads(values), beside, is_deleted, by, recorded_at, skew, received_at)


_kept = lru_cache(maxsize=RECORDS_KEPT)(_record)


def stored_key(key: str) -> str:
    """Return a key as it is stored: one with a long name as the hash of it."""
    if len(key) <= KEY_CHARS:
        return key
    kind, _, name = key.partition(":")
    return f"{kind}:{_HASHED}{ids.b64_encode(hashlib.sha256(name.encode('utf-8')).digest())}"


@cache
def _rules_tag() -> str:
    """Return a name for this program's rules, forms and units: other ones judge anew."""
    said = hashlib.sha256()
    for folder in ("rules", "forms"):
        for one in sorted(files("sync").joinpath(folder).iterdir(), key=lambda one: one.name):
            if one.name.endswith(_READ):
                said.update(one.read_bytes())
    for beside in ("units.json", "crops.json", "crops.py"):
        said.update(files("sync").joinpath(beside).read_bytes())
    return ids.b64_encode(said.digest()[:9])
