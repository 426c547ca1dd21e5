"""Which migration the database is at, and which ones this version of the server has."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

FOLDER = Path(__file__).parent.parent / "migrations"


@cache
def _script() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def newest_revision() -> str | None:
    """Return the newest migration that this version has."""
    return _script().get_current_head()


def is_known(revision: str) -> bool:
    """Return whether this version has that migration."""
    return revision in {one.revision for one in _script().walk_revisions()}


def revision_of(connection: Connection) -> str | None:
    """Return the migration that the database is at; None where it was never migrated."""
    return MigrationContext.configure(connection).get_current_revision()
