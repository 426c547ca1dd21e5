"""The EPCIS 2.0 capture interface: `POST <address>/capture`, then the capture job until it ended.

Events carry ids that never change, so what comes twice is once there: after an answer that got lost the same
bytes go again. A system that says "known already" to several events is asked with each alone.
What the address gives beside its own origin (a redirect, a job elsewhere) is not followed.
Source: EPCIS 2.0 §12.6 (capture, capture jobs), §12.4 (error behaviour); RFC 9110; faults.md 99.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urljoin, urlsplit

from flask import current_app

from server.config import current_settings, now_ms
from server.services.city.shape import ANSWER_CHARS_MAX, Adapter, Outcome
from server.services.tracing import Traced
from server.store.outward import TLS_PORT, BadHost, Connection, Line, read_within, retry_after
from sync.lots.epcis import Told, document_of

ANSWER_BYTES_MAX: Final = 65_536
JOB_WAIT_S: Final = 30
_GONE: Final = (404, 410)
_NO_ENTRY: Final = (401, 403)
_NO_PLACE: Final = (404, 405, 501)
_SOON: Final = (408, 425, 429)


@dataclass(frozen=True)
class _Reply:
    """What came back; status 0: nothing. `problem`: why nothing came."""

    status: int
    text: str = ""
    location: str = ""
    after_s: int = 0
    problem: str = ""


def make_adapter() -> Adapter:
    """Return the adapter."""
    return Adapter("epcis", body_of, send, tells_once=True)


def body_of(_traced: Traced, events: Sequence[Told]) -> str:
    """Return events as the document that is captured."""
    said = document_of(events, current_settings().public_url, now_ms())
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def send(body: str, job: str) -> Outcome:
    """Try a delivery, or ask how far its job is."""
    if job:
        return _job(job)
    reply = _talk("POST", f"{_address()}/capture", body)
    if reply.status == 409 and len(events := _events(body)) > 1:
        return _one_by_one(body, events)
    return _outcome(reply)


def _outcome(reply: _Reply) -> Outcome:
    """Return what an answer to a capture means."""
    said = _said(reply)
    if reply.status == 202 and (job := _own(reply.location)):
        return Outcome("asked", "job", said, receipt=job, job=job, after_s=JOB_WAIT_S)
    if 200 <= reply.status < 300 or reply.status == 409:  # 409: it is there already
        return Outcome("delivered", answer=said, receipt=reply.location or f"HTTP {reply.status}")
    if reply.status == 0:
        return Outcome("later", reply.problem)
    if (reply.status >= 500 and reply.status not in _NO_PLACE) or reply.status in _SOON:
        return Outcome("later", "busy", said, after_s=reply.after_s)
    if reply.status in _NO_ENTRY:
        return Outcome("later", "no_entry", said)
    if reply.status in _NO_PLACE:
        return Outcome("later", "no_place", said)
    if 300 <= reply.status < 400:
        return Outcome("later", "elsewhere", said)
    return Outcome("refused", "refused", said)


def _job(job: str) -> Outcome:
    """Ask how far a capture job is; one that is forgotten is begun anew with the same events."""
    if _own(job) != job:  # the setting names another system since
        return Outcome("later", "job_lost")
    reply = _talk("GET", job)
    said = _said(reply)
    if reply.status in _GONE:
        return Outcome("later", "job_lost", said)
    if reply.status != 200:
        found = _outcome(reply)
        if found.kind == "later":
            return Outcome("later", found.problem, said, receipt=job, job=job, after_s=found.after_s)
        return Outcome("later", "job_lost", said)
    state = _object(reply.text)
    if state.get("running") is False and state.get("success") is True:
        return Outcome("delivered", answer=said, receipt=_receipt(state, job))
    if state.get("running") is False and state.get("success") is False:
        return Outcome("refused", "refused", _errors(state) or said, receipt=job)
    return Outcome("asked", "job", said, receipt=job, job=job, after_s=JOB_WAIT_S)


def _receipt(state: dict[str, Any], job: str) -> str:
    return str(state.get("captureID") or job)[:ANSWER_CHARS_MAX]


def _one_by_one(body: str, events: list[Any]) -> Outcome:
    """Give each event alone, so that those that are there already keep no other out."""
    whole = _object(body)
    found = Outcome("delivered")
    for event in events:
        alone = json.dumps({**whole, "epcisBody": {"eventList": [event]}}, ensure_ascii=False)
        found = _outcome(_talk("POST", f"{_address()}/capture", alone))
        if found.kind == "asked":
            found = Outcome("delivered", answer=found.answer, receipt=found.receipt)
        if found.kind != "delivered":
            return found
    return found


def _talk(method: str, address: str, body: str = "") -> _Reply:
    """Return what the system answers; whatever goes wrong on the way is no answer."""
    parts = urlsplit(address)
    line = cast(Line, current_app.extensions.get("city_line") or Line())
    connection = Connection(parts.hostname or "", parts.port or TLS_PORT, line)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body.encode() if body else None, _headers(has_body=bool(body)))
        answer = connection.getresponse()
        text = read_within(answer, ANSWER_BYTES_MAX, line.timeout_s).decode("utf-8", "replace")
        location, after = answer.headers.get("Location", ""), answer.headers.get("Retry-After", "")
        return _Reply(answer.status, text, location, retry_after(after))
    except BadHost:
        return _Reply(0, problem="inner_host")
    except (OSError, http.client.HTTPException):
        return _Reply(0, problem="no_answer")
    finally:
        connection.close()


def _headers(*, has_body: bool) -> dict[str, str]:
    token = current_settings().city_token
    found = {"Accept": "application/json", "GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}
    if has_body:
        found |= {"Content-Type": "application/json", "GS1-Capture-Error-Behaviour": "rollback"}
    return found | ({"Authorization": f"Bearer {token}"} if token else {})


def _address() -> str:
    return current_settings().city_url.rstrip("/")


def _own(location: str) -> str:
    """Return where a job is, "" where that is none of the system's own places."""
    try:
        found = urlsplit(urljoin(f"{_address()}/capture", location)) if location else None
        own = urlsplit(_address())
        is_own = found is not None and found.scheme == "https" and found.netloc == own.netloc
    except ValueError:
        return ""
    return found.geturl() if found is not None and is_own and len(location) < ANSWER_CHARS_MAX else ""


def _events(body: str) -> list[Any]:
    found = _object(body).get("epcisBody", {}).get("eventList")
    return found if isinstance(found, list) else []


def _said(reply: _Reply) -> str:
    """Return for a person what the system wrote: of a problem its title and detail."""
    problem = _object(reply.text)
    parts = [problem.get(name) for name in ("title", "detail")]
    told = ": ".join(one for one in parts if isinstance(one, str) and one)
    text = told or ("" if reply.text.lstrip().startswith("{") else reply.text)
    text = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return f"HTTP {reply.status} {text}".strip()[:ANSWER_CHARS_MAX] if reply.status else ""


def _errors(job: dict[str, Any]) -> str:
    found = job.get("errors")
    told = (
        [one.get("detail") or one.get("title") for one in found if isinstance(one, dict)]
        if isinstance(found, list)
        else []
    )
    return "; ".join(str(one) for one in told if one)[:ANSWER_CHARS_MAX]


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
