"""Reading a request's body: gzip or plain, never more than a limit once inflated."""

from __future__ import annotations

import json
import zlib
from typing import NoReturn

from flask import request

from server.errors import ServiceError

_PIECE_BYTES = 64 * 1024


def read_body(bytes_max: int) -> bytes:
    """Return the body, inflated where it came as gzip.

    Raises: ServiceError(too_large) above `bytes_max` inflated, before more than that is held;
            bad_body for a broken or cut gzip stream; unsupported_media for another encoding.
    """
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return _read_plain(bytes_max)
    if encoding not in ("gzip", "x-gzip"):
        raise ServiceError("unsupported_media", "Chỉ nhận gzip.")
    return _read_gzip(bytes_max)


def read_json(bytes_max: int) -> object:
    """Return the JSON value of the body.

    Raises: ServiceError as `read_body`; unsupported_media unless it is declared as JSON; bad_body where it is
            not JSON in UTF-8, names a member twice, or holds NaN or an infinity.
    """
    if request.mimetype != "application/json":
        raise ServiceError("unsupported_media", "Chỉ nhận application/json.")
    try:
        return json.loads(
            read_body(bytes_max).decode("utf-8"), object_pairs_hook=_no_doubles, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise ServiceError("bad_body") from error


def read_json_body(bytes_max: int) -> dict[str, object]:
    """Return the body as a JSON object; see `read_json`."""
    value = read_json(bytes_max)
    if not isinstance(value, dict):
        raise ServiceError("bad_body")
    return value


def _read_plain(bytes_max: int) -> bytes:
    if request.content_length is not None and request.content_length > bytes_max:
        raise ServiceError("too_large", headers={"Connection": "close"})
    data = request.stream.read(bytes_max + 1)
    if len(data) > bytes_max:
        raise ServiceError("too_large", headers={"Connection": "close"})
    if request.content_length is not None and len(data) < request.content_length:
        raise ServiceError("bad_body")
    return data


def _read_gzip(bytes_max: int) -> bytes:
    if request.content_length is not None and request.content_length > bytes_max:
        raise ServiceError("too_large", headers={"Connection": "close"})
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    parts: list[bytes] = []
    room = bytes_max + 1
    try:
        while room > 0 and not inflate.eof:
            piece = inflate.unconsumed_tail or request.stream.read(_PIECE_BYTES)
            if not piece:
                raise ServiceError("bad_body", "Dữ liệu nén bị cắt giữa chừng.")
            part = inflate.decompress(piece, room)
            parts.append(part)
            room -= len(part)
    except zlib.error as error:
        raise ServiceError("bad_body", "Dữ liệu nén bị hỏng.") from error
    if room <= 0:
        raise ServiceError("too_large", headers={"Connection": "close"})
    if inflate.unused_data or request.stream.read(1):
        raise ServiceError("bad_body", "Có dữ liệu thừa sau phần nén.")
    return b"".join(parts)


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _no_constant(_text: str) -> NoReturn:
    raise ValueError("not a JSON number")
