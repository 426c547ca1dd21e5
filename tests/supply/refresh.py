"""New versions for both worlds: locks written anew with hashes, what is known of each version, what changed.

The one part that asks registries, and only by their own clients: uv and npm. Installs nothing and runs no
package's code. Uses: `make update`.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path
from typing import Final

from tests.supply import locks
from tests.supply.locks import ROOT, Package

_COMPILE: Final = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header")
# What packages call a licence that has an SPDX name; what is not clear from it is written into facts.json.
_SPDX: Final = {"MIT": "MIT", "MIT License": "MIT", "Apache-2.0": "Apache-2.0", "ISC License": "ISC"}


def _run(*command: str, cwd: Path = ROOT) -> str:
    return subprocess.run(command, cwd=cwd, check=True, text=True, stdout=subprocess.PIPE).stdout


def relock(uv: str) -> None:
    """Write every lock anew with the newest versions that fit."""
    for lock, asked in (
        (locks.RUNTIME, ()),
        (locks.EVERYTHING, ("--group", "dev")),
        (locks.NODE, ("--group", "node")),
        (locks.UPDATE, ("--group", "update")),
    ):
        what = ["--group", f"pyproject.toml:{asked[1]}"] if asked else []
        source = [] if asked and asked[1] != "dev" else ["pyproject.toml"]
        _run(
            uv,
            "pip",
            "compile",
            *source,
            *what,
            *_COMPILE,
            "--no-annotate",
            "-q",
            "--upgrade",
            "-o",
            str(lock),
        )
    npm = ("--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund")
    _run("npm", "update", *npm, cwd=ROOT / "pwa")


def _days_of_python(uv: str) -> dict[tuple[str, str], str]:
    """Return (name, version) → the day on which its first file was put up."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "pyproject.toml", folder)
        pins = [
            f"{name}=={version}"
            for lock in locks.PYTHON_LOCKS
            for name, version in locks.pinned(lock)
            if name != "networkx"  # two versions, one for each of two Pythons
        ]
        with (Path(folder) / "pyproject.toml").open("a", encoding="utf-8") as project:
            project.write(f"\n[tool.uv]\npackage = false\nconstraint-dependencies = {json.dumps(pins)}\n")
        _run(uv, "lock", "-q", cwd=Path(folder))
        lock = tomllib.loads((Path(folder) / "uv.lock").read_text("utf-8"))
    days: dict[tuple[str, str], str] = {}
    for package in lock["package"]:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        if times := [file["upload-time"] for file in files if "upload-time" in file]:
            days[package["name"], package["version"]] = min(times)[:10]
    return days


def _licence(name: str, known: str) -> str:
    """Return what the installed package says as SPDX, else what is known already."""
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return known
    plain = (said.get("License") or "").strip()
    return said.get("License-Expression") or known or _SPDX.get(plain, "")


def refresh_facts(uv: str) -> None:
    """Write `facts.json` of what the locks name. Raises: ValueError where a licence must be told by hand."""
    old, days = locks.facts(), _days_of_python(uv)
    python: dict[str, dict[str, str]] = {}
    for package in locks.python_packages():
        before = old["python"].get(package.name, {})
        day = days.get((package.name, package.version), before.get("released", ""))
        python[package.name] = {"licence": _licence(package.name, before.get("licence", "")), "released": day}
    if unknown := [name for name, fact in python.items() if not fact["licence"]]:
        raise ValueError(f"say by hand in facts.json under which licence these are: {unknown}")
    npm = {}
    for package in locks.npm_packages():
        if package.direct:
            times = json.loads(_run("npm", "view", f"{package.name}@{package.version}", "time", "--json"))
            npm[package.name] = {"released": times[package.version][:10]}
    text = json.dumps({"python": python, "npm": npm}, ensure_ascii=False, indent=1)
    locks.FACTS.write_text(text + "\n", "utf-8")


def _versions(packages: list[Package]) -> dict[str, str]:
    found: dict[str, str] = {}
    for package in packages:
        name = f"{package.world} {package.name}"
        found[name] = f"{found[name]}, {package.version}" if name in found else package.version
    return found


def versions() -> dict[str, str]:
    """Return "world name" → versions as the locks have them now."""
    return _versions([*locks.python_packages(), *locks.npm_packages()])


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return a line for each package that came, went or has another version."""
    lines: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, "—"), after.get(name, "—")
        if old != new:
            lines.append(f"{name}: {old} → {new}")
    return lines


def update(uv: str) -> list[str]:
    """Relock both worlds and return what changed."""
    before = versions()
    relock(uv)
    return changes(before, versions())
