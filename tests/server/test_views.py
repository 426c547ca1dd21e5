"""The folded views: incremental is whole, nothing that people write breaks them, private stays apart."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.models.views import EntryPlot, EntryView, PlotView
from server.services.viewing import make_current
from server.store import log, view_check, view_survey, view_write, views
from server.store.log import Signed
from server.store.views import EntryFilter
from sync.ops import Op, make_body, make_private, parse_op, private_hash
from sync.values import DELETED
from tests.server.ops import make, scope_of, sync
from tests.server.phones import enrolled, start

ORIGIN = "vi-du.example/so"
SCOPE = "farm:019a0000-0000-7000-8000-000000000001"
OTHER = "farm:019a0000-0000-7000-8000-000000000002"
BY = "019a0000-0000-7000-8000-00000000000b"
DEVICE = "a" * 32
AT = 1_790_000_000_000
PLOTS = ["plot:019a0000-0000-7000-8000-0000000000a1", "plot:019a0000-0000-7000-8000-0000000000a2"]
SEASON = "season:019a0000-0000-7000-8000-0000000000b1"
SHA256 = "A" * 43
SCOPES = itertools.count(1)


def doc_of(kind: str, number: int) -> str:
    """Return the name of a document."""
    return f"{kind}:019a0000-0000-7000-8000-{number:012d}"


class Book:
    """A log that tests write by hand, as if its ops had been judged."""

    def __init__(self, scope: str = SCOPE) -> None:
        self.scope, self.n = scope, 0
        self.written: list[Op] = []

    def op(self, doc: str, fields: dict[str, Any], after: tuple[str, ...] = (), **more: Any) -> Op:
        """Return an op of this book that is not in the log yet."""
        self.n += 1
        private = make_private(bytes(16), more.pop("private")) if "private" in more else None
        body = make_body(
            device=DEVICE, n=self.n, by=BY, scope=self.scope, doc=doc, fields=fields, after=after,
            recorded_at=more.pop("recorded_at", AT + self.n),
            private=None if private is None else private_hash(ORIGIN, private),
        )  # fmt: skip
        return parse_op(ORIGIN, body, None if more.pop("lacks_private", False) else private)

    def append(self, *ops: Op, at: int = AT + 1000) -> None:
        """Give ops the next numbers."""
        signed = [Signed(one, bytes(64)) for one in ops]
        run_write(lambda session: log.append(session, self.scope, signed, at))
        self.written += ops

    def write(self, doc: str, fields: dict[str, Any], after: tuple[str, ...] = (), **more: Any) -> Op:
        """Append one op."""
        one = self.op(doc, fields, after, **more)
        self.append(one)
        return one


@pytest.fixture
def book(app: Flask) -> Book:
    """A log with a name and nothing in it."""
    run_write(lambda session: log.set_origin(session, ORIGIN))
    return Book()


def rows(session: Session, scope: str) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a scope's views."""
    found = {}
    for view, model in view_write.MODELS.items():
        table = view_write.table_of(view)
        query = select(model).where(table.c.scope == scope).order_by(*table.primary_key.columns)
        found[view] = [view_write.row_values(view, row) for row in session.scalars(query)]
    return found


def listed(**wanted: Any) -> list[str]:
    """Return the documents that a list shows, read page by page."""
    seen, after = [], None
    while True:
        with reading() as session:
            page, after = views.entries(session, [SCOPE], EntryFilter(**wanted), after, 1)
        seen += [row.doc for row in page]
        if after is None:
            return seen


def test_an_entry_is_seen_as_it_was_written(book: Book) -> None:
    entry = doc_of("entry", 1)
    book.write(
        entry,
        {"form": "CT-10", "happened_on": "2026-11-08", "season": SEASON, "plots": PLOTS},
        private={"note": "Phun chiều"},
    )
    make_current([SCOPE])
    with reading() as session:
        row = session.get_one(EntryView, (SCOPE, entry))
        whole = views.document(session, SCOPE, entry)
        plots = session.scalars(select(EntryPlot.plot).where(EntryPlot.doc == entry)).all()
    assert (row.form, row.happened_on, row.season, row.sector) == ("CT-10", "2026-11-08", SEASON, "crop")
    assert sorted(plots) == PLOTS
    assert whole is not None
    assert json.loads(whole.private or "") == {"note": "Phun chiều"}
    assert "note" not in whole.values
    assert json.loads(whole.tips) == [book.written[0].id]


