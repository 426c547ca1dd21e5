"""Reading signed facts: whatever a publishing op says may be missing or of another shape.

What is not as expected reads as nothing: an empty text, no rows, None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sync.values import Json

Facts = Mapping[str, Json]


def text_in(value: Json, *path: str) -> str:
    """Return the text at a path of a value, an empty one where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def rows_in(value: Json, name: str) -> list[Mapping[str, Json]]:
    """Return the objects of a list of a value."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def number_in(value: Json, name: str) -> int | None:
    """Return a whole number of a value."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def hashes_of(facts: Facts) -> list[str]:
    """Return the hashes of every picture that the facts name, the product's first, each once."""
    product = facts.get("product")
    lists: Iterable[Json] = [
        product.get("pictures") if isinstance(product, Mapping) else None,
        *(one.get("photos") for one in rows_in(facts, "steps")),
    ]
    found: dict[str, None] = {}
    for some in lists:
        if isinstance(some, list):
            found |= dict.fromkeys(one for one in some if isinstance(one, str))
    return list(found)
