"""What somebody typed as it is stored and shown: plain text without anything invisible.

Format characters go: they turn the direction of what stands beside them, or hide in a word. Markup is not
touched: it is text like any other, and whoever shows it escapes it.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_HIDDEN: Final = frozenset(("Cf", "Cs", "Co", "Cn"))
_SPACE: Final = frozenset(("Cc", "Zl", "Zp", "Zs"))


def plain_line(text: str) -> str:
    """Return a text on one line: NFC, one space between words, nothing invisible."""
    seen = "".join(
        " " if unicodedata.category(one) in _SPACE else one
        for one in unicodedata.normalize("NFC", text)
        if unicodedata.category(one) not in _HIDDEN
    )
    return " ".join(seen.split())


def plain_lines(text: str) -> str:
    """Return a text with its lines, each as `plain_line` gives it, and one empty line between paragraphs."""
    found: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").split("\n"):
        plain = plain_line(line)
        if plain or (found and found[-1]):
            found.append(plain)
    return "\n".join(found).strip()
