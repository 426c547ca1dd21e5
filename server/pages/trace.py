"""The public trace page: `/t/<code>`, also by GS1 Digital Link, as a page, as JSON and as a link set.

No cookie, no session, nobody is noted; whoever guesses codes is slowed. The address also works in upper case,
which makes smaller codes on labels; neither leads to the other.
Source: PROTOCOL §33; GS1 Digital Link; RFC 9264; security.md §7.6.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Final, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from server.api.photos import photo_store
from server.config import current_settings, now_ms
from server.db import DatabaseTrouble
from server.errors import ServiceError
from server.pages.console_show import dong_text, money_text
from server.pages.console_words import LANGUAGES, Language, pick_language, say
from server.pages.entry_assets import entry_assets, sprite
from server.pages.trace_cache import Pages, answer_of, make_page
from server.pages.trace_page import page_of
from server.services import tracing
from server.services.fact_values import hashes_of, text_in
from server.services.scan_counts import ScanCounts
from server.services.tracing import Traced
from sync.codes import SERIAL_KEY_LENGTH, SERIAL_LENGTH, digital_link, gtin14, read_code, read_link
from sync.values import Json

PAGE_SECONDS: Final = 60  # a recall is seen everywhere within a minute
PHOTO_SECONDS: Final = 86_400
LINKSET: Final = "application/linkset+json"
GS1: Final = "https://ref.gs1.org/voc/"
_TYPES: Final = ("text/html", "application/json", LINKSET)

blueprint = Blueprint("trace", __name__)
View = Callable[..., AnyResponse]


def friendly(view: View) -> View:
    """Answer people with a page where a view refuses; machines get the problem, as everywhere.

    Unknown, mistyped, void and guessed codes are the same page, and are counted for whoever sends them.
    """

    @wraps(view)
    def shown(**named: Any) -> AnyResponse:
        try:
            return view(**named)
        except (ServiceError, DatabaseTrouble) as error:
            failure = _slowed(error)
            if request.accept_mimetypes.best_match(_TYPES, "text/html") != "text/html":
                raise failure from error
            return _refusal(failure)

    return shown


def _slowed(error: ServiceError | DatabaseTrouble) -> ServiceError | DatabaseTrouble:
    """Return a refusal, too_many for somebody who guesses; a code that is not there was counted."""
    if not isinstance(error, ServiceError) or error.slug not in ("not_found", "erased"):
        return error
    try:
        tracing.check_miss(request.remote_addr or "", now_ms())
    except ServiceError as many:
        return many
    return ServiceError("not_found")


def _refusal(error: ServiceError | DatabaseTrouble) -> AnyResponse:
    slug = error.slug if isinstance(error, ServiceError) else ""
    if slug == "not_found":
        return public_page("none.html", 404)
    answer = public_page("many.html", 429) if slug == "too_many" else public_page("trouble.html", 503)
    after = error.retry_after if isinstance(error, ServiceError) else None
    answer.headers["Retry-After"] = str(after or 30)
    return answer


@blueprint.get("/t/")
@blueprint.get("/T/")
@friendly
def ask() -> AnyResponse:
    """Show the form to type a code in; a typed one leads to its page."""
    typed = request.args.get("ma", "")
    code = read_code(typed)
    if code is not None:
        return redirect(f"/t/{code}", 303)
    return public_page("ask.html", 200 if not typed else 400, wrong=bool(typed))


@blueprint.get("/t/<code>")
@blueprint.get("/T/<code>")
@friendly
def lot(code: str) -> AnyResponse:
    """Show a published lot."""
    read = read_code(code)
    kept = None if read is None else _kept(read)
    return _show(_found(code), "") if kept is None else kept


@blueprint.get("/t/<code>/<serial>")
@blueprint.get("/T/<code>/<serial>")
@friendly
def label(code: str, serial: str) -> AnyResponse:
    """Show a published lot by one of its labels."""
    read = read_code(serial, SERIAL_LENGTH)
    if read is None:
        raise ServiceError("not_found")
    return _show(_found(code), read)


@blueprint.get("/01/<path:link>")
@friendly
def gs1(link: str) -> AnyResponse:
    """Show what a GS1 Digital Link names: its GTIN must be that of the lot."""
    found = read_link(f"/01/{link}")
    if found is None:
        raise ServiceError("not_found")
    traced = _found(found.lot)
    known = text_in(traced.facts, "product", "gtin")
    serial = read_code(found.serial, SERIAL_KEY_LENGTH) if found.serial else ""
    if not known or gtin14(known) != found.gtin or serial is None:
        raise ServiceError("not_found")
    return _show(traced, serial)


@blueprint.get("/t/<code>/anh/<int:place>")
@friendly
def photo(code: str, place: int) -> AnyResponse:
    """Give a picture that the facts name, as people may see it: drawn anew, without where it was taken."""
    traced = _found(code)
    hashes = hashes_of(traced.facts)
    if place >= len(hashes):
        raise ServiceError("not_found")
    scope = tracing.photo_scope(traced, hashes[place])
    if scope is None:
        raise ServiceError("not_found")
    store = photo_store()
    shown = store.show(scope, hashes[place], "view")
    with store.blobs.open(shown.name) as file:
        answer = Response(file.read(), mimetype=shown.type)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = f"public, max-age={PHOTO_SECONDS}"
    return answer


def init(app: Flask) -> None:
    """Make what one process keeps: its counters and the pages that it drew."""
    app.extensions["scans"] = ScanCounts()
    app.extensions["trace_pages"] = Pages()


def scan_counts() -> ScanCounts:
    """Return the counters of the app at hand."""
    return cast(ScanCounts, current_app.extensions["scans"])


def _pages() -> Pages:
    return cast(Pages, current_app.extensions["trace_pages"])


def _is_opened() -> bool:
    """Say whether a person opened the page: no look ahead of a browser's, no copy that is only checked."""
    headers = request.headers
    is_ahead = "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", ""))
    return request.method == "GET" and not is_ahead and not request.if_none_match


