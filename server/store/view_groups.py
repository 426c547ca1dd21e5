"""What a process remembers of the groups that it judged in a scope: their documents and their findings.

A memory and no source. It is good for one state of a scope alone, which the digest of its log and the lists
name; whoever takes it out holds the lock of the scope's `ViewHead`, and puts it back when everything is
written. Was that never committed, the next one finds another number and starts with nothing.
"""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from server.store.view_fold import Row

RECORDS_KEPT: Final = 6_000  # our choice: the book of a large farm, some 30 MB


@dataclass
class Group:
    """One group: its records by document, the rows of its findings, and these as the rules gave them.

    Shape:  `said`: None where only the rows are known.
    """

    records: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    said: Sequence[Any] | None = None
    _ordered: list[str] | None = None

    def put(self, doc: str, record: Any) -> None:
        """Take a record in; most are new and stand last."""
        if self._ordered is not None and doc not in self.records:
            insort(self._ordered, doc)
        self.records[doc] = record

    def drop(self, doc: str) -> None:
        """Take a record out."""
        if self.records.pop(doc, None) is not None:
            self._ordered = None

    def ordered(self) -> list[Any]:
        """Return the records in the order of their documents."""
        if self._ordered is None:
            self._ordered = sorted(self.records)
        return [self.records[doc] for doc in self._ordered]


@dataclass
class Groups:
    """Groups by their keys, and the records in them; groups that nobody looked at are not here.

    Shape:  `records`: document → its record, the keys of all its groups; `is_whole`: every record of the
            scope is here, and every group that has one: a group that is not here is empty.
    """

    groups: dict[str, Group] = field(default_factory=dict)
    records: dict[str, tuple[Any, Collection[str]]] = field(default_factory=dict)
    is_whole: bool = False

    def put(self, doc: str, record: Any, keys: Collection[str]) -> None:
        """Take a document out of its groups and put it, as it is now, into those that are here or begin."""
        _, before = self.records.pop(doc, (None, ()))
        for key in before:
            if key in self.groups:
                self.groups[key].drop(doc)
        self.records[doc] = (record, keys)
        for key in keys:
            if self.is_whole:
                self.groups.setdefault(key, Group()).put(doc, record)
            elif key in self.groups:
                self.groups[key].put(doc, record)

    def lacks(self, keys: Iterable[str]) -> list[str]:
        """Return those of the groups that are not here."""
        return [key for key in keys if key not in self.groups]

    def gather(self) -> None:
        """Make all groups of the records that are here, which are all records of the scope."""
        self.is_whole = True
        for doc, (record, keys) in list(self.records.items()):
            self.put(doc, record, keys)

    def shrink(self) -> None:
        """Forget everything where it is more than a process remembers."""
        if len(self.records) > RECORDS_KEPT:
            self.groups.clear()
            self.records.clear()
            self.is_whole = False


_kept: OrderedDict[str, tuple[object, Groups]] = OrderedDict()
_lock: Final = Lock()


def take(scope: str, state: object) -> Groups:
    """Return what is remembered of a scope in this state, and forget it here; nothing of any other state."""
    with _lock:
        found = _kept.pop(scope, None)
    return found[1] if found is not None and found[0] == state else Groups()


def keep(scope: str, state: object, groups: Groups) -> None:
    """Remember a scope in this state; the scopes that were not asked for longest are forgotten for it."""
    with _lock:
        _kept[scope] = (state, groups)
        room = RECORDS_KEPT
        for name in reversed(list(_kept)):
            room -= len(_kept[name][1].records)
            if room < 0:
                del _kept[name]
