"""Backups of the database of a test, put back as an operator would: the server stopped, the data replaced."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg

from server.db import db


class Backups:
    """Copies of one database. Restoring leaves everything outside the database as it is."""

    def __init__(self, url: str, folder: Path, postgres: object | None) -> None:
        self._url, self._folder, self._postgres = url, folder, postgres
        self._made: list[str] = []

    def save(self) -> int:
        """Copy the database; return the number of the copy."""
        db.engine.dispose()
        if self._postgres is None:
            path = str(self._folder / f"backup{len(self._made)}")
            shutil.copyfile(self._url.removeprefix("sqlite:///"), path)
        else:
            path = self._postgres.make(self._name(self._url))  # type: ignore[attr-defined]
        self._made.append(path)
        return len(self._made) - 1

    def restore(self, number: int) -> None:
        """Put a copy in the place of the database."""
        db.engine.dispose()
        if self._postgres is None:
            shutil.copyfile(self._made[number], self._url.removeprefix("sqlite:///"))
            return
        admin = self._postgres.admin  # type: ignore[attr-defined]
        name = self._name(self._url)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {self._name(self._made[number])} STRATEGY file_copy")

    def drop(self) -> None:
        """Remove every copy."""
        for url in self._made if self._postgres is not None else []:
            self._postgres.drop(url)  # type: ignore[union-attr,attr-defined]

    @staticmethod
    def _name(url: str) -> str:
        return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
