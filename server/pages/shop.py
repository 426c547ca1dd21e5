"""The public pages of products: `/sp/<product>`, `/gian-hang/<cooperative>` and `/gian-hang/` of the commune.

No cookie, no script that runs, no cart: they lead to marketplaces, and to a number whose owner agreed.
Source: PROTOCOL, public addresses; commerce.md §8, §9; schema.org; the Open Graph protocol.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.api.photos import photo_store
from server.config import current_settings, now_ms
from server.errors import ServiceError
from server.pages.console_show import date_text
from server.pages.shop_data import Page, front_data, product_data
from server.pages.trace import friendly, public_page, reader_language
from server.services import shop
from server.services.shop_pictures import SIDES, picture_bytes
from sync.civil import ms_to_date

PAGE_SECONDS: Final = 60  # our choice: what is taken down is gone everywhere within a minute
PICTURE_SECONDS: Final = 86_400

blueprint = Blueprint("shop", __name__)


@blueprint.get("/sp/<slug>")
@friendly
def product(slug: str) -> AnyResponse:
    """Show a product."""
    found = shop.product_shown(slug, ms_to_date(now_ms()))
    if found is None:
        return _gone()
    page = _page(f"/sp/{slug}")
    icons = ("check", "warn", "clock", "qr", "open", "phone", "message", "store", "approved")
    return _kept("product.html", icons, found=found, data=product_data(found, page), base=page.base)


@blueprint.get("/sp/<slug>/anh/<int:place>-<any(nho,vua,lon):size>.jpg")
@friendly
def picture(slug: str, place: int, size: str) -> AnyResponse:
    """Give a picture of a product that is shown, drawn anew."""
    found = shop.picture_of(slug, place)
    if found is None:
        raise ServiceError("not_found")
    answer = Response(picture_bytes(photo_store(), *found, size), mimetype="image/jpeg")
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = f"public, max-age={PICTURE_SECONDS}"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/gian-hang/")
@friendly
def commune() -> AnyResponse:
    """Show every cooperative that sells, and every product."""
    fronts, wares = shop.commune_shown(ms_to_date(now_ms()))
    return _kept("shops.html", ("store", "clock"), fronts=fronts, wares_shown=wares)


@blueprint.get("/gian-hang")
def commune_address() -> AnyResponse:
    """Lead to the commune's page."""
    return redirect("/gian-hang/", 308)


@blueprint.get("/gian-hang/<slug>")
@friendly
def front(slug: str) -> AnyResponse:
    """Show a cooperative's products."""
    found = shop.front_shown(slug, ms_to_date(now_ms()))
    if found is None:
        return _gone()
    page = _page(f"/gian-hang/{slug}")
    return _kept(
        "shop.html", ("store", "phone", "message", "clock"), front=found, data=front_data(found, page)
    )


def _page(path: str) -> Page:
    return Page(current_settings().public_url.rstrip("/"), path, reader_language())


def _kept(template: str, icons: tuple[str, ...], **context: Any) -> AnyResponse:
    """Return a page that anybody may keep for a minute and ask again by its tag."""
    answer = public_page(template, 200, drawn=icons, day=date_text, sides=SIDES, **context)
    answer.headers.pop("X-Robots-Tag", None)
    answer.headers["Cache-Control"] = f"public, max-age={PAGE_SECONDS}"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _gone() -> AnyResponse:
    return public_page("shop_none.html", 404, drawn=("store",))
