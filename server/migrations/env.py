"""How Alembic runs here: one transaction for a whole migration, on SQLite too.

On SQLite the engine's `begin` hook (`server/db.py`) opens the transaction before the first statement; without
it a migration that fails half-way leaves half a schema behind (case 110). Foreign keys are off meanwhile, for
a rebuilt table would empty those that point to it, and are checked as a whole before the commit.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from server.db import Base, db


def run_migrations() -> None:
    """Bring the schema to the asked revision, or leave it as it was."""
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            _set_foreign_keys(connection, "OFF")
        try:
            migrate(connection, is_sqlite)
        finally:
            if is_sqlite:
                _set_foreign_keys(connection, "ON")


def migrate(connection: Connection, is_sqlite: bool) -> None:
    """Run the asked migrations in one transaction on `connection`."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=is_sqlite,
        transactional_ddl=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        if not is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(7310011001)"))
        context.run_migrations()
        if is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
            raise RuntimeError("the migration leaves rows that point to nothing")


def _set_foreign_keys(connection: Connection, state: str) -> None:
    """Switch the check outside of any transaction, where alone SQLite heeds it."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys = {state}")


run_migrations()
