"""Findings are kept current by judging again only the groups of what changed: that gives the same.

The rules here are small ones of the test; what the real rules say is told by their vectors.
"""

from __future__ import annotations

import itertools
import json
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.db import db, reading, run_write
from server.models.findings import FindingView, RecordKey
from server.models.views import EntryView
from server.store import log, view_check, view_findings, view_groups, view_survey, view_write, views
from server.store.view_fold import Row
from sync.values import DELETED, Json
from tests.server.test_views import AT, ORIGIN, PLOTS, SCOPE, Book, doc_of, histories, named

SPRAY, HARVEST = "CT-10", "CT-05"
SCOPES = itertools.count(1)


@dataclass
class Toy:
    """On a plot that was sprayed every harvest is a stop; an unknown plot is a note at its entries."""

    lists: str = "1"
    judged: list[str] = field(default_factory=list)

    def read(self, row: Row) -> Row:
        """Return a row as it is."""
        return row

    def row_of(self, finding: Row) -> Row:
        """Return a finding as it is."""
        return finding

    def keys_of(self, row: Row) -> Collection[str]:
        """Return an entry's own key and those of its plots."""
        if row["type"] != "entry":
            return {row["doc"]} if row["type"] == "plot" else ()
        return {row["doc"], *self._plots(row)}

    def judge(self, key: str, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the findings of a plot, or of an entry that is in conflict."""
        self.judged.append(key)
        some = [row for row in rows if not row["is_deleted"] and row["type"] == "entry"]
        if key.startswith("entry:"):
            return [self._finding(row["doc"], "torn", 2, []) for row in some if row["rivals"] != "{}"]
        sprays = [row["doc"] for row in some if self._form(row) == SPRAY]
        found = [
            self._finding(row["doc"], "early", 3, sprays)
            for row in some
            if sprays and self._form(row) == HARVEST
        ]
        return (
            found
            if any(row["doc"] == key for row in rows)
            else [*found, *(self._finding(row["doc"], "plot", 1, []) for row in some)]
        )

    def _plots(self, row: Row) -> set[str]:
        plots = json.loads(row["values"]).get("plots")
        return (
            {one for one in plots if isinstance(one, str) and one in PLOTS}
            if isinstance(plots, list)
            else set()
        )

    def _form(self, row: Row) -> Json:
        form: Json = json.loads(row["values"]).get("form")
        return form

    def _finding(self, about: str, rule: str, severity: int, behind: list[str]) -> Row:
        told = json.dumps([about, *behind])
        return {"about": about, "rule": rule, "severity": severity, "field": "", "behind": told,
                "facts": json.dumps({"lists": self.lists})}  # fmt: skip


@pytest.fixture
def book(app: Flask) -> Book:
    """A log with a name and nothing in it."""
    run_write(lambda session: log.set_origin(session, ORIGIN))
    return Book()


def fold(scope: str, toy: Toy | None, most: int | None = None) -> None:
    """Fold what is new in a scope, and judge it."""
    run_write(lambda session: views.fold_scope(session, scope, most, toy))


def told(scope: str = SCOPE) -> dict[str, list[tuple[str, int]]]:
    """Return the rules and severities about each document."""
    found: dict[str, list[tuple[str, int]]] = {}
    with reading() as session:
        for row in session.scalars(select(FindingView).where(FindingView.scope == scope)):
            found.setdefault(row.about, []).append((row.rule, row.severity))
    return {about: sorted(some) for about, some in found.items()}


def severity(doc: str) -> int:
    """Return how grave the inbox holds an entry."""
    with reading() as session:
        return session.get_one(EntryView, (SCOPE, doc)).severity


def write(book: Book, number: int, form: str, plot: int = 0) -> Any:
    """Record a spraying or a harvest on a plot."""
    fields = {"form": form, "happened_on": "2026-11-08", "plots": [PLOTS[plot]]}
    return book.write(doc_of("entry", number), fields)


def test_only_the_groups_of_what_changed_are_judged_again(book: Book) -> None:
    toy = Toy()
    for plot in PLOTS:
        book.write(plot, {"name": "Đồng Cửa", "kind": "field"})
    harvest = write(book, 1, HARVEST)
    write(book, 2, HARVEST, plot=1)
    fold(SCOPE, toy)
    assert told() == {}
    toy.judged.clear()
    write(book, 3, SPRAY)
    fold(SCOPE, toy)
    assert sorted(toy.judged) == [doc_of("entry", 3), PLOTS[0]]
    assert told() == {harvest.doc: [("early", 3)]}
    assert (severity(harvest.doc), severity(doc_of("entry", 3))) == (3, 0)


def test_a_finding_goes_when_what_led_to_it_moves_away_or_is_deleted(book: Book) -> None:
    toy = Toy()
    for plot in PLOTS:
        book.write(plot, {"name": "Đồng Cửa", "kind": "field"})
    harvest, spray = write(book, 1, HARVEST), write(book, 2, SPRAY)
    fold(SCOPE, toy)
    assert severity(harvest.doc) == 3
    moved = book.write(spray.doc, {"plots": [PLOTS[1]]}, (spray.id,))
    fold(SCOPE, toy)
    assert (told(), severity(harvest.doc)) == ({}, 0)
    back = book.write(spray.doc, {"plots": [PLOTS[0]]}, (moved.id,))
    fold(SCOPE, toy)
    assert severity(harvest.doc) == 3
    book.write(spray.doc, {DELETED: True}, (back.id,))
    fold(SCOPE, toy)
    assert (told(), severity(harvest.doc)) == ({}, 0)


def test_other_lists_and_a_fold_without_rules_are_made_up_for(book: Book) -> None:
    harvest = write(book, 1, HARVEST)
    write(book, 2, SPRAY)
    fold(SCOPE, None)
    assert told() == {}
    fold(SCOPE, Toy())
    assert told()[harvest.doc] == [("early", 3), ("plot", 1)]
    fold(SCOPE, Toy(lists="2"))
    with reading() as session:
        facts = session.scalars(select(FindingView.facts).where(FindingView.scope == SCOPE)).all()
        assert {json.loads(one)["lists"] for one in facts} == {"2"}
        keys = session.scalars(select(RecordKey.key).where(RecordKey.scope == SCOPE)).all()
    assert len(keys) == 4


def rows(session: Session, scope: str) -> list[Any]:
    """Return all that is kept of a scope's findings, and how grave its entries are."""
    return [
        session.execute(
            select(model.__table__).where(model.scope == scope).order_by(*model.__table__.primary_key)
        ).all()
        for model in (RecordKey, FindingView)
    ] + [
        session.execute(
            select(EntryView.doc, EntryView.severity).where(EntryView.scope == scope).order_by(EntryView.doc)
        ).all()
    ]


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=histories(), data=st.data())
def test_findings_kept_current_are_those_of_judging_everything(
    book: Book, history: Any, data: st.DataObject
) -> None:
    one, toy = Book(f"farm:019a0000-0000-7000-a000-{next(SCOPES):012d}"), Toy()
    made: list[Any] = []
    for told_of, public, private, saw, clock in history:
        doc = PLOTS[0] if told_of.startswith("plot:") else told_of
        if doc.startswith("review:"):
            public["heads"] = named(made, public.get("of"), public["heads"])
        if doc.startswith("entry:"):
            public |= {
                "plots": PLOTS[: data.draw(st.integers(0, 2))],
                "form": data.draw(st.sampled_from([SPRAY, HARVEST])),
            }
        private = {name: value for name, value in private.items() if name not in public}
        after = tuple(made[i].id for i in saw if made[i].doc == doc)
        made.append(
            one.op(doc, public, after, recorded_at=AT + clock, **({"private": private} if private else {}))
        )
    waiting = data.draw(st.permutations(made))
    while waiting:
        size = data.draw(st.integers(1, len(waiting)))
        one.append(*waiting[:size])
        waiting = waiting[size:]
        fold(
            one.scope, data.draw(st.sampled_from([toy, toy, None])), data.draw(st.sampled_from([None, 1, 3]))
        )
    fold(one.scope, toy)
    fold(one.scope, toy)
    with reading() as session:
        kept = rows(session, one.scope)
        assert list(view_check.differences(session, view_survey.survey(session, one.scope), toy)) == []

    def whole(session: Session) -> None:
        head = view_write.lock_view(session, one.scope)
        view_findings.judge_all(session, one.scope, head.seq, toy)

    run_write(whole)
    with reading() as session:
        assert rows(session, one.scope) == kept


