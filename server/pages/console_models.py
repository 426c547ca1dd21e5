"""The register of high-tech and circular models: `/htx/mo-hinh`. The commune writes, who runs one reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from server.api.photos import photo_store
from server.auth import CONSOLE_PATH
from server.errors import ServiceError
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, show, staff_page
from server.pages.console_show import amount_text, date_text, parse_day
from server.services import console_models
from server.services.console import Staff, check_uuid
from server.services.console_model_values import AREA_UNITS, DAYS, KINDS, RESULT_DAYS, STATES, YIELD_UNITS
from server.services.console_reach import NotDone, allow
from server.services.shop_pictures import picture_bytes
from sync import ids
from sync.limits import PHOTO_BYTES_MAX
from sync.units import m2_to_sao

blueprint = make_pages("console_models")
PLACE = "models"
WHERE = f"{CONSOLE_PATH}/mo-hinh"
REQUEST_BYTES_MAX = PHOTO_BYTES_MAX + 10_000


@blueprint.get("/mo-hinh")
def models() -> Response:
    """Show the models."""
    staff = staff_page(PLACE)
    lines = console_models.models(staff)
    decided = sum(1 for one in lines if one.row.decision_no)
    return show("models.html", staff, place=PLACE, lines=lines, decided=decided, done=done_said())


@blueprint.get("/mo-hinh/them")
def new_model() -> Response:
    """Show an empty form."""
    return _form(_editor(), None, {})


@blueprint.post("/mo-hinh/them")
def add_model() -> AnyResponse:
    """Take a model into the register."""
    staff = _editor()
    try:
        made = console_models.keep_model(staff, "", _said(DAYS))
    except NotDone as wrong:
        return _form(staff, wrong, request.form)
    return redirect(f"{WHERE}/{made}?xong=done_model", 303)


@blueprint.get("/mo-hinh/<uuid>")
def model(uuid: str) -> Response:
    """Show one model."""
    return _page(staff_page(PLACE), check_uuid(uuid))


@blueprint.post("/mo-hinh/<uuid>")
def edit_model(uuid: str) -> AnyResponse:
    """Change a model."""
    return _act(uuid, "done_model", lambda staff: console_models.keep_model(staff, uuid, _said(DAYS)))


@blueprint.post("/mo-hinh/<uuid>/trang")
def show_model(uuid: str) -> AnyResponse:
    """Give a model a page for visitors, or take it down."""
    is_shown = request.form.get("hien") == "1"
    return _act(
        uuid,
        "done_model_shown" if is_shown else "done_model_hidden",
        lambda staff: console_models.show_model(staff, uuid, is_shown=is_shown),
    )


@blueprint.post("/mo-hinh/<uuid>/thua")
def choose_plots(uuid: str) -> AnyResponse:
    """Say on which plots it runs."""
    plots = request.form.getlist("thua")
    return _act(uuid, "done_model", lambda staff: console_models.choose_plots(staff, uuid, plots))


@blueprint.post("/mo-hinh/<uuid>/vu")
def add_result(uuid: str) -> AnyResponse:
    """Keep what a season cost and brought."""
    said = _said(RESULT_DAYS)
    return _act(uuid, "done_result", lambda staff: console_models.keep_result(staff, uuid, "", said))


@blueprint.post("/mo-hinh/<uuid>/vu/<result>")
def edit_result(uuid: str, result: str) -> AnyResponse:
    """Change a season's result, or take it away."""
    check_uuid(result)

    def work(staff: Staff) -> None:
        if request.form.get("lam") == "bo":
            console_models.drop_result(staff, uuid, result)
        else:
            console_models.keep_result(staff, uuid, result, _said(RESULT_DAYS))

    return _act(uuid, "done_result", work)


@blueprint.get("/mo-hinh/<uuid>/anh/<sha256>")
def model_picture(uuid: str, sha256: str) -> Response:
    """Give a picture of a model that the staff member may see."""
    scope = console_models.picture_scope(staff_page(PLACE), check_uuid(uuid), _hash(sha256))
    answer = Response(picture_bytes(photo_store(), scope, sha256, "vua"), mimetype="image/jpeg")
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@blueprint.post("/mo-hinh/<uuid>/anh")
def add_model_picture(uuid: str) -> AnyResponse:
    """Take a picture of a model."""

    def work(staff: Staff) -> None:
        allow(staff, "report_models")
        request.max_content_length = REQUEST_BYTES_MAX
        try:
            file = request.files.get("anh")
        except RequestEntityTooLarge as error:
            raise NotDone("not_picture_too_large") from error
        if file is None or not file.filename:
            raise NotDone("not_picture")
        console_models.add_picture(staff, uuid, photo_store(), file.read())

    return _act(uuid, "done_picture", work)


@blueprint.post("/mo-hinh/<uuid>/anh/<sha256>")
def move_model_picture(uuid: str, sha256: str) -> AnyResponse:
    """Make a picture the main one, or take it off."""
    is_off = request.form.get("lam") == "bo"
    return _act(
        uuid,
        "done_model",
        lambda staff: console_models.move_picture(staff, uuid, _hash(sha256), is_off=is_off),
    )


def _hash(text: str) -> str:
    if not ids.is_b64(text, 32):
        raise ServiceError("not_found")
    return text


def _editor() -> Staff:
    staff = staff_page(PLACE)
    allow(staff, "edit_models")
    return staff


def _act(uuid: str, done: str, work: Callable[[Staff], object]) -> AnyResponse:
    staff = staff_page(PLACE)
    check_uuid(uuid)
    try:
        work(staff)
    except NotDone as wrong:
        return _page(staff, uuid, wrong, request.form)
    return redirect(f"{WHERE}/{uuid}?xong={done}", 303)


def _said(days: tuple[str, ...]) -> Mapping[str, str]:
    """Return the fields of a form, its days civil; what is typed as a day and is none is said to be so."""
    typed = {name: request.form.get(name, "").strip() for name in days}
    return dict(request.form) | {name: text and (parse_day(text) or "?") for name, text in typed.items()}


def _form(staff: Staff, wrong: NotDone | None, given: Mapping[str, str]) -> Response:
    return show(
        "model_new.html", staff, place=PLACE, status=422 if wrong else 200, wrong=wrong, given=given,
        page=None, **_offered(staff),
    )  # fmt: skip


def _page(
    staff: Staff, uuid: str, wrong: NotDone | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    page = console_models.model(staff, uuid)
    row, typed = page.line.row, typed or {}
    given = {column.name: getattr(row, column.name) or "" for column in row.__table__.columns}
    given |= {name: date_text(str(given[name])) for name in DAYS}
    runner = page.line.runner
    given |= {"htx": runner.organisation, "ma_ho": runner.code} if runner else {}
    is_season = "season" in typed
    return show(
        "model.html",
        staff,
        place=PLACE,
        status=422 if wrong else 200,
        wrong=wrong,
        done=done_said(),
        page=page,
        given=given | (dict(typed) if "name_vi" in typed else {}),
        typed=dict(typed) if is_season else {},
        editing=request.path.rpartition("/")[2] if is_season else "",
        chosen=row.plots.split(),
        **_offered(staff),
    )


def _offered(staff: Staff) -> dict[str, object]:
    organisations, villages, others = console_models.places(staff)
    return {
        "organisations": organisations,
        "villages": villages,
        "others": others,
        "kinds": KINDS,
        "states": STATES,
        "yield_units": YIELD_UNITS,
        "area_units": AREA_UNITS,
        "amount": amount_text,
        "sao": lambda area: m2_to_sao(area).replace(".", ","),
    }
