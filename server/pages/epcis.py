"""EPCIS 2.0 for other systems: `/epcis/events` of all published lots, `/t/<code>/epcis.json` of one.

Public as the lots' pages are; nothing is captured here, and no subscription is kept.
Source: PROTOCOL §38; EPCIS 2.0 §12 (REST binding).
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from server.config import current_settings, now_ms
from server.errors import ServiceError
from server.services import rates, tracing
from server.services.epcis import Page, events_of_lot, page_of
from server.services.epcis_filters import Filters, parse_filters
from sync.codes import read_code
from sync.lots.epcis import document_of, head
from sync.lots.epcis_words import WORDS

SECONDS: Final = 60
ASKS_A_MINUTE: Final = 120  # our choice: for one address
LD_JSON: Final = "application/ld+json"

blueprint = Blueprint("epcis", __name__)


@blueprint.get("/t/<code>/epcis.json")
def lot(code: str) -> Response:
    """Give one lot's events as a document; 404 for a code that is none."""
    read = read_code(code)
    traced = None if read is None else tracing.find(read)
    if traced is None:
        tracing.check_miss(request.remote_addr or "", now_ms())
        raise ServiceError("not_found")
    base = _base()
    return _answer(document_of(events_of_lot(traced, base), base, now_ms()))


@blueprint.get("/epcis/events")
def events() -> Response:
    """Give the events that the filters ask for, page by page."""
    now = now_ms()
    rates.check("epcis", request.remote_addr or "", rates.MINUTE_MS, ASKS_A_MINUTE, now)
    asked, base = {name: ",".join(some) for name, some in request.args.lists()}, _base()
    filters = parse_filters(asked)
    _check_guess(filters, now)
    found = page_of(filters, base)
    results = {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": found.events}}
    answer = _answer({**head("EPCISQueryDocument", base, now), "epcisBody": {"queryResults": results}})
    if found.token:
        answer.headers["Link"] = f'<{_next(asked, found, base)}>; rel="next"'
    return answer


@blueprint.get("/epcis/voc")
def voc() -> Response:
    """Give the words that are our own, each behind its `#`."""
    base = _base()
    graph = [
        {
            "@id": f"{base}/epcis/voc#{name}",
            "rdfs:label": [{"@value": vi, "@language": "vi"}, {"@value": en, "@language": "en"}],
        }
        for name, (vi, en) in WORDS.items()
    ]
    return _answer({"@context": {"rdfs": "http://www.w3.org/2000/01/rdf-schema#"}, "@graph": graph})


def _check_guess(filters: Filters, now: int) -> None:
    """Count codes that are not there, as on the lots' pages."""
    for code in sorted(filters.codes or ()):
        if tracing.find(code) is None:
            tracing.check_miss(request.remote_addr or "", now)


def _next(asked: dict[str, str], page: Page, base: str) -> str:
    return f"{base}/epcis/events?{urlencode(asked | {'nextPageToken': page.token})}"


def _base() -> str:
    return current_settings().public_url.rstrip("/")


def _answer(said: dict[str, Any]) -> Response:
    answer = Response(json.dumps(said, ensure_ascii=False), mimetype=LD_JSON)
    answer.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    answer.headers["Access-Control-Allow-Origin"] = "*"  # public, and nobody's cookie counts here
    answer.headers["GS1-EPCIS-Version"] = "2.0.0"
    answer.headers["GS1-CBV-Version"] = "2.0.0"
    return answer
