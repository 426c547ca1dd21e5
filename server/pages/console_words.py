"""The words of the cooperative's pages, Vietnamese first: `server/data/console_words*.json`, a row an idea.

Everyday words, short; a thing is named by the glossary of DESIGN §2. Not here: words of forms and units,
which stand in their own files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast

Language = Literal["vi", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")
FOLDER: Final = Path(__file__).parents[1] / "data"


@cache
def words() -> Mapping[str, Mapping[Language, str]]:
    """Return every row of the tables, one for each noun."""
    found: dict[str, Mapping[Language, str]] = {}
    for file in sorted(FOLDER.glob("console_words*.json")):
        rows = cast(Mapping[str, Mapping[Language, str]], json.loads(file.read_text("utf-8")))
        assert found.keys().isdisjoint(rows), f"{file.name}: a row that another table has"
        found |= rows
    return found


def say(language: Language, key: str, **values: object) -> str:
    """Return the words of a key in a language, with its values filled in. Raises: KeyError."""
    text = words()[key][language]
    return text.format(**values) if values else text


def pick_language(text: str | None) -> Language:
    """Return the language that a cookie names; Vietnamese where it names none."""
    return "en" if text == "en" else "vi"
