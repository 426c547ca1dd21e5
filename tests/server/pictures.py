"""Pictures and files for the tests of photos, made here and nowhere else."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zlib

from PIL import Image

from sync.ids import b64_encode

HTML = b"<html><script>alert(1)</script></html>"


def make_jpeg(width: int = 640, height: int = 480, seed: int = 1, **options: object) -> bytes:
    """Return a JPEG of coloured noise, so that its bytes do not compress."""
    rng = random.Random(seed)
    small = Image.frombytes("RGB", (32, 24), rng.randbytes(32 * 24 * 3))
    out = io.BytesIO()
    small.resize((width, height)).save(out, "JPEG", quality=85, **options)
    return out.getvalue()


def make_tricky_jpeg() -> bytes:
    """Return a JPEG turned by EXIF, with a place and a script in its EXIF, and a web page behind its end."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = HTML.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (20.0, 45.0, 1.0), 3: "E", 4: (106.0, 40.0, 1.0)})
    return make_jpeg(exif=exif) + HTML + b"PK\x03\x04"


def make_png(width: int, height: int) -> bytes:
    """Return a PNG of one colour: many pixels in few bytes, written row by row."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def make_animation() -> bytes:
    """Return a WebP of two pictures."""
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


def make_avif_head() -> bytes:
    """Return the beginning of an AVIF file."""
    return b"\0\0\0\x20ftypavif\0\0\0\0avifmif1" + bytes(500)


def hash_of(data: bytes) -> str:
    """Return the name of the bytes on the wire."""
    return b64_encode(hashlib.sha256(data).digest())


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
