"""A scope by document: what is open comes whole, and with the rest it is the same as a full pull."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.db import reading, run_write
from server.services import opening
from server.store import log
from server.store.page import page as page_of
from sync import limits
from sync.log import parse_cursor
from sync.values import DELETED
from tests.server.ops import ENTRY, make, scope_of, sync
from tests.server.phones import Phone, enrolled, slug, start
from tests.server.test_views import AT, ORIGIN, Book, doc_of

YEAR = 366 * 86_400_000
RUNNING, ENDED = doc_of("season", 1), doc_of("season", 2)
NUMBERS = itertools.count(1)
OLD, NEW = AT, AT + 2 * YEAR


@pytest.fixture
def phone(app: Flask) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")


def get(phone: Phone, path: str, **query: str) -> Any:
    """Ask for a part of a scope."""
    return phone.client.get(f"/api/v1/scopes/{path}", headers=phone.headers, query_string=query)


def seqs(answer: Any) -> list[int]:
    """Return the numbers of an answer's ops."""
    return [op["seq"] for op in answer.get_json()["ops"]]


def test_a_scope_starts_with_its_open_documents_and_goes_on_by_cursor(phone: Phone) -> None:
    scope = scope_of(phone)
    sync(phone, *[make(phone, scope, n, n) for n in range(1, 4)])
    answer = get(phone, f"{scope}/start")
    assert sorted(seqs(answer)) == [1, 2, 3]
    assert set(answer.get_json()) == {"at", "ops"}
    assert {"body", "signature", "scope", "seq", "received_at"} == set(answer.get_json()["ops"][0])
    sync(phone, make(phone, scope, 4, 4))
    onward = sync(phone, cursors={scope: answer.get_json()["at"]})
    assert [op["seq"] for op in onward["ops"]] == [4]
    assert "rewind" not in onward


def test_an_empty_scope_starts_at_nothing(phone: Phone) -> None:
    assert get(phone, f"{scope_of(phone)}/start").get_json() == {"at": "0", "ops": []}


def test_one_document_comes_with_all_of_its_ops(phone: Phone) -> None:
    scope = scope_of(phone)
    first = make(phone, scope, 1, 1, private={"note": "Phun chiều"})
    sync(phone, first, make(phone, scope, 2, 2), make(phone, scope, 3, 1, fields={"dose": None}))
    answer = get(phone, f"{scope}/documents/{ENTRY.format(1)}")
    assert seqs(answer) == [1, 3]
    assert answer.get_json()["ops"][0]["private"] == first["private"]


def test_case_066_another_farms_scope_looks_like_a_missing_one(phone: Phone) -> None:
    stranger = enrolled(phone.client, "Đặng Văn Sự", "Nhà Sự")
    foreign = scope_of(stranger)
    sync(stranger, make(stranger, foreign, 1))
    missing = "farm:019a0000-0000-7000-8000-00000000dead"
    for path in ("start", f"documents/{ENTRY.format(1)}"):
        theirs, nobodys = (get(phone, f"{scope}/{path}") for scope in (foreign, missing))
        assert (theirs.status_code, slug(theirs)) == (404, "scope_unknown")
        assert (nobodys.status_code, slug(nobodys)) == (404, "scope_unknown")
    own = get(phone, f"{scope_of(phone)}/documents/{ENTRY.format(1)}")
    assert (own.status_code, slug(own)) == (404, "not_found")


def test_no_session_no_scope(phone: Phone) -> None:
    scope = scope_of(phone)
    phone.token = "x"
    assert [get(phone, f"{scope}/{path}").status_code for path in ("start", "documents/x")] == [401, 401]


@pytest.mark.parametrize("query", [{"at": "1"}, {"at": "1.2.x"}, {"from": "entry"}, {"from": "x" * 300}])
def test_a_query_of_the_wrong_shape_is_a_problem(phone: Phone, query: dict[str, str]) -> None:
    answer = get(phone, f"{scope_of(phone)}/start", **query)
    assert (answer.status_code, slug(answer)) == (400, "bad_request")


def test_a_point_that_the_log_does_not_have_starts_a_new_run(phone: Phone) -> None:
    scope = scope_of(phone)
    sync(phone, *[make(phone, scope, n, n) for n in range(1, 3)])
    lost = f"1.2.{'A' * 43}"
    answer = get(phone, f"{scope}/start", **{"from": ENTRY.format(2), "at": lost})
    assert sorted(seqs(answer)) == [1, 2]
    assert answer.get_json()["at"] != lost


# --- what is open, on a log written by hand ---


@pytest.fixture
def named(app: Flask) -> None:
    """A log with a name."""
    run_write(lambda session: log.set_origin(session, ORIGIN))


def book() -> Book:
    """Return an empty scope."""
    return Book(f"farm:019a0000-0000-7000-a000-{next(NUMBERS):012d}")


def pages(scope: str, between: Any = None) -> tuple[str, list[dict[str, Any]]]:
    """Return where the run stands and all ops of its pages; `between` happens after the first page."""
    found: list[dict[str, Any]] = []
    page = opening.start([scope], scope, "", None)
    first = page.at
    while True:
        assert page.at == first
        found += page.ops
        if page.next is None:
            return first, found
        if between is not None:
            between()
            between = None
        page = opening.start([scope], scope, page.next, parse_cursor(first))


