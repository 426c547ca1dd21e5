"""What everybody is told: the page `/ban-tin/`, and the feeds and the fragment that a portal takes over.

No cookie and no script; the fragment may stand in a frame of another site, or be put into its page as it is.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from server.config import current_settings, now_ms
from server.errors import ServiceError
from server.pages.console_bulletins import ICONS
from server.pages.console_show import date_text
from server.pages.console_words import say
from server.pages.trace import friendly, public_page, reader_language
from server.services import feeds
from server.services.feeds import Site
from sync.civil import ms_to_date
from sync.units import UNITS

blueprint = Blueprint("public_bulletins", __name__)
SECONDS: Final = 300  # our choice: what is taken back is gone from portals within minutes
FRAGMENT_CSP: Final = "default-src 'none'; frame-ancestors *; sandbox"


@blueprint.get("/ban-tin/")
@friendly
def bulletins() -> AnyResponse:
    """Show what everybody is told, and the market prices."""
    return _shown(feeds.items(_today()), is_whole=True)


@blueprint.get("/ban-tin")
def bulletins_address() -> AnyResponse:
    """Lead to the page."""
    return redirect("/ban-tin/", 308)


@blueprint.get("/ban-tin/<uuid>")
@friendly
def bulletin(uuid: str) -> AnyResponse:
    """Show one bulletin while it runs."""
    found = [one for one in feeds.items(_today()) if one.id == uuid]
    if not found:
        raise ServiceError("not_found")
    return _shown(found, is_whole=False)


@blueprint.get("/ban-tin/atom.xml")
def atom_feed() -> AnyResponse:
    """Give what everybody is told as Atom."""
    text = feeds.atom(_site(), feeds.items(_today()))
    return _kept(Response(text, content_type="application/atom+xml; charset=utf-8"))


@blueprint.get("/ban-tin/feed.json")
def json_feed() -> AnyResponse:
    """Give what everybody is told as JSON Feed."""
    text = feeds.json_feed(_site(), feeds.items(_today()))
    return _kept(Response(text, content_type="application/feed+json; charset=utf-8"))


@blueprint.get("/ban-tin/khung.html")
def fragment() -> AnyResponse:
    """Give what everybody is told as a piece of HTML, for the page of a portal."""
    text = render_template("fragment.html", found=feeds.items(_today()), site=_site(), day=date_text)
    answer = Response(text, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = FRAGMENT_CSP
    return _kept(answer)


def _shown(found: list[feeds.Item], *, is_whole: bool) -> AnyResponse:
    language = reader_language()
    answer = public_page(
        "bulletins.html",
        200,
        drawn=tuple(sorted({"warn", *ICONS.values()})),
        found=found,
        icons_of=ICONS,
        is_whole=is_whole,
        prices=feeds.prices(_today(), language) if is_whole else [],
        units={code: one.label[language] for code, one in UNITS.items()},
        day=date_text,
    )
    answer.headers.pop("X-Robots-Tag", None)
    return _kept(answer)


def _kept(answer: AnyResponse) -> AnyResponse:
    """Return an answer that anybody may keep for some minutes and ask again by its tag."""
    answer.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _site() -> Site:
    return Site(current_settings().public_url.rstrip("/"), say("vi", "pb_title"))


def _today() -> str:
    return ms_to_date(now_ms())
