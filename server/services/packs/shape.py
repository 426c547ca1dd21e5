"""What packs are made of: the product as one flat value, and a field as a marketplace asks for it.

A field's `mark` says how sure we are that the marketplace asks for it so: V, read in the named source; V2, in
a second source; R, recalled. Nobody should take an R for the marketplace's word.
Source: commerce.md §9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

NO_BRAND: Final = "No brand"
ORIGIN: Final = "Việt Nam"


@dataclass(frozen=True)
class Paper:
    """A certificate as a listing names it; only those in force are among a ware's."""

    title: str
    number: str
    until: str


@dataclass(frozen=True)
class Ware:
    """A product as packs take it. Texts "" where nothing was said; `price`: whole đồng; `sides`: cm."""

    name: str
    short_name: str
    kind: str
    brand: str
    story: str
    price: int | None
    price_per: str
    sku: str
    gtin: str
    net: str
    package_g: int | None
    sides: tuple[str, ...]
    shelf_days: int | None
    storage: str
    ingredients: str
    warning: str
    producer: str
    address: str
    papers: tuple[Paper, ...]
    trace: str
    page: str
    pictures: int

    def describe(self) -> str:
        """Return the description that every marketplace gets: the story, then what a buyer asks."""
        said = (
            ("Quy cách", self.net), ("Thành phần", self.ingredients), ("Cách giữ", self.storage),
            ("Hạn dùng", f"{self.shelf_days} ngày" if self.shelf_days else ""), ("Lưu ý", self.warning),
            ("Nơi làm ra", ", ".join(one for one in (self.producer, self.address) if one)),
            ("Giấy tờ", "; ".join(f"{one.title} {one.number}".strip() for one in self.papers)),
            ("Xem nhật ký sản xuất", self.trace),
        )  # fmt: skip
        lines = [f"{name}: {text}" for name, text in said if text]
        return "\n".join([*self.story.split("\n"), "", *lines]).strip()


@dataclass(frozen=True)
class Field:
    """One column. `needed`: the marketplace takes nothing without it; `most`: characters, 0 for no limit."""

    name: str
    label: str
    mark: str
    value: Callable[[Ware], str]
    needed: bool = False
    most: int = 0


@dataclass(frozen=True)
class Pack:
    """A marketplace's pack.

    Shape:  `source`: where its fields are from; `pictures`: how many it is said to take, marked likewise.
    """

    code: str
    name: str
    source: str
    fields: tuple[Field, ...]
    pictures: int
    pictures_mark: str

    def missing(self, ware: Ware) -> tuple[str, ...]:
        """Return the labels of what is needed and not there, pictures last."""
        found = [one.label for one in self.fields if one.needed and not one.value(ware)]
        return (*found, *(() if ware.pictures else ("Ảnh sản phẩm",)))

    def too_long(self, ware: Ware) -> tuple[str, ...]:
        """Return the labels of texts that are longer than the marketplace is said to take."""
        return tuple(one.label for one in self.fields if one.most and len(one.value(ware)) > one.most)

    def row(self, ware: Ware) -> tuple[str, ...]:
        """Return the values of a product, in the order of the fields; never cut."""
        return tuple(one.value(ware) for one in self.fields)


def number(value: int | None) -> str:
    """Return a whole number as text, "" for None."""
    return "" if value is None else str(value)


def side(place: int) -> Callable[[Ware], str]:
    """Return how to read a side of the package."""
    return lambda ware: ware.sides[place] if len(ware.sides) > place else ""


def of_papers(said: Callable[[Paper], str]) -> Callable[[Ware], str]:
    """Return how to read something of every certificate in force."""
    return lambda ware: "; ".join(said(one) for one in ware.papers)


papers: Final = of_papers(lambda one: f"{one.title} {one.number} ({one.until})")
