"""The public pages of models: `/mo-hinh/` and `/mo-hinh/<model>`. No cookie, no script, village precision."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.api.photos import photo_store
from server.config import now_ms
from server.errors import ServiceError
from server.pages.console_show import amount_text, area_text, date_text
from server.pages.season_drawing import MAP, commune_map
from server.pages.trace import friendly, public_page, reader_language
from server.services import models_shown
from server.services.shop_pictures import SIDES, picture_bytes
from sync import ids

PAGE_SECONDS: Final = 60  # our choice: a consent taken back is seen everywhere within a minute
PICTURE_SECONDS: Final = 3600

blueprint = Blueprint("models", __name__)


@blueprint.get("/mo-hinh/")
@friendly
def models() -> AnyResponse:
    """Show the models that are open to visitors."""
    return _kept("models.html", ("seedling",), found=models_shown.models_shown())


@blueprint.get("/mo-hinh")
def models_address() -> AnyResponse:
    """Lead to the list."""
    return redirect("/mo-hinh/", 308)


@blueprint.get("/mo-hinh/<uuid>")
@friendly
def model(uuid: str) -> AnyResponse:
    """Show a model to visitors."""
    found = models_shown.model_shown(uuid, now_ms()) if ids.is_uuid(uuid) else None
    if found is None:
        return public_page("model_none.html", 404, drawn=())
    drawn = None if found.near is None else commune_map([found.near])
    icons = ("seedling", "approved", "warn", "copy", "clock", "person", "pin")
    return _kept("model.html", icons, found=found, map=drawn, size=MAP)


@blueprint.get("/mo-hinh/<uuid>/anh/<int:place>-<any(nho,vua,lon):size>.jpg")
@friendly
def model_picture(uuid: str, place: int, size: str) -> AnyResponse:
    """Give a picture of a model that is open to visitors, drawn anew."""
    found = models_shown.picture_of(uuid, place) if ids.is_uuid(uuid) else None
    if found is None:
        raise ServiceError("not_found")
    answer = Response(picture_bytes(photo_store(), *found, size), mimetype="image/jpeg")
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = f"public, max-age={PICTURE_SECONDS}"
    return answer


def _kept(template: str, icons: tuple[str, ...], **context: Any) -> AnyResponse:
    language = reader_language()
    said = {
        "day": date_text,
        "sides": SIDES,
        "amount": partial(amount_text, language=language),
    }
    said |= {"area": partial(area_text, language=language)}
    answer = public_page(template, 200, drawn=icons, **said, **context)
    answer.headers["Cache-Control"] = f"public, max-age={PAGE_SECONDS}"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
