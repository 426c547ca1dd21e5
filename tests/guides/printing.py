"""From the guides' sources to their PDFs, and what the sources quote of the screens.

A source quotes a label of a screen as `#nut[Ghi nhật ký]`; `quoted` finds all of them, `spoken` all words of
phone and console, so that a test can hold the one to the other.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typst

ROOT: Final = Path(__file__).parents[2]
GUIDES: Final = ROOT / "docs" / "guides"
PICTURES: Final = GUIDES / "pictures"
FONTS: Final = ROOT / "server" / "data" / "fonts"
NAMES: Final = ("nong-dan", "to-cong-nghe", "nguoi-duyet", "van-hanh")
# A PDF says when it was made; a fixed day makes it the same bytes for the same sources.
MADE: Final = datetime(2026, 11, 28, tzinfo=UTC)
Words = tuple[set[str], list[re.Pattern[str]]]
LETTERS_MIN: Final = 5
_QUOTE: Final = re.compile(r"#nut\[([^\]]+)\]")
_TEXT: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
_HOLE: Final = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}|\{[a-z_]+\}|%\([a-z_]+\)[sd]")


def typeset(name: str) -> bytes:
    """Return the PDF of a guide, in our fonts alone."""
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    return typst.compile(str(GUIDES / f"{name}.typ"), root=str(GUIDES), font_paths=fonts, timestamp=MADE)


def make_all() -> None:
    """Write every PDF anew."""
    for name in NAMES:
        (GUIDES / f"{name}.pdf").write_bytes(typeset(name))


def quoted(name: str) -> list[str]:
    """Return every label that a guide quotes, in its order."""
    return _QUOTE.findall((GUIDES / f"{name}.typ").read_text("utf-8"))


def pictured(name: str) -> list[str]:
    """Return the names of the pictures that a guide shows."""
    return re.findall(r'"((?:nd|tcn|nduyet|vh)-[a-z0-9-]+)"', (GUIDES / f"{name}.typ").read_text("utf-8"))


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return []


def spoken() -> Words:
    """Return every text of the phone, the forms and the console: all as they stand, and those with a hole."""
    found: set[str] = set()
    for path in (ROOT / "pwa" / "src" / "ui" / "words").glob("*.ts"):
        found |= {one[0] or one[1] for one in _TEXT.findall(path.read_text("utf-8"))}
    for folder, names in (("server/data", "console_words*.json"), ("sync/forms", "*.json")):
        for path in (ROOT / folder).glob(names):
            found |= set(_texts(json.loads(path.read_text("utf-8"))))
    # A text that is nearly all hole would match anything.
    holed = [text for text in found if _HOLE.search(text) and len(_HOLE.sub("", text)) >= LETTERS_MIN]
    patterns = [".+".join(re.escape(part) for part in _HOLE.split(text)) for text in sorted(holed)]
    return found, [re.compile(pattern) for pattern in patterns]


def is_spoken(label: str, words: Words) -> bool:
    """Whether a label is a text of the screens."""
    plain, patterns = words
    return label in plain or any(pattern.fullmatch(label) for pattern in patterns)
