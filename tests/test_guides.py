"""The guides say what is so: their labels stand on the screens, their commands exist, their pages are few."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pypdfium2
import pytest
from PIL import ImageFont

from server.app import create_app
from server.config import Settings
from tests.guides import printing
from tests.guides.printing import NAMES, PICTURES, ROOT

PAGES = {"nong-dan": 1, "to-cong-nghe": 3, "nguoi-duyet": 5, "van-hanh": 3}
BYTES_MAX = 3_000_000
FARMER_POINTS_MIN = 14


@pytest.fixture(scope="module")
def words() -> printing.Words:
    """Give every text of the screens."""
    return printing.spoken()


def source(name: str) -> str:
    """Return the source of a guide."""
    return (printing.GUIDES / f"{name}.typ").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_label_that_a_guide_quotes_stands_on_a_screen(name: str, words: printing.Words) -> None:
    quoted = printing.quoted(name)
    assert quoted
    assert [label for label in quoted if not printing.is_spoken(label, words)] == []


def test_a_label_that_no_screen_has_is_found(words: printing.Words) -> None:
    assert printing.is_spoken("Đã lưu trên máy", words)
    assert printing.is_spoken("Mã dùng được đến …", words)
    assert not printing.is_spoken("Đã lưu trên máy chủ", words)


@pytest.mark.parametrize("name", NAMES)
def test_a_guide_is_set_on_its_pages_and_the_file_is_that_of_its_source(name: str) -> None:
    made = printing.typeset(name)
    document = pypdfium2.PdfDocument(made)
    assert len(document) == PAGES[name]
    for page in document:
        assert tuple(round(side) for side in page.get_size()) == (595, 842)  # A4
        shades = page.render(scale=1).to_pil().convert("L").getextrema()
        assert shades[0] < 80 < 240 < shades[1]
    assert (printing.GUIDES / f"{name}.pdf").read_bytes() == made, "make guides"


def test_the_farmers_page_is_in_large_letters() -> None:
    sizes = [float(size) for size in re.findall(r"size: ([0-9.]+)pt", source("nong-dan"))]
    assert sizes
    assert min(sizes) >= FARMER_POINTS_MIN


def test_every_picture_is_shown_and_together_they_are_small() -> None:
    shown = {name for guide in NAMES for name in printing.pictured(guide)}
    assert shown == {path.stem for path in PICTURES.glob("*.png")}
    assert sum(path.stat().st_size for path in printing.GUIDES.rglob("*.*")) <= BYTES_MAX


def test_every_letter_of_the_guides_is_in_our_fonts() -> None:
    font = ImageFont.truetype(str(printing.FONTS / "NotoSans-Bold.ttf"), 20)
    letters = {letter for name in NAMES for letter in source(name) if ord(letter) > 126}
    none = font.getmask("\uffff").getbbox()
    assert [letter for letter in sorted(letters) if font.getmask(letter).getbbox() in (None, none)] == []


def test_every_command_of_the_operators_guide_is_one_that_was_run() -> None:
    text = source("van-hanh")
    commands = create_app(Settings()).cli.commands
    assert [
        one for one in re.findall(r"so-nha-nong ([a-z]+)(?![a-z.])", text) if one not in known(commands)
    ] == []
    told = [
        line.strip() for block in re.findall(r"```\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    run = {line.strip() for line in (ROOT / "deploy" / "README.md").read_text("utf-8").splitlines()}
    assert told
    assert [line for line in told if line and line not in run] == []


def known(commands: Iterable[str]) -> set[str]:
    """Names that stand after the command's own: those of ours, and another service's."""
    return {*commands, "caddy"}
