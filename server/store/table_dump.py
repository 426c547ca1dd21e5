"""Every row of every table as lines of JSON, out and in again, the same on SQLite and PostgreSQL.

The tables are read from the database itself, not from the models: an older backup has the columns of its day.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, ForeignKeyConstraint, MetaData, Table, insert, select, text

ROWS_AT_ONCE: Final = 1000
_ALEMBIC: Final = "alembic_version"
_BYTES: Final = "b64"


def list_tables(connection: Connection) -> list[Table]:
    """Return the tables of a database, each after those that its rows point to."""
    found = MetaData()
    found.reflect(connection)
    return [one for one in found.sorted_tables if one.name != _ALEMBIC]


def dump_table(connection: Connection, table: Table) -> Iterator[str]:
    """Give a line with the names of the columns, then one for each row, in the order of the key."""
    yield _line([column.name for column in table.columns])
    query = select(table).order_by(*table.primary_key.columns)
    with connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query) as rows:
        for row in rows:
            yield _line([_out(value) for value in row])


def empty_tables(connection: Connection, tables: Sequence[Table]) -> None:
    """Delete every row: what migrations filled in comes back with the backup's own rows."""
    defer_references(connection)
    for table in reversed(tables):
        connection.execute(table.delete())


def load_table(connection: Connection, table: Table, lines: Iterable[str]) -> int:
    """Insert the rows of `dump_table` and return how many.

    Raises: ValueError for lines that are no dump of this table.
    """
    given = iter(lines)
    names = json.loads(next(given, "null"))
    if not isinstance(names, list) or not set(names) <= {column.name for column in table.columns}:
        raise ValueError(f"{table.name}: its columns are not those of the dump")
    rows: Iterable[dict[str, Any]] = (
        dict(zip(names, map(_in, json.loads(line)), strict=True)) for line in given
    )
    own = _own_reference(table)
    if own is not None and connection.dialect.name != "sqlite":
        rows = _parents_first(list(rows), *own)
    count = 0
    for batch in _batches(rows):
        connection.execute(insert(table), batch)
        count += len(batch)
    return count


def defer_references(connection: Connection) -> None:
    """Let SQLite look at references when the transaction ends; PostgreSQL gets its rows in their order."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))


def _line(values: Sequence[object]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _out(value: object) -> object:
    return {_BYTES: base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _in(value: Any) -> object:
    return base64.b64decode(value[_BYTES], validate=True) if isinstance(value, dict) else value


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _own_reference(table: Table) -> tuple[str, str] | None:
    """Return (column, key) where a table's rows point to rows of the same table."""
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint) and constraint.referred_table is table:
            (element,) = constraint.elements
            return element.parent.name, element.column.name
    return None


def _parents_first(rows: list[dict[str, Any]], column: str, key: str) -> list[dict[str, Any]]:
    """Return rows each after the one it points to. Raises: ValueError where they point in a circle."""
    placed: set[object] = {None}
    ordered: list[dict[str, Any]] = []
    while rows:
        ready = [row for row in rows if row[column] in placed]
        if not ready:
            raise ValueError(f"rows point to each other, or to none, by {column}")
        rows = [row for row in rows if row[column] not in placed]
        ordered += ready
        placed |= {row[key] for row in ready}
    return ordered
