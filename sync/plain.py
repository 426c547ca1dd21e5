"""Text as search and the reference lists compare it: without accents, lower case, single spaces.

Twin: `pwa/src/core/plain.ts`. Source: PROTOCOL §Reference lists; tests/vectors/lists.json.
"""

import re
import unicodedata
from typing import Final

_MARKS: Final = re.compile("[\u0300-\u036f]")
# Named one by one: what counts as white space is not the same in both languages.
_SPACES: Final = re.compile("[ \t\n\v\f\r\u00a0\u2000-\u200b\u202f\u3000\ufeff]+")
_BETWEEN: Final = re.compile("[^a-z0-9]+")


def plain(text: str) -> str:
    """Return text without accents and case: "Đồng  Rọc" is "dong roc"."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text)).replace("đ", "d").replace("Đ", "d")
    return _SPACES.sub(" ", bare).strip(" ").lower()


def words(text: str) -> str:
    """Return the words of a text with one space between them: "2,4,5-T (muối)" is "2 4 5 t muoi"."""
    return _BETWEEN.sub(" ", plain(text)).strip(" ")
