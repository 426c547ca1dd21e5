"""The tables as a distributed PostgreSQL needs them (`deploy/citus.sql`), as far as a plain one shows it."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, UniqueConstraint, text

import server.models  # noqa: F401 (fills Base.metadata)
from server.db import Base, reading
from server.services import rebuilding
from tests.server.ops import make, scope_of, sync
from tests.server.phones import enrolled, start

DEPLOY = Path(__file__).parents[2] / "deploy"
CITUS = (DEPLOY / "citus.sql").read_text("utf-8")
TABLES = {table.name: table for table in Base.metadata.sorted_tables}
SPREAD = dict(re.findall(r"^SELECT create_distributed_table\('(\w+)', '(\w+)'", CITUS, re.MULTILINE))
EVERYWHERE = re.findall(r"^SELECT create_reference_table\('(\w+)'\)", CITUS, re.MULTILINE)
ONE_NODE = re.findall(r"^SELECT citus_add_local_table_to_metadata\('(\w+)'\)", CITUS, re.MULTILINE)


def keys_of(table: Table) -> list[set[str]]:
    """Return the columns of the primary key and of everything that is unique."""
    found = [{column.name for column in table.primary_key}]
    found += [set(one.columns.keys()) for one in table.constraints if isinstance(one, UniqueConstraint)]
    return found + [set(one.columns.keys()) for one in table.indexes if one.unique]


def test_each_table_is_in_exactly_one_class() -> None:
    named = [*SPREAD, *EVERYWHERE, *ONE_NODE]
    assert sorted(named) == sorted(TABLES)


def test_what_has_a_scope_in_its_key_is_spread_by_it() -> None:
    by_scope = {name for name, table in TABLES.items() if "scope" in table.primary_key.columns}
    assert by_scope == {name for name, column in SPREAD.items() if column == "scope"}


@pytest.mark.parametrize("name", SPREAD)
def test_every_key_of_a_spread_table_holds_its_column(name: str) -> None:
    assert [keys for keys in keys_of(TABLES[name]) if SPREAD[name] not in keys] == []


def test_a_reference_leads_to_the_same_shard_or_to_what_is_everywhere() -> None:
    wrong = []
    for name, table in TABLES.items():
        for one in table.foreign_key_constraints:
            other = one.referred_table.name
            is_beside = (
                name in SPREAD
                and SPREAD.get(other) == SPREAD[name]
                and any(part.parent.name == part.column.name == SPREAD[name] for part in one.elements)
            )
            if other not in EVERYWHERE and not is_beside:
                wrong.append(f"{name} → {other}")
    assert wrong == []


def test_a_table_that_is_everywhere_comes_after_those_it_names() -> None:
    order = {name: place for place, name in enumerate(EVERYWHERE)}
    for name in EVERYWHERE:
        for one in TABLES[name].foreign_key_constraints:
            assert order[one.referred_table.name] <= order[name], name


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_log_in_parts_by_scope_serves_as_before_and_is_looked_for_in_one_part(
    app: Flask, client: FlaskClient, database_url: str
) -> None:
    start()
    phones = [enrolled(client, f"Người {one}", f"Hộ {one}") for one in range(3)]
    scopes = [scope_of(phone) for phone in phones]
    for phone, scope in zip(phones, scopes, strict=True):
        sync(phone, *(make(phone, scope, n, n) for n in (1, 2)))
    with psycopg.connect(database_url) as connection:
        connection.execute((DEPLOY / "partition.sql").read_text("utf-8"))
    sent = sync(phones[0], *(make(phones[0], scopes[0], n, n) for n in (2, 3)))
    assert [one["result"] for one in sent["results"]] == ["already", "accepted"]
    assert [one["seq"] for one in sync(phones[0], cursors={scopes[0]: "0"})["ops"]] == [1, 2, 3]
    assert list(rebuilding.check()) == []
    with reading() as session:
        asked = "EXPLAIN SELECT * FROM ops WHERE scope = :scope AND seq > 1 ORDER BY seq LIMIT 500"
        plan = "\n".join(session.scalars(text(asked), {"scope": scopes[0]}))
        parts = set(session.scalars(text("SELECT DISTINCT tableoid::regclass::text FROM ops")))
    assert len(set(re.findall(r"ops_part_\d+\b", plan))) == 1, plan
    assert len(parts) > 1
    assert all(one.startswith("ops_part_") for one in parts)
