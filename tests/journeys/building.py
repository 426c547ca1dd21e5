"""The built phone: `pwa/dist`, built anew where a source is newer; a journey may ask for another version."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.house import ROOT

SOURCES = ("pwa/src", "pwa/build", "pwa/public", "pwa/index.html", "pwa/package.json", "pwa/vite.config.ts")


def newest(names: tuple[str, ...]) -> float:
    """Return when the newest file below these was changed."""
    times = [0.0]
    for name in names:
        path = ROOT / name
        files = path.rglob("*") if path.is_dir() else [path]
        times.extend(file.stat().st_mtime for file in files if file.is_file())
    return max(times)


def build(out: Path, version: str | None = None) -> Path:
    """Return `out` with the phone built into it."""
    chosen = {"PWA_OUT": str(out)} | ({} if version is None else {"PWA_VERSION": version})
    run = subprocess.run(
        ["npm", "run", "build", "--silent"],
        cwd=ROOT / "pwa",
        env=os.environ | chosen,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return out


def built() -> Path:
    """Return the folder of the built phone (`PWA_DIST`, else `pwa/dist`), current with its sources."""
    out = Path(os.environ.get("PWA_DIST") or ROOT / "pwa" / "dist")
    page = out / "index.html"
    with one_at_a_time():  # the workers of pytest come here together
        if not page.is_file() or page.stat().st_mtime < newest((*SOURCES, "sync/forms")):
            build(out)
    return out


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep other processes out that build the same phone."""
    folder = os.open(ROOT / "pwa", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