def test_open_are_running_seasons_and_the_last_12_months_and_the_photos_of_both(named: None) -> None:
    one = book()
    old: list[tuple[str, dict[str, Any]]] = [
        (RUNNING, {"started_on": "2026-01-01"}),
        (ENDED, {"started_on": "2026-01-01", "ended_on": "2026-05-01"}),
        (doc_of("plot", 1), {"name": "Đồng Cửa"}),
        (doc_of("entry", 1), {"form": "CT-10", "season": RUNNING, "happened_on": "2026-02-01"}),
        (doc_of("entry", 2), {"form": "CT-10", "season": ENDED, "happened_on": "2026-02-01"}),
        (doc_of("photo", 1), {"of": doc_of("entry", 1)}),
        (doc_of("photo", 2), {"of": doc_of("entry", 2)}),
        (doc_of("comment", 1), {"text": "…"}),
        (doc_of("entry", 4), {"form": "CT-10", "season": ENDED, "happened_on": "2026-02-01"}),
        (doc_of("photo", 3), {"of": doc_of("plot", 1)}),
    ]
    one.append(*[one.op(doc, fields) for doc, fields in old], at=OLD)
    changed = one.op(doc_of("entry", 4), {"happened_on": "2026-02-02"}, (one.written[8].id,))
    one.append(changed, one.op(doc_of("entry", 3), {"form": "CT-10"}), at=NEW)
    _, ops = pages(one.scope)
    seen = {doc for op in ops for doc in [one.written[op["seq"] - 1].doc]}
    shut = {doc_of("entry", 2), doc_of("photo", 2), doc_of("comment", 1)}
    assert seen == {op.doc for op in one.written} - shut
    assert sorted(op["seq"] for op in ops if one.written[op["seq"] - 1].doc == doc_of("entry", 4)) == [9, 11]


@pytest.mark.parametrize(
    ("sizes", "in_pages"), [([2, 3, 4, 5, 6], [1, 1, 1, 1, 1]), ([1] * 9, [4, 4, 1]), ([3, 1, 1], [2, 1])]
)
def test_a_page_keeps_its_limit_and_never_cuts_a_document(
    named: None, monkeypatch: pytest.MonkeyPatch, sizes: list[int], in_pages: list[int]
) -> None:
    monkeypatch.setattr(limits, "PAGE_OPS_MAX", 4)
    monkeypatch.setattr(opening, "PAGE_DOCS", 5)
    one = book()
    for number, size in enumerate(sizes, 1):
        one.append(*[one.op(doc_of("entry", number), {"form": "CT-10"}) for _ in range(size)])
    page, seen, docs = opening.start([one.scope], one.scope, "", None), 0, []
    while True:
        docs.append(len({one.written[int(str(op["seq"])) - 1].doc for op in page.ops}))
        seen += len(page.ops)
        if page.next is None:
            break
        page = opening.start([one.scope], one.scope, page.next, parse_cursor(page.at))
    assert seen == len(one.written)
    assert docs == in_pages


KINDS = st.sampled_from(["entry:1", "entry:2", "entry:3", "photo:1", "photo:2", "plot:1", "season:1",
                         "season:2", "comment:1", "unheard_of:1"])  # fmt: skip
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "season": st.sampled_from([RUNNING, ENDED]),
        "happened_on": st.sampled_from(["2026-02-01", "2028-09-01", "bad"]),
        "ended_on": st.sampled_from(["2026-02-01", None, 5]),
        "of": st.sampled_from([doc_of("entry", 1), doc_of("plot", 1), doc_of("photo", 1)]),
        DELETED: st.just(True),
    },
)
WRITES = st.lists(st.tuples(KINDS, FIELDS, st.booleans()), min_size=1, max_size=12)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=WRITES, later=WRITES, page=st.integers(1, 4))
def test_start_then_cursors_then_the_rest_is_the_same_as_a_full_pull(
    named: None, before: Any, later: Any, page: int
) -> None:
    one = book()

    def write(writes: Any) -> None:
        for at in (OLD, NEW):
            named = [(kind.split(":"), fields) for kind, fields, is_old in writes if is_old == (at == OLD)]
            one.append(
                *[one.op(doc_of(name, int(number)), fields) for (name, number), fields in named], at=at
            )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "PAGE_OPS_MAX", page)
        patch.setattr(opening, "PAGE_DOCS", page + 1)
        write(before)
        at, ops = pages(one.scope, between=lambda: write(later))
    with reading() as session:
        cursor = parse_cursor(at)
        assert cursor is not None
        assert log.digest_at(session, one.scope, cursor.seq) == cursor.digest
        onward = [json.loads(text) for _, _, text in page_of(session, one.scope, cursor.seq, 500, None)]
        whole = [json.loads(text) for _, _, text in page_of(session, one.scope, 0, 500, None)]
    at_start = {op.doc: sum(other.doc == op.doc for other in one.written[: cursor.seq]) for op in one.written}
    started: dict[str, int] = {}
    for op in ops:
        doc = one.written[int(op["seq"]) - 1].doc
        started[doc] = started.get(doc, 0) + 1
    assert all(count == at_start[doc] for doc, count in started.items())
    opened = [
        op
        for doc in sorted({found.doc for found in one.written} - set(started))
        for op in opening.document([one.scope], one.scope, doc)[0]
    ]
    held = {int(str(op["seq"])): op for op in [*ops, *onward, *opened]}
    assert [held[seq] for seq in sorted(held)] == whole
