"""PDF pages by typst, from a template and data, in typst's own fonts (Libertinus) and ours (Noto Sans).

Both are under the SIL OFL 1.1; the machine's own are left out, so that a page looks the same everywhere.
The data travel as JSON beside the template, so that no text of theirs is read as markup.
Does not reach the network: templates name no package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Final

import typst

TEMPLATES: Final = Path(__file__).parents[1] / "data"
_VIETNAM: Final = timezone(timedelta(hours=7))


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(TEMPLATES / "fonts")])


def typeset(template: str, name: str, data: Mapping[str, object], made_at: int) -> bytes:
    """Return a PDF: a template of `server/data`, with `data` as its input `name`. Units: ms."""
    source = (TEMPLATES / f"{template}.typ").read_bytes()
    said = json.dumps(data, ensure_ascii=False)
    made = datetime.fromtimestamp(made_at // 1000, _VIETNAM)
    return typst.compile(source, sys_inputs={name: said}, font_paths=_fonts(), timestamp=made)