def test_a_private_value_never_stands_in_a_public_column(book: Book) -> None:
    entry, plot = doc_of("entry", 1), PLOTS[0]
    book.write(entry, {"form": "CT-10"}, private={"happened_on": "2026-11-08", "season": SEASON})
    book.write(plot, {"kind": "pond"}, private={"name": "Ao nhà bà Lụa"})
    make_current([SCOPE])
    with reading() as session:
        row, pond = session.get_one(EntryView, (SCOPE, entry)), session.get_one(PlotView, (SCOPE, plot))
        texts = [one.values for one in views.documents_of(session, SCOPE, "plot")]
    assert (row.happened_on, row.season, pond.name) == ("", "", "")
    assert "Lụa" not in "".join(texts)


def test_a_private_part_that_comes_later_is_seen(app: Flask) -> None:
    start()
    phone = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    scope = scope_of(phone)
    sent = make(phone, scope, 1, private={"note": "Phun chiều"})
    sync(phone, {name: text for name, text in sent.items() if name != "private"})
    make_current([scope])
    with reading() as session:
        lacking = views.documents_of(session, scope, "entry")[0]
    assert (lacking.is_missing, lacking.private) == (True, None)
    assert sync(phone, sent)["results"][0]["result"] == "already"
    with reading() as session:
        filled = views.documents_of(session, scope, "entry")[0]
    assert (filled.is_missing, filled.private) == (False, '{"note":"Phun chiều"}')


@pytest.mark.parametrize(
    "day", ["2026-02-30", "30/11/2026", "0001-01-01", 20261108, ["2026-11-08"], "x" * 30_000, None, True]
)
def test_a_date_that_does_not_exist_counts_as_missing(book: Book, day: Any) -> None:
    book.write(doc_of("entry", 1), {"form": "CT-10", "happened_on": day})
    make_current([SCOPE])
    assert listed() == [doc_of("entry", 1)]
    with reading() as session:
        assert session.get_one(EntryView, (SCOPE, doc_of("entry", 1))).happened_on == ""


def test_a_view_holds_what_was_in_the_log_when_it_was_asked_for(book: Book) -> None:
    book.write(doc_of("entry", 1), {"form": "CT-10"})
    make_current([SCOPE])
    book.write(doc_of("entry", 2), {"form": "CT-10"})
    with reading() as session:
        assert views.behind(session, [SCOPE, OTHER]) == [SCOPE]
    make_current([SCOPE, OTHER])
    with reading() as session:
        assert views.behind(session, [SCOPE, OTHER]) == []
    assert len(listed()) == 2