def _found(typed: str) -> Traced:
    code = read_code(typed)
    traced = None if code is None else tracing.find(code)
    if traced is None:
        raise ServiceError("not_found")
    return traced


def _show(traced: Traced, serial: str) -> AnyResponse:
    """Answer in the form that was asked for; count it where a person opened it."""
    label = tracing.label_of(traced, serial) if serial else None
    if serial and label is None:
        raise ServiceError("not_found")
    kind = _kind_asked()
    if kind == LINKSET:
        return _linkset(traced, serial)
    if kind == "application/json":
        return _json(traced)
    _count(traced.code, serial)
    language, now = reader_language(), now_ms()
    opened = scan_counts().total(traced.code, now)
    text = _draw("lot.html", traced=traced, **page_of(traced, label, opened, language, now))
    page = make_page(traced.folded, _day(now), opened, text)
    if not serial and traced.is_logged:  # one that waits for the log says something else in a minute
        _pages().keep((traced.code, language, _style()), page)
    return _dress(answer_of(page), PAGE_SECONDS)


def _kept(code: str) -> AnyResponse | None:
    """Return the page of a lot as it was drawn before, where all that it says still stands."""
    if _kind_asked() != "text/html":
        return None
    now = now_ms()
    page = _pages().get((code, reader_language(), _style()))
    if page is None or page.day != _day(now) or page.opened != scan_counts().total(code, now):
        return None
    if not tracing.is_current(page.folded):
        return None
    _count(code, "")
    return _dress(answer_of(page), PAGE_SECONDS)


def _count(code: str, serial: str) -> None:
    if _is_opened():
        scan_counts().add(code, serial, now_ms())


def _kind_asked() -> str:
    return request.accept_mimetypes.best_match(_TYPES, "text/html")


def _day(now: int) -> int:
    return (now + tracing.VIETNAM_MS) // tracing.DAY_MS


def _style() -> str:
    """Return what the pages are drawn with: another build makes other pages."""
    try:
        return " ".join(entry_assets("trace").styles)
    except ServiceError:
        return ""


def public_page(template: str, status: int, **context: object) -> AnyResponse:
    """Return a page that is no lot's."""
    return _dress(Response(_draw(template, **context), status, mimetype="text/html"), 0)


