"""Drawn trace pages, kept by one process: drawn again when a log behind one grew, with the day and the count.

A page shows what the logs of its lot say, how often it was opened, and what day it is: as long as these are
the same, so is the page.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

from flask import Response, request

KEPT_MAX: Final = 500
_LEVEL: Final = 9  # once for many readers


@dataclass(frozen=True)
class Page:
    """A drawn page. `folded`: what it stands on; `day`, `opened`: what it says of today."""

    folded: Mapping[str, int]
    day: int
    opened: int
    text: bytes
    packed: bytes
    tag: str


class Pages:
    """The pages of one process, those asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str], Page] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str, str]) -> Page | None:
        """Return a page by its code, its language and its style."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: tuple[str, str, str], page: Page) -> None:
        """Keep a page in the place of what was there."""
        with self._lock:
            self._kept[key] = page
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)


def make_page(folded: Mapping[str, int], day: int, opened: int, text: str) -> Page:
    """Return a page as it is kept."""
    data = text.encode()
    tag = hashlib.sha256(data).hexdigest()[:27]
    return Page(folded, day, opened, data, gzip.compress(data, _LEVEL, mtime=0), tag)


def answer_of(page: Page) -> Response:
    """Return the answer that a page is, packed where the reader takes it."""
    is_packed = request.accept_encodings["gzip"] > 0
    answer = Response(page.packed if is_packed else page.text, mimetype="text/html")
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.vary.add("Accept-Encoding")
    answer.set_etag(page.tag, weak=True)
    answer.make_conditional(request)
    return answer
