"""Every way a request can fail, turned into a problem of the catalogue. No exception text leaves here."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError, IntegrityError
from werkzeug.exceptions import HTTPException

from server.db import DatabaseBusy, DatabaseFull, DatabaseTrouble, ReadOnly, trouble_of
from server.errors import Fault, ServiceError
from server.problems import problem_answer
from server.services import read_only
from sync.errors import Refusal

log = logging.getLogger("so_nha_nong")

_HTTP_SLUGS = {
    400: "bad_request",
    401: "session",
    403: "no_right",
    404: "not_found",
    405: "method",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media",
    422: "bad_values",
    429: "too_many",
    503: "unavailable",
    507: "storage_full",
}


def register_answers(app: Flask) -> None:
    """Make `app` answer every failure with a problem document."""
    app.register_error_handler(ServiceError, answer_service_error)
    app.register_error_handler(Refusal, lambda refusal: problem_answer(refusal.slug))
    app.register_error_handler(DatabaseTrouble, answer_trouble)
    app.register_error_handler(DBAPIError, answer_dbapi)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unexpected)


def answer_service_error(error: ServiceError) -> Response:
    """Return the problem that a service named."""
    answer = problem_answer(
        error.slug,
        error.detail,
        status=error.status,
        retry_after=error.retry_after,
        errors=error.errors,
    )
    answer.headers.update(error.headers)
    return answer


def answer_trouble(error: DatabaseTrouble) -> Response:
    """Return 507 where the disk is full, else 503; both say when to come again."""
    if isinstance(error, ReadOnly):
        return answer_service_error(read_only.refusal())
    log.warning("database", extra={"trouble": type(error).__name__})
    if isinstance(error, DatabaseFull):
        return problem_answer("storage_full")
    return problem_answer("busy" if isinstance(error, DatabaseBusy) else "unavailable", retry_after=5)


def answer_dbapi(error: DBAPIError) -> Response:
    """Return what an error of the driver means; a broken rule of the schema is our own fault."""
    trouble = trouble_of(error)
    if trouble is not None and not isinstance(error, IntegrityError):
        return answer_trouble(trouble)
    return answer_unexpected(error)


def answer_http(error: HTTPException) -> Response:
    """Return the problem for what Flask, Werkzeug or the schemas refused."""
    if isinstance(error.response, Response):
        return error.response
    code = 404 if _is_nowhere(error) else error.code or 500
    if code >= 500 and code not in _HTTP_SLUGS:
        return answer_unexpected(error)
    slug = _HTTP_SLUGS.get(code, "http")
    answer = problem_answer(slug, status=code, errors=_schema_faults(error))
    allowed = getattr(error, "valid_methods", None)
    if allowed and code == 405:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def _is_nowhere(error: HTTPException) -> bool:
    """Return whether only the rule that looks for files of the app knows the address: nothing is there."""
    if error.code != 405:
        return False
    adapter = current_app.url_map.bind("", script_name="")
    allowed = set(adapter.allowed_methods(request.path)) - {"HEAD", "OPTIONS"}
    try:
        return {adapter.match(request.path, method=one)[0] for one in allowed} == {"phone.file"}
    except HTTPException:  # such as a redirect to the address with its slash
        return False


def answer_unexpected(error: Exception) -> Response:
    """Return 500 and keep the trace in the log: the trace has file and line, never values."""
    g.failed = type(error).__name__
    log.error("unexpected", extra={"error": type(error).__name__, "at": _where(error)})
    return problem_answer("unexpected")


def _where(error: BaseException) -> list[str]:
    """Return file and line of each frame, innermost last; messages may hold data and stay out."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]


def _schema_faults(error: HTTPException) -> list[Fault]:
    """Return the faults that marshmallow listed, each with the pointer to its place."""
    data = getattr(error, "data", None)
    messages = data.get("messages") if isinstance(data, Mapping) else None
    return list(_faults_of(messages, "")) if isinstance(messages, Mapping) else []


def _faults_of(messages: object, pointer: str) -> Iterator[Fault]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            if pointer == "" and name in ("json", "query", "headers", "path"):
                yield from _faults_of(inner, "#" if name == "json" else f"#{name}")
            else:
                escaped = str(name).replace("~", "~0").replace("/", "~1")
                yield from _faults_of(inner, pointer if name == "_schema" else f"{pointer}/{escaped}")
    elif isinstance(messages, list):
        for text in messages:
            yield Fault(str(text), pointer or "#")
