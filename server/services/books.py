"""The printed books, as data (`server/data/books.json`): which forms they want, which book a season has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

BOOKS: Final = Path(__file__).parents[1] / "data" / "books.json"


@dataclass(frozen=True)
class Column:
    """One column. `under`: the head that it shares with its neighbours; `cells`: by form, what it puts in."""

    head: str
    under: str
    width: int
    cells: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Table:
    """One table of a book. `per`: farm or plot; `is_unbound`: also what names no season."""

    code: str
    title: str
    per: str
    is_unbound: bool
    columns: tuple[Column, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """Return the forms whose entries it shows."""
        return tuple(dict.fromkeys(form for column in self.columns for form in column.cells))


@dataclass(frozen=True)
class Book:
    """One book. `inspection`: the checklist that it closes with, "" for none; `mark`: V, V2 or R."""

    code: str
    name: Mapping[str, str]
    standard: str
    clause: str
    mark: str
    sectors: tuple[str, ...]
    standards: tuple[str, ...]
    tables: tuple[Table, ...]
    inspection: str


@cache
def load_books() -> dict[str, Book]:
    """Return the books by code, in the order of the file."""
    return {one["code"]: _book(one) for one in json.loads(BOOKS.read_text("utf-8"))["books"]}


def book_for(sector: str, standard: str) -> Book:
    """Return the book that a season keeps; that of crops where nothing fits."""
    books = load_books()
    fits = [one for one in books.values() if sector in one.sectors and standard in one.standards]
    return fits[0] if fits else next(iter(books.values()))


def forms_of(book: Book) -> list[str]:
    """Return the forms whose entries stand in a book."""
    return sorted({form for table in book.tables for form in table.forms})


def unbound_forms(book: Book) -> list[str]:
    """Return those of which a book shows also what names no season."""
    return sorted({form for table in book.tables if table.is_unbound for form in table.forms})


def _book(row: Mapping[str, Any]) -> Book:
    return Book(
        code=row["code"],
        name=row["name"],
        standard=row["standard"],
        clause=row["clause"],
        mark=row["mark"],
        sectors=tuple(row["sectors"]),
        standards=tuple(row["standards"]),
        tables=tuple(_table(one) for one in row["tables"]),
        inspection=row.get("inspection", ""),
    )


def _table(row: Mapping[str, Any]) -> Table:
    columns = tuple(
        Column(
            one["head"],
            one.get("under", ""),
            one["width"],
            {form: tuple(said) for form, said in one["cells"].items()},
        )
        for one in row["columns"]
    )
    return Table(row["code"], row["title"], row["per"], row.get("unbound", False), columns)
