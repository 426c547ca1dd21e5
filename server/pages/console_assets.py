"""Where the build put the console's script and style: names with a hash, found in Vite's manifest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from server.errors import ServiceError
from server.pages.phone import dist_folder

ENTRY = "src/console/main.ts"


@dataclass(frozen=True)
class Assets:
    """Addresses of one script and of the styles that its page needs."""

    script: str
    styles: tuple[str, ...]


_known: dict[str, tuple[int, Assets]] = {}


def console_assets() -> Assets:
    """Return the addresses of the built console. Raises: ServiceError(unavailable) before a build."""
    path = dist_folder() / ".vite" / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise ServiceError("unavailable") from None
    known = _known.get(str(path))
    if known is None or known[0] != changed:
        known = _known[str(path)] = (changed, _read(json.loads(path.read_text("utf-8"))))
    return known[1]


def _read(manifest: dict[str, Any]) -> Assets:
    if ENTRY not in manifest:
        raise ServiceError("unavailable")
    styles: dict[str, None] = {}
    left, done = [ENTRY], set[str]()
    while left:
        name = left.pop()
        if name in done:
            continue
        done.add(name)
        styles |= dict.fromkeys(manifest[name].get("css", ()))
        left.extend(manifest[name].get("imports", ()))
    return Assets(f"/{manifest[ENTRY]['file']}", tuple(f"/{one}" for one in styles))
