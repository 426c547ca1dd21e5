"""What a file really is, by its first bytes, and the pictures that may be shown of it.

A voice note is recognised, never decoded. SVG, HTML, PDF, TIFF, AVIF, HEIC and all else is not taken,
whatever its name says.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from server.errors import ServiceError

HEAD_BYTES = 16
WORKER = Path(__file__).with_name("image_worker.py")
SECONDS_MAX = 30
_MP4_BRANDS = (b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash")


@dataclass(frozen=True)
class Picture:
    """What was found: the type of the received bytes, and the size in pixels once upright."""

    type: str
    width: int | None = None
    height: int | None = None


def sniff(head: bytes) -> str | None:
    """Return the type that the first bytes tell, of those that are taken; None for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "audio/webm"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS:
        return "audio/mp4"
    if head[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return "audio/aac"
    return None


def make_pictures(source: Path, view: Path, thumb: Path, view_px: int | None = None) -> Picture:
    """Write what may be shown of the picture at `source`, in a process with limits of its own.

    Shape:  `view_px`: the longer side of the larger one, where it is not the usual.
    Raises: ServiceError: unsupported_media, too_large (pixels), bad_image, storage_full.
    """
    size = [] if view_px is None else [str(view_px)]
    try:
        done = subprocess.run(  # noqa: S603 (our own file; the arguments are paths that we made)
            [sys.executable, "-I", str(WORKER), str(source), str(view), str(thumb), *size],
            capture_output=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        told = cast(dict[str, object], json.loads(done.stdout)) if done.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError):
        told = {}
    problem = told.get("problem", None if told else "bad_image")
    if problem is not None:
        raise ServiceError(str(problem))
    return Picture(str(told["type"]), cast(int, told["width"]), cast(int, told["height"]))
