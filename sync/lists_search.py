"""Search in the lists by a few typed letters, without accents: the first letters of any word of a product.

Twin: `pwa/src/core/lists_search.ts`. Source: PROTOCOL §Reference lists; tests/vectors/lists.json.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sync.crops import crop_fit
from sync.lists import Lists, Product
from sync.plain import plain, words


@dataclass(frozen=True, slots=True)
class Row:
    """A product as it is sought; `text` has a space before every word, `named` ends where its name does."""

    product: Product
    text: str
    named: int
    crops: frozenset[str]


def make_index(lists: Lists) -> tuple[Row, ...]:
    """Return the rows of search, one for each name, in the order of the names."""
    rows = [_row(same) for same in lists.products.values()]
    return tuple(sorted(rows, key=lambda row: row.text))


def search(index: tuple[Row, ...], typed: str, limit: int, crop: str = "") -> list[Product]:
    """Return at most `limit` products of which every typed word begins a word of name or ingredient.

    Shape:  those with a use on `crop` first, then those whose name begins so, then those whose name has it;
            else in the order of names. With nothing typed: the products of the crop.
    """
    sought = [f" {word}" for word in words(typed).split(" ") if word]
    is_wanted = _wanting(crop)
    ranks: list[list[Product]] = [[] for _ in range(6)]
    for row in index:
        is_of_crop = any(map(is_wanted, row.crops))
        if sought:
            if not all(word in row.text for word in sought):
                continue
            at = row.text.find(sought[0])
            rank = (0 if at == 0 else 1 if at < row.named else 2) + (0 if is_of_crop else 3)
        elif is_of_crop:
            rank = 0
        else:
            continue
        ranks[rank].append(row.product)
    return [one for rank in ranks for one in rank][:limit]


def _wanting(crop: str) -> Callable[[str], bool]:
    """Return what says whether a label's crop is the wanted one; asked once for each name."""
    is_any = not plain(crop)
    return cache(lambda label: not is_any and bool(label) and crop_fit(label, crop) == "same")


def _row(same: tuple[Product, ...]) -> Row:
    """Return the row of a name: its newest product, the crops of all."""
    newest = max(same, key=lambda one: (one.permits, one.valid_from))
    name = f" {words(newest.name)}"
    crops = frozenset(use.crop for one in same for use in one.uses)
    return Row(newest, f"{name} {words(newest.active)}", len(name), crops)
