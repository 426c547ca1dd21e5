"""Many rows at once: inserted past the row-by-row way, and looked up by a list of names in one text.

SQLite takes the rows through the driver as they are, PostgreSQL as a COPY: at half the cost of statements. A
list is one parameter (JSON, an array), so that a statement has the same text for any length and stays ready.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Dialect,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    func,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from server.db import driven


class Names(TypeDecorator[list[str]]):
    """A list of texts as one parameter."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the driver gets."""
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> Any:
        """Return the list as the driver gets it."""
        names = list(value or ())
        return names if dialect.name == "postgresql" else json.dumps(names)


class _Among(FunctionElement[bool]):
    """The condition, without a type: of a boolean SQLite would be asked `= 1`, and take no index."""

    inherit_cache = True


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **asked: Any) -> str:
    column, names = (compiler.process(one, **asked) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({names}))"  # noqa: S608 (our own names)


@compiles(_Among, "postgresql")
def _among_postgres(element: _Among, compiler: SQLCompiler, **asked: Any) -> str:
    column, names = (compiler.process(one, **asked) for one in element.clauses)
    return f"{column} = ANY ({names})"


def among(column: InstrumentedAttribute[Any] | ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that a column is one of the texts of the parameter `name`, a list."""
    return _Among(column, bindparam(name, type_=Names()))


def each_pair(dialect: str, name: str) -> ReadOnlyColumnCollection[str, Any]:
    """Return the columns `key` and `value` of the members of the parameter `name`, a JSON object."""
    named = bindparam(name, type_=Text)
    is_sqlite = dialect == "sqlite"
    every = func.json_each(named) if is_sqlite else func.json_each_text(cast(named, JSON))
    return every.table_valued("key", "value").c


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns. Raises: as a statement does (IntegrityError, DatabaseTrouble …)."""
    if not rows:
        return
    if session.autoflush:
        session.flush()
    connection = session.connection()
    columns = tuple(rows[0])
    values = map(itemgetter(*columns), rows)
    text = _text(connection.dialect, table, columns)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(text, list(values))
        return
    with driven(connection, text) as cursor, cursor.copy(text) as copy:
        for row in values:
            copy.write_row(row)


@cache
def _text(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    quote = dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(quote(table.c[one].name) for one in columns)})"
    if dialect.name == "sqlite":
        return f"INSERT INTO {into} VALUES ({', '.join('?' for _ in columns)})"  # noqa: S608 (our own names)
    return f"COPY {into} FROM STDIN"
