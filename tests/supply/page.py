"""`docs/dependencies.md`: its tables, made of the locks, stand between two marks; the rest is by hand."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from tests.supply.locks import ROOT, Package, npm_packages, python_packages

PAGE: Final = ROOT / "docs" / "dependencies.md"
REASONS: Final = Path(__file__).with_name("reasons.toml")
BEGIN, END = "<!-- tables: make update writes these -->\n", "<!-- end of the tables -->\n"
QUIET_DAYS: Final = 548  # eighteen months


def reasons() -> dict[str, dict[str, str]]:
    """What `reasons.toml` says."""
    return tomllib.loads(REASONS.read_text("utf-8"))


def counted_on(packages: list[Package]) -> date:
    """The newest day of release that is known: the tables count from it, so that they hold still."""
    return max(date.fromisoformat(package.released) for package in packages if package.released)


def quiet(packages: list[Package]) -> list[Package]:
    """Packages asked for by name that had no release for eighteen months."""
    today = counted_on(packages)
    direct = [package for package in packages if package.direct]
    return [one for one in direct if (today - date.fromisoformat(one.released)).days > QUIET_DAYS]


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)]


def _counts(packages: list[Package]) -> list[str]:
    rows: list[tuple[str, ...]] = []
    for world, use in dict.fromkeys((package.world, package.use) for package in packages):
        names = {one.name: one for one in packages if (one.world, one.use) == (world, use)}
        direct = sum(one.direct for one in names.values())
        rows.append((world, use, str(direct), str(len(names) - direct)))
    return _table(("world", "for", "asked for by name", "come with them"), rows)


def _direct(packages: list[Package], world: str) -> list[str]:
    why = reasons()[world]
    direct = [one for one in packages if one.world == world and one.direct]
    rows = [(one.name, one.version, one.licence, one.released, one.use, why[one.name]) for one in direct]
    return _table(("package", "version", "licence", "released", "for", "why"), rows)


def _licences(packages: list[Package]) -> list[str]:
    count = Counter(one.licence for one in packages)
    asks = reasons()["copyleft"]
    rows: list[tuple[str, ...]] = []
    for licence, number in sorted(count.items(), key=lambda pair: (-pair[1], pair[0])):
        who = ", ".join(sorted({one.name for one in packages if one.licence == licence}))
        rows.append((licence, str(number), f"{who}. {asks[licence]}" if licence in asks else ""))
    return _table(("licence", "packages", "who, and why it is fine"), rows)


def _rest(packages: list[Package]) -> list[str]:
    lines: list[str] = []
    for world, use in dict.fromkeys((one.world, one.use) for one in packages):
        rest = [one for one in packages if (one.world, one.use) == (world, use) and not one.direct]
        if rest:
            listed = "; ".join(f"{one.name} {one.version} ({one.licence})" for one in rest)
            lines += [f"**{world}, {use}.** {listed}.", ""]
    return lines


def tables() -> str:
    """Return the made part of the page, with its marks."""
    packages = [*python_packages(), *npm_packages()]
    parts = [
        f"Counted on {counted_on(packages).isoformat()}, the newest release among them.",
        "",
        *_counts(packages),
        "",
        "### Python, asked for by name",
        "",
        *_direct(packages, "python"),
        "",
        "### npm, asked for by name",
        "",
        *_direct(packages, "npm"),
        "",
        "### No release for eighteen months",
        "",
        *(f"- **{one.name}** ({one.released}): {reasons()['quiet'][one.name]}" for one in quiet(packages)),
        "",
        "### Licences",
        "",
        *_licences(packages),
        "",
        "### What comes with them",
        "",
        *_rest(packages),
    ]
    return BEGIN + "\n" + "\n".join(parts) + END


def filled(text: str) -> str:
    """Return the page with its tables made anew."""
    before, _, rest = text.partition(BEGIN)
    return before + tables() + rest.partition(END)[2]
