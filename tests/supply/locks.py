"""The packages that the lock files name, with what is known of each: nothing here asks a registry.

A hash-locked package is one whose files pip or npm takes only where their hash is that of the lock.
What no lock says of a Python package, its licence and the day of its release, stands in `facts.json`, which
`python -m tests.supply facts` writes; for npm the lock has the licence.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
FACTS: Final = Path(__file__).with_name("facts.json")
RUNTIME, EVERYTHING, NODE, UPDATE = (
    ROOT / f"requirements{name}.lock" for name in ("", "-dev", "-node", "-update")
)
PYTHON_LOCKS: Final = (RUNTIME, EVERYTHING, NODE, UPDATE)
NPM_LOCK: Final = ROOT / "pwa" / "package-lock.json"
_PINNED: Final = re.compile(r"^([a-z0-9._-]+)==(\S+)(?: ; ([^\\]+?))? \\$")
_HASH: Final = re.compile(r"^    --hash=sha256:([0-9a-f]{64})(?: \\)?$")


@dataclass(frozen=True, order=True)
class Package:
    """One version of one package. `use`: runtime, tests, build or tools; `only`: the systems it is for."""

    world: str
    name: str
    version: str
    licence: str
    released: str
    direct: bool
    use: str
    hashes: tuple[str, ...]
    only: str = ""


def facts() -> dict[str, dict[str, dict[str, str]]]:
    """What `facts.json` says: world → name → licence and day of release."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(FACTS.read_text("utf-8"))
    return found


def pinned(lock: Path) -> dict[tuple[str, str], tuple[str, tuple[str, ...]]]:
    """Return (name, version) → (marker, hashes) of one lock. Raises: ValueError for any other line."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    last: list[str] = []
    for line in lock.read_text("utf-8").splitlines():
        if named := _PINNED.match(line):
            last = []
            found[named[1], named[2]] = (named[3] or "", last)
        elif hashed := _HASH.match(line):
            last.append(hashed[1])
        else:
            raise ValueError(f"{lock.name}: {line}")
    return {key: (marker, tuple(hashes)) for key, (marker, hashes) in found.items()}


def _wanted() -> dict[str, set[str]]:
    """Names that pyproject.toml asks for, by use."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    lists = {"runtime": project["project"]["dependencies"], "tests": groups["dev"]}
    lists["tools"] = [*groups["node"], *groups["update"]]
    return {use: {re.split(r"[\[<>=~ ]", text)[0] for text in texts} for use, texts in lists.items()}


def python_packages() -> list[Package]:
    """All Python packages, each once, by name."""
    wanted, known = _wanted(), facts()["python"]
    found: dict[tuple[str, str], Package] = {}
    for lock, use in ((RUNTIME, "runtime"), (EVERYTHING, "tests"), (NODE, "tools"), (UPDATE, "tools")):
        for (name, version), (marker, hashes) in pinned(lock).items():
            direct = name in wanted[use]
            fact = known.get(name, {})
            made = Package(
                "python",
                name,
                version,
                fact.get("licence", ""),
                fact.get("released", ""),
                direct,
                use,
                hashes,
                marker,
            )
            found.setdefault((name, version), made)
    return sorted(found.values())


def npm_packages() -> list[Package]:
    """All packages of npm, each version once, by name."""
    lock: dict[str, Any] = json.loads(NPM_LOCK.read_text("utf-8"))["packages"]
    asked, known = lock.pop(""), facts()["npm"]
    found: dict[tuple[str, str], Package] = {}
    for path, said in sorted(lock.items()):
        name = path.rsplit("node_modules/", 1)[1]
        direct = path == f"node_modules/{name}" and (
            name in asked["dependencies"] or name in asked["devDependencies"]
        )
        made = Package(
            "npm",
            name,
            said["version"],
            said["license"].strip("()"),
            known.get(name, {}).get("released", ""),
            direct,
            "build" if said.get("dev") or said.get("devOptional") else "runtime",
            (said["integrity"],),
            " ".join([*said.get("os", []), *said.get("cpu", []), *said.get("libc", [])]),
        )
        old = found.get((name, made.version))
        if old is None or (made.direct and not old.direct):
            found[name, made.version] = made
    return sorted(found.values())
