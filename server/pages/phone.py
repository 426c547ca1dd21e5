"""The phone's app as it was built: its page, its service worker, its files. Nothing here is personal."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request, send_file

from server.errors import ServiceError

blueprint = Blueprint("phone", __name__)

ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_HASHED = re.compile(r"(^|/)assets/.*[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".woff2": "font/woff2"}


def dist_folder() -> Path:
    """Return the folder of the built app; tests set `app.config["PWA_DIST"]`."""
    set_by_hand = current_app.config.get("PWA_DIST")
    return Path(set_by_hand or Path(current_app.root_path).parent / "pwa" / "dist")


@blueprint.get("/")
@blueprint.get("/i/<invite>")
def shell(invite: str = "") -> Response:  # noqa: ARG001 (the app reads it from its address)
    """Show the app. An invite's address shows the same page and has no effect."""
    if not (dist_folder() / "index.html").is_file():
        answer = Response(render_template("not_built.html"), 503, mimetype="text/html")
        answer.headers["Retry-After"] = "60"
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return _file("index.html")


@blueprint.get("/<path:name>")
def file(name: str) -> Response:
    """Give one file of the built app."""
    return _file(name)


def _file(name: str) -> Response:
    folder = dist_folder().resolve()
    is_hidden = any(part.startswith(".") for part in Path(name).parts)
    try:
        path = (folder / name).resolve()
        is_ours = path.is_relative_to(folder) and path.is_file()
    except (OSError, ValueError):  # too long for the file system, or with U+0000
        is_ours = False
    if is_hidden or not is_ours:
        raise ServiceError("not_found")
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    encoding, found = _smallest(path)
    answer = send_file(found, mimetype=kind, conditional=True, etag=True)
    answer.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if _HASHED.search(name) else "no-cache"
    )
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    answer.vary.add("Accept-Encoding")
    return answer


def _smallest(path: Path) -> tuple[str | None, Path]:
    """Return the compressed file beside `path` that the caller takes, if the build wrote one."""
    for encoding, ending in ENCODINGS:
        beside = path.with_name(path.name + ending)
        if request.accept_encodings[encoding] > 0 and beside.is_file():
            return encoding, beside
    return None, path