def _dress(answer: Response, seconds: int) -> AnyResponse:
    """Return an answer with what holds for all pages; `seconds`: for how long anybody may keep it."""
    answer.headers["Content-Language"] = reader_language()
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.vary.update(("Accept", "Accept-Language"))
    answer.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else "no-store"
    return answer


def _draw(template: str, **context: object) -> str:
    """Return a page in the reader's language; before a build it is there, without its style."""
    language = reader_language()
    try:
        assets, icons = entry_assets("trace"), sprite()
    except ServiceError:
        assets, icons = None, {}
    return render_template(
        f"trace/{template}",
        language=language,
        t=partial(say, language),
        dong=partial(dong_text, language=language),
        money=partial(money_text, language=language),
        assets=assets,
        icons=icons,
        used=sorted({"book", *_icons_of(context)}),
        other=_other_language(language),
        host=urlsplit(current_settings().public_url).hostname or "",
        **context,
    )


def _icons_of(context: dict[str, object]) -> set[str]:
    """Return the pictograms that a page draws (`drawn`): it carries them in itself, and no others."""
    if "traced" not in context:
        return set(cast(tuple[str, ...], context.get("drawn", ())))
    shown = cast(dict[str, Any], context)
    icons = {"check", "x", "warn", "stop", "harvest", "amended", shown["verdict"].icon}
    return icons | {step.icon for step in shown["steps"]}


def reader_language() -> Language:
    """Return the language of the address, else the first of ours that the browser asks for."""
    asked = request.args.get("tieng")
    if asked is not None:
        return pick_language(asked)
    wanted = (one.partition("-")[0].lower() for one in request.accept_languages.values())
    return pick_language(next((one for one in wanted if one in LANGUAGES), None))


def _other_language(language: Language) -> str:
    """Return the address of this page in the other language."""
    return f"{request.path}?tieng={'vi' if language == 'en' else 'en'}"


def _address(traced: Traced, serial: str = "") -> str:
    path = f"/t/{traced.code}" + (f"/{serial}" if serial else "")
    return f"{current_settings().public_url.rstrip('/')}{path}"


def _json(traced: Traced) -> Response:
    """Return what is published, as it was signed, with what stands now beside it."""
    said: dict[str, Json] = {
        "code": traced.code,
        "state": traced.state,
        "facts": dict(traced.facts),
        "recall": None if traced.recall is None else dict(traced.recall),
        "override": None if traced.override is None else dict(traced.override),
        "amended_since": traced.is_amended,
        "published_at": traced.published_at,
        "page": _address(traced),
    }
    answer = jsonify(said)
    answer.vary.add("Accept")
    answer.headers["Cache-Control"] = f"public, max-age={PAGE_SECONDS}"
    answer.headers["Access-Control-Allow-Origin"] = "*"  # public, and nobody's cookie counts here
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _linkset(traced: Traced, serial: str) -> Response:
    """Return where what is known of the lot stands. Source: GS1 Digital Link, RFC 9264 §4.2."""
    gtin = text_in(traced.facts, "product", "gtin")
    base = current_settings().public_url.rstrip("/")
    anchor = f"{base}{digital_link(gtin, traced.code, serial)}" if gtin else _address(traced, serial)
    page = [
        {"href": f"{_address(traced, serial)}?tieng={one}", "type": "text/html", "hreflang": [one]}
        for one in LANGUAGES
    ]
    data = {"href": _address(traced, serial), "type": "application/json"}
    linked = {
        "anchor": anchor,
        f"{GS1}defaultLink": page[:1],
        f"{GS1}pip": page,
        f"{GS1}traceability": [*page, data],
    }
    linked[f"{GS1}epcis"] = [{"href": f"{base}/t/{traced.code}/epcis.json", "type": "application/ld+json"}]
    if traced.recall is not None:
        linked[f"{GS1}recallStatus"] = page
    answer = Response(json.dumps({"linkset": [linked]}, ensure_ascii=False), mimetype=LINKSET)
    answer.vary.add("Accept")
    answer.headers["Cache-Control"] = f"public, max-age={PAGE_SECONDS}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
