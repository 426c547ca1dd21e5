"""Rows in bulk: whole or not at all, with the errors of statements, and any text in a list of names."""

from __future__ import annotations

from typing import cast

import pytest
from flask import Flask
from sqlalchemy import Table, bindparam, select
from sqlalchemy.exc import IntegrityError

from server.db import reading, run, run_write, writing
from server.models.devices import RateCount
from server.models.views import EntryPlot
from server.store.bulk import among, insert_rows
from server.store.rate_counts import count_rates, rates_of

TABLE = cast(Table, EntryPlot.__table__)
ODD = ("", "'", '"', "\\", "\t", "\\N", "a\nb", "{}", "Đồng Cửa", "😀", "%s", ":docs")
NAMED = (
    select(EntryPlot.plot)
    .where(EntryPlot.scope == bindparam("of"), among(EntryPlot.plot, "docs"))
    .order_by(EntryPlot.doc)
)


def rows(*plots: str) -> list[dict[str, str]]:
    return [{"scope": "farm:a", "doc": f"{place:03}", "plot": plot} for place, plot in enumerate(plots)]


def found(*plots: str) -> list[str]:
    with reading() as session:
        return list(run(session, NAMED, {"of": "farm:a", "docs": plots}).scalars())


def test_any_text_comes_back_as_it_went_in_and_is_found_by_name(app: Flask) -> None:
    run_write(lambda session: insert_rows(session, TABLE, rows(*ODD, "not asked for")))
    assert found(*ODD) == list(ODD)
    assert found("'", "nobody") == ["'"]
    assert found() == []


def test_a_row_that_is_there_is_told_as_a_statement_tells_it_and_nothing_is_kept(app: Flask) -> None:
    run_write(lambda session: insert_rows(session, TABLE, rows("one")))
    with pytest.raises(IntegrityError), writing() as session:
        insert_rows(session, TABLE, [{"scope": "farm:a", "doc": "999", "plot": "new"}, *rows("one")])
    assert found("one", "new") == ["one"]


def test_several_counts_grow_at_once_and_the_first_of_a_window_ends_those_before(app: Flask) -> None:
    assert run_write(lambda session: count_rates(session, "ops", {"a": 2}, 10, 15)) == {"a": 2}
    assert run_write(lambda session: count_rates(session, "ops", {"b": 1, "a": 3}, 10, 19)) == {
        "a": 5,
        "b": 1,
    }
    assert run_write(lambda session: count_rates(session, "ops", {"b": 4}, 10, 20)) == {"b": 4}
    with reading() as session:
        assert rates_of(session, "ops", ["a", "b"], 10, 20) == {"a": 0, "b": 4}
        assert [one.subject for one in session.scalars(select(RateCount))] == ["b"]
