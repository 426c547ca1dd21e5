"""Sizes of the phone's app as it was built, in brotli, as the server sends them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import brotli

from tests.bench.table import ROOT, Row

DIST = ROOT / "pwa" / "dist"
GROUP = "size of the phone's app, brotli"
_PRECACHED = re.compile(r'\{"revision":(?:null|"[0-9a-f]+"),"url":"([^"]+)"\}')
_FIRST = re.compile(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"')


class NotBuilt(Exception):
    """The phone's app has to be built first: `npm run build` in `pwa`."""


def rows() -> Iterator[Row]:
    """Yield the rows; nothing is timed here, so they are the same each time for the same build.

    Raises: NotBuilt.
    """
    manifest_file = DIST / ".vite" / "manifest.json"
    if not manifest_file.is_file():
        raise NotBuilt
    manifest = json.loads(manifest_file.read_text("utf-8"))
    first = _first()
    total = _kilobytes(first)
    yield Row(GROUP, "first load: script and style of the page", total, "KB", "≤ 100", met=total <= 100)
    for name in first:
        yield Row(GROUP, f"  {_plain(name)}", _kilobytes([name]), "KB")
    yield Row(GROUP, "the page itself", _kilobytes(["index.html"]), "KB")
    forms = manifest.get("virtual:forms", {}).get("file")
    if forms:
        yield Row(GROUP, "all forms as data, fetched beside", _kilobytes([forms]), "KB")
    precached = _PRECACHED.findall((DIST / "sw.js").read_text("utf-8"))
    assert precached, "the service worker names what it keeps"
    everything = _kilobytes([*precached, "sw.js"])
    what = f"everything precached: {len(precached)} files and the service worker"
    yield Row(GROUP, what, everything, "KB", "≤ 400", met=everything <= 400)


def _first() -> list[str]:
    """Return the scripts and styles that the page asks for before anybody taps."""
    return sorted(_FIRST.findall((DIST / "index.html").read_text("utf-8")))


def _kilobytes(names: list[str]) -> float:
    return sum(_sent(DIST / name) for name in names) / 1000


def _sent(path: Path) -> int:
    """Return the bytes that the server sends: the build's own brotli file, or what it would be."""
    beside = path.with_name(path.name + ".br")
    return beside.stat().st_size if beside.is_file() else len(brotli.compress(path.read_bytes(), quality=11))


def _plain(name: str) -> str:
    """Return a file's name without its hash: rows of two builds can be compared."""
    return re.sub(r"-[A-Za-z0-9_-]{8}(?=\.)", "", name)
