"""How the lists are put into words: a waiting time, a mark, what of a file could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.pages.console_words import Language, say
from sync.forms import load_forms

UNREAD = ("dose", "phi_unknown", "phi_none", "phi_stage", "phi_not_defined")


@dataclass(frozen=True)
class Unread:
    """Texts that came in as they are, all of one kind. `rows`: (text, how many, the first lines)."""

    what: str
    count: int
    rows: tuple[tuple[str, int, str], ...]


def mark_of(language: Language, mark: str) -> str:
    """Return what a mark says: how well a row was checked."""
    return say(language, f"list_mark_{mark.lower()}")


def phi_text(
    language: Language, kind: str, days: int | None, stages: Sequence[str], produce: str = ""
) -> str:
    """Return a waiting time in words, what it is for before it."""
    if produce:
        told = phi_text(language, kind, days, stages)
        return f"{say(language, f'list_produce_{produce}')}: {told}"
    if kind == "days":
        return say(language, "list_days", n=days)
    if kind == "stage" and stages:
        return say(language, "list_stage", stage=stage_name(language, stages[0]))
    return say(language, "list_not_defined" if kind == "not_defined_on_label" else "list_unknown")


def stage_name(language: Language, code: str) -> str:
    """Return what a growth stage is called, as the form says it."""
    for field in load_forms()["CT-10"].fields:
        if field.name == "growth_stage":
            for choice in field.choices:
                if choice.code == code:
                    return str(getattr(choice.label, language)).lower()
    return code


def unread_of(language: Language, report: Mapping[str, Any]) -> list[Unread]:
    """Return what could not be read, by kind, the texts that came most often first."""
    found = []
    for what in UNREAD:
        rows = [(text, count, lines) for kind, text, count, lines in report["unread"] if kind == what]
        if rows:
            told = tuple((text, count, _lines(language, lines, count)) for text, count, lines in rows)
            found.append(Unread(what, sum(count for _, count, _ in rows), told))
    return found


def _lines(language: Language, lines: Sequence[int], count: int) -> str:
    text = ", ".join(str(one) for one in lines[:8])
    return text if len(lines) <= 8 and count <= 20 else say(language, "list_lines_more", lines=text)