def test_a_long_log_is_folded_run_by_run(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.services.folding.FOLD_OPS_MAX", 2)
    for number in range(1, 6):
        book.write(doc_of("entry", number), {"form": "CT-10"})
    make_current([SCOPE])
    assert len(listed()) == 5


def test_two_writes_that_did_not_see_each_other_are_a_conflict(book: Book) -> None:
    entry = doc_of("entry", 1)
    first = book.write(entry, {"form": "CT-10", "happened_on": "2026-11-01"})
    book.write(entry, {"happened_on": "2026-11-02"}, (first.id,))
    make_current([SCOPE])
    assert listed(has_conflict=True) == []
    book.write(entry, {"happened_on": "2026-11-03"}, (first.id,))
    make_current([SCOPE])
    assert listed(has_conflict=True) == [entry]
    with reading() as session:
        whole = views.document(session, SCOPE, entry)
    assert whole is not None
    assert json.loads(whole.conflicts) == ["happened_on"]
    assert sorted(json.loads(whole.tips)) == sorted(op.id for op in book.written[1:])


def test_photos_are_counted_whichever_came_first(book: Book) -> None:
    entry, other = doc_of("entry", 1), doc_of("entry", 2)

    def counts() -> list[int]:
        make_current([SCOPE])
        with reading() as session:
            return list(session.scalars(select(EntryView.photos).order_by(EntryView.doc)))

    photo = book.write(doc_of("photo", 1), {"of": entry, "sha256": SHA256, "bytes": 7, "type": "image/jpeg"})
    make_current([SCOPE])
    book.write(entry, {"form": "CT-10"})
    book.write(other, {"form": "CT-10"})
    assert counts() == [1, 0]
    moved = book.write(doc_of("photo", 1), {"of": other}, (photo.id,))
    assert counts() == [0, 1]
    book.write(doc_of("photo", 1), {DELETED: True}, (moved.id,))
    assert counts() == [0, 0]


def test_entries_come_newest_day_first_and_filters_narrow_them(book: Book) -> None:
    days = ["2026-11-03", "2026-11-05", "2026-11-04", "bad", "2026-11-05"]
    for number, day in enumerate(days, 1):
        form = "CT-10" if number % 2 else "CT-05"
        at = AT + 10_000 * number
        fields = {"form": form, "happened_on": day, "plots": PLOTS[: number % 3], "season": SEASON}
        book.append(book.op(doc_of("entry", number), fields), at=at)
    make_current([SCOPE])

    def numbers(**wanted: Any) -> list[int]:
        return [int(doc[-2:]) for doc in listed(**wanted)]

    assert numbers() == [5, 2, 3, 1, 4]
    assert numbers(form="CT-05") == [2, 4]
    assert numbers(plot=PLOTS[1]) == [5, 2]
    assert numbers(first_day="2026-11-04") == [5, 2, 3]
    assert numbers(last_day="2026-11-04") == [3, 1]
    assert numbers(season=SEASON, sector="crop", by=BY) == [5, 2, 3, 1, 4]
    assert numbers(sector="livestock") == []


def test_lists_hold_the_scopes_asked_for_and_no_other(book: Book) -> None:
    book.write(doc_of("entry", 1), {"form": "CT-10", "happened_on": "2026-11-08"})
    stranger = Book(OTHER)
    stranger.write(doc_of("entry", 1), {"form": "CT-10", "happened_on": "2026-11-09"})
    stranger.write(doc_of("photo", 1), {"of": doc_of("entry", 1), "sha256": SHA256})
    make_current([SCOPE, OTHER])
    with reading() as session:
        mine, _ = views.entries(session, [SCOPE], EntryFilter(), None, 10)
        none, _ = views.entries(session, [], EntryFilter(), None, 10)
        nobodys = [f"farm:019a0000-0000-7000-8000-{number:012d}" for number in range(100, 130)]
        wide, _ = views.entries(session, [SCOPE, *nobodys], EntryFilter(), None, 10)
        assert [row.scope for row in wide] == [SCOPE]
        assert [(row.scope, row.photos) for row in mine] == [(SCOPE, 0)]
        assert none == []
        assert views.photos_of(session, SCOPE, [doc_of("entry", 1)]) == []
        assert len(views.photos_of(session, OTHER, [doc_of("entry", 1)])) == 1


def test_plots_and_seasons_have_base_units_and_dates(book: Book) -> None:
    area = {"amount": "2.5", "unit": "sao"}
    book.write(PLOTS[0], {"name": "Đồng Cửa", "kind": "field", "area": area})
    book.write(PLOTS[1], {"name": 5, "kind": "pond", "area": {"amount": "9" * 15, "unit": "ha"}})
    book.write(
        SEASON, {"product_name": "Lúa", "variety": "Nếp", "started_on": "2026-06-01", "sector": "crop"}
    )
    make_current([SCOPE])
    with reading() as session:
        found = [(row.name, row.kind, row.area_m2) for row in views.plots_of(session, [SCOPE])]
        season = views.seasons_of(session, [SCOPE])[0]
    assert found == [("", "pond", None), ("Đồng Cửa", "field", 900)]
    assert (season.name, season.started_on, season.ended_on) == ("Lúa, Nếp", "2026-06-01", "")


# What people and programs may write into a field: good values and every kind of bad one.
TEXTS = st.sampled_from(
    ["", "CT-10", "2026-11-08", "2026-02-30", SEASON, PLOTS[0], SHA256, "crop", "Đồng", "x" * 5000]
)
VALUES = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.lists(TEXTS, max_size=3),
    st.fixed_dictionaries({"amount": TEXTS, "unit": st.sampled_from(["sao", "kg", "", "m2"])}),
)
NAMES = st.sampled_from(
    ["form", "happened_on", "season", "plots", "name", "area", "kind", "of", "sha256", "bytes", "type",
     "started_on", "product", "line.abcdefgh.dose", "new.field", "needs", DELETED]
)  # fmt: skip
FIELDS = st.dictionaries(NAMES, VALUES, max_size=4)
DECISIONS = st.sampled_from(["approved", "asked", None])
PHOTO_OF = st.sampled_from([doc_of("entry", 1), doc_of("entry", 2), "entry:none", 5])
DOCS = st.sampled_from(
    [doc_of("entry", 1), doc_of("entry", 2), doc_of("photo", 1), doc_of("photo", 2), doc_of("plot", 1),
     doc_of("season", 1), doc_of("unheard_of", 1), doc_of("review", 1), doc_of("review", 2),
     doc_of("comment", 1)]
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, dict[str, Any], dict[str, Any], list[int], int]]:
    """Give writes: document, public and private fields, which earlier writes it saw, its clock."""
    found = []
    for number in range(draw(st.integers(1, 14))):
        doc, public = draw(DOCS), draw(FIELDS)
        if doc.startswith(("photo:", "review:", "comment:")):
            public["of"] = draw(PHOTO_OF)
        if doc.startswith("review:"):  # of what the test knows by then: see `named`
            public |= {"heads": draw(st.sampled_from(["all", "own", "none"])), "decision": draw(DECISIONS)}
        if doc.startswith("comment:"):
            public["answers"] = draw(st.sampled_from([doc_of("review", 1), doc_of("review", 2), None]))
        private = {k: v for k, v in draw(FIELDS).items() if k not in public and k != DELETED}
        saw = draw(st.lists(st.integers(0, number - 1), max_size=3, unique=True)) if number else []
        found.append((doc, public, private, saw, draw(st.integers(0, 5))))
    return found


