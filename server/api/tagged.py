"""The answer of a snapshot: the whole text with its ETag, or 304 where the caller holds it already."""

from __future__ import annotations

from flask import Response, request


def tagged(text: str, tag: str) -> Response:
    """Return the JSON text of a snapshot of the caller, or that nothing changed."""
    if request.if_none_match.contains_weak(tag):
        answer = Response(status=304)
    else:
        answer = Response(text, content_type="application/json; charset=utf-8")
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization"
    return answer
