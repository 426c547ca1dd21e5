"""docs/faults.md: each row of the fault table, the tests that show it, and what only real phones show."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
GROUPS = {
    "A": ("Phone: storage and app", range(1, 23)),
    "B": ("Network and sync", range(23, 33)),
    "C": ("Joining and signing in", range(33, 51)),
    "D": ("Signed ops", range(51, 63)),
    "E": ("Merge, rights, rules", range(63, 71)),
    "F": ("Time and back-dating", range(71, 75)),
    "G": ("The public log", range(75, 85)),
    "H": ("Photos and files", range(85, 93)),
    "I": ("Abuse, limits, the web", range(93, 105)),
    "J": ("Server, database, operation", range(105, 115)),
    "K": ("Selling, sensing, informing: bad input", range(115, 128)),
}
HEAD = """# What can go wrong, and what shows that it does no harm

Made of `tests/faults.toml` by `python -m tests.tables faults`; a test keeps it fresh. Rows 1 to 114 are the
project's fault table. `make test` runs every test named here, `make check-long` the random ones at length.
A test is named by its file under `tests/` and the beginning of its name.

| group | rows | shown by a test | also on a real phone | only on a real phone | void |
|---|---|---|---|---|---|
"""
COLUMNS = "| row | what happens, and what must come of it | shown by |\n|---|---|---|\n"
CHECKLIST = """
## What only real phones can show

A release is tried on them by hand; version, phone, day and what was seen are noted with the release.

| row | the phone | what to do | what must be seen |
|---|---|---|---|
"""


def table() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the rows of faults.toml: group → number → what it says."""
    return tomllib.loads((ROOT / "tests/faults.toml").read_text("utf-8"))


def render() -> str:
    """Return the page."""
    rows = table()
    counts = [_counted(group, list(rows[group].values())) for group in GROUPS]
    told = [_group(group, rows[group]) for group in GROUPS]
    return HEAD + "".join(counts) + "".join(told) + CHECKLIST + "".join(_checklist(rows))


def _counted(group: str, rows: list[dict[str, Any]]) -> str:
    shown = sum("tests" in one for one in rows)
    both = sum("tests" in one and "phone" in one for one in rows)
    alone = sum("tests" not in one and "phone" in one for one in rows)
    void = sum("void" in one for one in rows)
    return f"| {group} {GROUPS[group][0]} | {len(rows)} | {shown} | {both} | {alone} | {void} |\n"


def _group(group: str, rows: dict[str, dict[str, Any]]) -> str:
    lines = [f"\n## {group}. {GROUPS[group][0]}\n\n{COLUMNS}"]
    lines += [f"| {number} | {_cell(one['what'])} | {_shown(one)} |\n" for number, one in rows.items()]
    return "".join(lines)


def _shown(row: dict[str, Any]) -> str:
    shown = [f"`{_cell(one.removeprefix('tests/').strip())}`" for one in row.get("tests", ())]
    if "phone" in row:
        shown.append("a real phone, see below")
    if "void" in row:
        shown.append(f"void: {_cell(row['void'])}")
    return "<br>".join(shown)


def _checklist(rows: dict[str, dict[str, dict[str, Any]]]) -> list[str]:
    found = []
    for group in rows.values():
        for number, one in group.items():
            if phone := one.get("phone"):
                said = " | ".join(_cell(phone[name]) for name in ("device", "steps", "seen"))
                found.append(f"| {number} | {said} |\n")
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
