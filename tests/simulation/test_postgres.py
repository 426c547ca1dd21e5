"""A few of the seeds on PostgreSQL; copies of the database are databases made from a template."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.conftest import Postgres
from tests.simulation.box import Box, fresh_folder
from tests.simulation.ground import SCENARIO
from tests.simulation.seeds import Seeds

NAME = "sim"


class PostgresBox(Box):
    """A server whose database is in PostgreSQL; a copy's path only names it."""

    def __init__(self, folder: Path, origin: str, postgres: Postgres) -> None:
        self.admin = postgres.admin
        self.kept: set[str] = set()
        self.admin.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")
        super().__init__(folder, origin, postgres.server.get_uri(NAME))

    def put(self, path: Path) -> None:
        self.admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        self.admin.execute(f"CREATE DATABASE {NAME} TEMPLATE {self._name(path)} STRATEGY file_copy")

    def keep(self, path: Path) -> None:
        name = self._name(path)
        self.admin.execute(f"DROP DATABASE IF EXISTS {name}")
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {NAME} STRATEGY file_copy")
        self.kept.add(name)

    def close(self) -> None:
        """Let go of everything, and drop what was made."""
        super().close()
        for name in (NAME, *self.kept):
            self.admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @staticmethod
    def _name(path: Path) -> str:
        return f"{NAME}_{path.stem.replace('-', '_')}"


@pytest.fixture(scope="module")
def on_postgres(postgres: Postgres) -> Iterator[Seeds]:
    """Give a server on PostgreSQL and its people."""
    with fresh_folder() as folder:
        made = Seeds(folder, PostgresBox(folder, SCENARIO["origin"], postgres))
        yield made
        made.box.close()


@pytest.mark.parametrize("seed", range(3 * int(os.environ.get("TIMES", "1"))))
def test_a_seed_comes_to_rest_on_postgresql(on_postgres: Seeds, seed: int) -> None:
    assert on_postgres.verdict(seed) == ""