def named(made: list[Op], of: Any, which: str) -> list[str]:
    """Return op ids that a review names: of the entry and its photos, of the entry alone, or none."""
    own = [op.id for op in made if op.doc == of]
    photos = [op.id for op in made if op.doc.startswith("photo:")]
    return {"all": own + photos, "own": own, "none": []}[which]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=histories(), data=st.data())
def test_incremental_views_are_those_of_a_rebuild(book: Book, history: Any, data: st.DataObject) -> None:
    one = Book(f"farm:019a0000-0000-7000-9000-{next(SCOPES):012d}")
    made: list[Op] = []
    for doc, public, private, saw, clock in history:
        if doc.startswith("review:"):
            public["heads"] = named(made, public.get("of"), public["heads"])
        after = tuple(made[i].id for i in saw if made[i].doc == doc)
        more = {"private": private} if private else {}
        made.append(one.op(doc, public, after, recorded_at=AT + clock, **more))
    waiting = data.draw(st.permutations(made))
    while waiting:
        size = data.draw(st.integers(1, len(waiting)))
        one.append(*waiting[:size])
        waiting = waiting[size:]
        most = data.draw(st.sampled_from([None, 0, 1, 3]))
        if most != 0:
            run_write(lambda session, most=most: views.fold_scope(session, one.scope, most))  # type: ignore[misc]
    make_current([one.scope])
    with reading() as session:
        incremental = rows(session, one.scope)
        assert list(view_check.differences(session, view_survey.survey(session, one.scope))) == []

    def rebuild(session: Session) -> None:
        view_write.lock_view(session, one.scope).seq = 0
        view_write.forget_scope(session, one.scope)
        views.fold_scope(session, one.scope)

    run_write(rebuild)
    with reading() as session:
        assert rows(session, one.scope) == incremental
    assert len(incremental["documents"]) == len({op.doc for op in made})