def test_a_fold_that_was_never_committed_is_not_remembered(book: Book) -> None:
    toy = Toy()
    book.write(PLOTS[0], {"name": "Đồng Cửa", "kind": "field"})
    harvest = write(book, 1, HARVEST)
    fold(SCOPE, toy)
    write(book, 2, SPRAY)

    def cut(session: Session) -> None:
        views.fold_scope(session, SCOPE, None, toy)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_write(cut)
    assert told() == {}
    fold(SCOPE, toy)
    assert told() == {harvest.doc: [("early", 3)]}


def test_what_another_process_folded_is_seen(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Toy()
    book.write(PLOTS[0], {"name": "Đồng Cửa", "kind": "field"})
    harvest = write(book, 1, HARVEST)
    fold(SCOPE, toy)
    mine = dict(view_groups._kept)  # as this process goes on remembering it
    write(book, 2, SPRAY)
    fold(SCOPE, toy)
    monkeypatch.setattr(view_groups, "_kept", OrderedDict(mine))
    late = write(book, 3, HARVEST)
    fold(SCOPE, toy)
    assert told() == {harvest.doc: [("early", 3)], late.doc: [("early", 3)]}
    with reading() as session:
        assert list(view_check.differences(session, view_survey.survey(session, SCOPE), toy)) == []


def test_a_log_of_the_same_length_is_not_taken_for_another(book: Book) -> None:
    toy = Toy()
    book.write(PLOTS[0], {"name": "Đồng Cửa", "kind": "field"})
    write(book, 1, SPRAY)
    fold(SCOPE, toy)
    with reading() as session:
        state = (2, log.digest_at(session, SCOPE, 2), toy.lists)
    for other in ((3, *state[1:]), (2, b"another", toy.lists), (*state[:2], "2")):
        groups = view_groups.take(SCOPE, state)
        assert groups.records
        view_groups.keep(SCOPE, state, groups)
        assert not view_groups.take(SCOPE, other).records
        view_groups.keep(SCOPE, state, groups)


def test_a_process_remembers_no_more_than_it_may(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_groups, "RECORDS_KEPT", 3)
    toy = Toy()
    book.write(PLOTS[0], {"name": "Đồng Cửa", "kind": "field"})
    for number in range(1, 7):
        write(book, number, HARVEST if number % 2 else SPRAY)
        fold(SCOPE, toy)
        assert sum(len(groups.records) for _, groups in view_groups._kept.values()) <= 3
    with reading() as session:
        assert list(view_check.differences(session, view_survey.survey(session, SCOPE), toy)) == []


@pytest.mark.parametrize(
    ("statement", "told_of"),
    [
        ("DELETE FROM view_findings", "view_findings"),
        ("UPDATE view_findings SET severity = 1", "view_findings"),
        ("DELETE FROM view_record_keys", "view_record_keys"),
        ("UPDATE view_entries SET severity = 0", "view_entries"),
    ],
)
def test_findings_that_were_tampered_with_are_named(book: Book, statement: str, told_of: str) -> None:
    toy = Toy()
    write(book, 1, HARVEST)
    write(book, 2, SPRAY)
    fold(SCOPE, toy)
    with db.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    with reading() as session:
        wrong = list(view_check.differences(session, view_survey.survey(session, SCOPE), toy))
    assert told_of in {one.table for one in wrong}
