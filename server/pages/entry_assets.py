"""Where the build put script and style of the server's own pages: names with a hash, in Vite's manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from server.errors import ServiceError
from server.pages.phone import dist_folder

SPRITE: Final = "pictograms.svg"
_SYMBOL: Final = re.compile(r'<symbol id="i-([a-z-]+)"[^>]*>(.*?)</symbol>', re.DOTALL)


@dataclass(frozen=True)
class Assets:
    """Addresses of one script and of the styles that its page needs."""

    script: str
    styles: tuple[str, ...]


_known: dict[tuple[str, str], tuple[int, Assets]] = {}
_drawn: dict[str, tuple[int, Mapping[str, str]]] = {}


def entry_assets(name: str) -> Assets:
    """Return the addresses of a built entry (`console`, `trace`).

    Raises: ServiceError(unavailable) before a build.
    """
    path = dist_folder() / ".vite" / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise ServiceError("unavailable") from None
    known = _known.get((str(path), name))
    if known is None or known[0] != changed:
        found = _read(json.loads(path.read_text("utf-8")), f"src/{name}/main.ts")
        known = _known[str(path), name] = (changed, found)
    return known[1]


def sprite() -> Mapping[str, str]:
    """Return what each pictogram is drawn with, for pages that carry the few they need in themselves.

    Raises: ServiceError(unavailable) before a build.
    """
    path = dist_folder() / SPRITE
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise ServiceError("unavailable") from None
    known = _drawn.get(str(path))
    if known is None or known[0] != changed:
        known = _drawn[str(path)] = (changed, dict(_SYMBOL.findall(path.read_text("utf-8"))))
    return known[1]


def _read(manifest: dict[str, Any], entry: str) -> Assets:
    if entry not in manifest:
        raise ServiceError("unavailable")
    styles: dict[str, None] = {}
    left, done = [entry], set[str]()
    while left:
        name = left.pop()
        if name in done:
            continue
        done.add(name)
        styles |= dict.fromkeys(manifest[name].get("css", ()))
        left.extend(manifest[name].get("imports", ()))
    return Assets(f"/{manifest[entry]['file']}", tuple(f"/{one}" for one in styles))
