"""What people are looked for by: in a cookie of that page, for an address would carry names into logs."""

from __future__ import annotations

import base64
import binascii

from flask import request
from werkzeug.wrappers import Response

from server.config import current_settings
from server.pages.console_words import words

COOKIE = "tim"
SECONDS = 1800
WORDS_MAX = 100


def kept_words() -> str:
    """Return the words that this page is narrowed to, or nothing."""
    kept = request.cookies.get(COOKIE, "")
    try:
        return base64.urlsafe_b64decode(kept.encode("ascii", "replace")).decode("utf-8")[:WORDS_MAX]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def keep_words(answer: Response, path: str) -> None:
    """Keep the words of the form at hand for the pages below `path`; none takes them back."""
    text = request.form.get("loi", "").strip()[:WORDS_MAX]
    if not text:
        answer.delete_cookie(COOKIE, path=path)
        return
    kept = base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode()
    answer.set_cookie(
        COOKIE,
        kept,
        max_age=SECONDS,
        path=path,
        httponly=True,
        samesite="Strict",
        secure=current_settings().is_https,
    )


def page_number() -> int:
    """Return the number of the page that an address asks for, 1 for none."""
    text = request.args.get("trang", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def done_said() -> str:
    """Return the sentence that the act before this page earned, or nothing."""
    said = request.args.get("xong", "")
    return said if said.startswith("done_") and said in words() else ""
