"""What a sync costs depends on what is new: no statement of it reads a table that grows from end to end.

No time is measured (tests/bench does): the database is asked how it would run each statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event

from server.db import db, reading
from server.services import opening
from server.services.viewing import make_current
from server.store import views
from server.store.views import EntryFilter
from sync import ids
from tests.server.ops import make, scope_of, sync
from tests.server.phones import Phone, enrolled, start

# What these hold is of the size of the commune, not of its diary, or is swept.
SMALL = re.compile(r" (organisations|villages|persons|products|meta|epochs|nonces|rate_counts|CONSTANT)\b")
# A table read from end to end, or (SQLite tells) all that a scope has of it. A subquery, `run` and JSON text
# hold what the statement itself gives them.
WHOLE = re.compile(
    r"^SCAN (?!\(subquery|run$|\w+ VIRTUAL TABLE)|Seq Scan on "
    r"|^SEARCH (ops|named_photos|view_documents|view_photos) .*\(scope=\?\)"
)

Statement = tuple[str, Any]


@pytest.fixture
def phone(app: Flask) -> Phone:
    """A phone with an entry, a photo and a correction behind it."""
    start()
    made = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    send(made, 1)
    return made


def send(phone: Phone, first: int) -> str:
    """Send an entry, a photo of it and a correction; return the scope."""
    scope = scope_of(phone)
    photo = {
        "sha256": ids.b64_encode(bytes([first]) * 32),
        "of": "entry:019a0000-0000-7000-8000-000000000001",
    }
    ops = [
        make(phone, scope, first, first, private={"note": "Phun chiều"}),
        make(phone, scope, first + 1, doc=f"photo:019a0000-0000-7000-8000-{first:012d}", fields=photo),
        make(phone, scope, first + 2, first, fields={"happened_on": "2026-11-07"}),
    ]
    assert [one["result"] for one in sync(phone, *ops)["results"]] == ["accepted"] * 3
    return scope


@contextmanager
def watched() -> Iterator[list[Statement]]:
    """Give the statements that the block runs."""
    seen: list[Statement] = []

    def note(
        _connection: Connection, _cursor: object, sql: str, values: Any, _context: object, many: bool
    ) -> None:
        if sql.lstrip().split(" ", 1)[0].upper() in ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH"):
            seen.append((sql, values[0] if many else values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def plans(statements: list[Statement]) -> list[tuple[str, str]]:
    """Return each statement with the tables that the database would read from end to end for it."""
    return [(sql, step) for sql, step in steps(statements, WHOLE) if not SMALL.search(step)]


def steps(statements: list[Statement], wanted: re.Pattern[str]) -> list[tuple[str, str]]:
    """Return each statement with those steps of the database's plan for it that match a pattern."""
    found = []
    is_sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        cursor = connection.connection.cursor()
        if not is_sqlite:
            cursor.execute("SET enable_seqscan = off")  # tables this small are read whole where it can choose
        for sql, values in statements:
            cursor.execute(("EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN ") + sql, values)
            plan = [str(line[3] if is_sqlite else line[0]).strip() for line in cursor.fetchall()]
            found += [(sql, step) for step in plan if wanted.search(step)]
    return found


def _push(_app: Flask, phone: Phone) -> None:
    send(phone, 4)


def _pull(app: Flask, phone: Phone) -> None:
    other = enrolled(app.test_client(), "Anh Nam", "Nhà Lụa", "member")
    assert len(sync(other, cursors={scope_of(phone): "0"})["ops"]) == 3


def _nothing_new(_app: Flask, phone: Phone) -> None:
    scope = scope_of(phone)
    answer = sync(phone, cursors={scope: "0"})
    assert sync(phone, cursors=answer["cursors"])["ops"] == []


def _fold(_app: Flask, phone: Phone) -> None:
    make_current([scope_of(phone)])


def _start(_app: Flask, phone: Phone) -> None:
    scope = scope_of(phone)
    opening.start([scope], scope, "", None)
    opening.document([scope], scope, "entry:019a0000-0000-7000-8000-000000000001")


def _list(_app: Flask, phone: Phone) -> None:
    scope = scope_of(phone)
    make_current([scope])
    with reading() as session:
        for wanted in (
            EntryFilter(),
            EntryFilter(plot="plot:x"),
            EntryFilter(season="season:x", sector="crop"),
        ):
            views.entries(session, [scope], wanted, None, 20)
        views.photos_of(session, scope, ["entry:019a0000-0000-7000-8000-000000000001"])
        views.documents_of(session, scope, "entry")


@pytest.mark.parametrize("work", [_push, _pull, _nothing_new, _fold, _start, _list])
def test_no_growing_table_is_read_from_end_to_end(
    app: Flask, phone: Phone, work: Callable[[Flask, Phone], None]
) -> None:
    with watched() as seen:
        work(app, phone)
    assert len(seen) > 3
    assert plans(seen) == []


def test_a_statement_without_an_index_is_noticed(app: Flask, phone: Phone) -> None:
    for condition in ("", "scope = 'x' AND ") if db.engine.dialect.name == "sqlite" else ("",):
        assert len(plans([(f"SELECT seq FROM ops WHERE {condition}received_at = 5", ())])) == 1


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # PostgreSQL chooses by its statistics
def test_the_newest_entries_of_many_farms_are_read_by_their_days(app: Flask, phone: Phone) -> None:
    scopes = [f"farm:019a0000-0000-7000-8000-{number:012d}" for number in range(views.WIDE + 1)]
    with watched() as seen, reading() as session:
        _, after = views.entries(session, scopes, EntryFilter(), None, 20)
        views.entries(session, scopes, EntryFilter(), after or "2026-11-08~1~farm:x~entry:x", 20)
    assert len(seen) == 2
    assert steps(seen, re.compile("SORT|Sort|ORDER BY")) == []
