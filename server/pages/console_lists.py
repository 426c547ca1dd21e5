"""The lists of what may be used: `/htx/danh-muc`. A file is looked at line by line before it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import now_ms
from server.errors import ServiceError
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_lists_views import mark_of, phi_text, unread_of
from server.services import console_lists, list_export, list_versions
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone
from server.services.list_files import FILE_BYTES_MAX, HEADS
from sync.civil import ms_to_date

blueprint = make_pages("console_lists")
PLACE = "lists"
WHERE = f"{CONSOLE_PATH}/danh-muc"
REQUEST_BYTES_MAX = FILE_BYTES_MAX + 100_000
TYPED_CHARS_MAX = 100


@blueprint.get("/danh-muc")
def lists() -> Response:
    """Show the lists that count, and what a few typed letters find in them."""
    staff = staff_page(PLACE)
    typed = request.args.get("tim", "")[:TYPED_CHARS_MAX]
    today = ms_to_date(now_ms())
    return _shown(
        "lists.html", staff, page=console_lists.overview(staff, typed, today), typed=typed, today=today
    )


@blueprint.get("/danh-muc/ten")
def listed_product() -> Response:
    """Show one product: its uses, the lists that name it, what the label book says."""
    staff = staff_page(PLACE)
    today = ms_to_date(now_ms())
    found = console_lists.product_page(staff, request.args.get("ten", "")[:300], today)
    if found is None:
        raise ServiceError("not_found")
    return _shown("list_product.html", staff, page=found, today=today)


@blueprint.get("/danh-muc/nhap")
def list_in() -> Response:
    """Show how a list is brought in."""
    return _asking(_importer())


@blueprint.post("/danh-muc/nhap")
def try_list() -> AnyResponse:
    """Look at a file line by line; nothing counts yet."""
    staff = _importer()
    request.max_content_length = REQUEST_BYTES_MAX
    try:
        file = request.files.get("bang")
        form = request.form
        about = list_versions.about_of(
            form.get("loai", ""), form.get("ten", ""), form.get("dau", ""), form.get("tu", ""),
            is_whole=form.get("du") == "1",
        )  # fmt: skip
        if file is None or not file.filename:
            raise NotDone("not_file")
        return redirect(f"{WHERE}/ban/{list_versions.try_list(staff, file.read(), about)}", 303)
    except RequestEntityTooLarge:
        return _asking(staff, NotDone("not_list_large"))
    except NotDone as wrong:
        return _asking(staff, wrong, request.form)


@blueprint.post("/danh-muc/mau")
def list_example() -> Response:
    """Give a table that shows how a list is filled in."""
    _importer()
    ending = "csv" if request.form.get("kieu") == "csv" else "xlsx"
    return _file(list_export.example_file(ending, page_language() == "en"), "danh-muc-mau", ending)


@blueprint.get("/danh-muc/ban/<version>")
def list_version(version: str) -> Response:
    """Show a version, or a dry run, with what could not be read and its rows."""
    return _version(staff_page(PLACE), check_uuid(version))


@blueprint.post("/danh-muc/ban/<version>/nhan")
def take_list(version: str) -> AnyResponse:
    """Let a dry run count."""
    staff = staff_page(PLACE)
    try:
        list_versions.take_list(staff, check_uuid(version))
    except NotDone as wrong:
        return _version(staff, version, wrong)
    return redirect(f"{WHERE}/ban/{version}", 303)


@blueprint.post("/danh-muc/ban/<version>/bo")
def drop_list(version: str) -> AnyResponse:
    """Throw a dry run away, or let a version count no more."""
    list_versions.drop_list(staff_page(PLACE), check_uuid(version))
    return redirect(WHERE, 303)


@blueprint.post("/danh-muc/ban/<version>/tep")
def list_file(version: str) -> Response:
    """Give a version as a file."""
    staff, ending = staff_page(PLACE), request.form.get("kieu", "")
    if ending not in list_export.TYPES:
        raise ServiceError("not_found")
    data = list_export.version_file(staff, check_uuid(version), ending, page_language() == "en")
    return _file(data, "danh-muc", ending)


def _importer() -> Staff:
    staff = staff_page(PLACE)
    if not staff.may_act("import_lists"):
        raise ServiceError("no_right")
    return staff


def _asking(staff: Staff, wrong: NotDone | None = None, given: Mapping[str, str] | None = None) -> Response:
    return _shown(
        "list_in.html",
        staff,
        422 if wrong else 200,
        wrong=wrong,
        given=given or {},
        kinds=list_versions.KINDS,
        columns=HEADS,
    )


def _version(staff: Staff, version: str, wrong: NotDone | None = None) -> Response:
    first = request.args.get("tu", "")
    at = int(first) if first.isascii() and first.isdigit() and len(first) < 7 else 0
    page = list_versions.version_page(staff, version, at)
    unread = unread_of(page_language(), page.report)
    return _shown(
        "list_version.html", staff, 422 if wrong else 200, page=page, first=at, unread=unread, wrong=wrong
    )


def _shown(template: str, staff: Staff, status: int = 200, **context: Any) -> Response:
    language = page_language()
    return show(
        template,
        staff,
        place=PLACE,
        status=status,
        mark_of=lambda mark: mark_of(language, mark),
        phi=lambda *said: phi_text(language, *said),
        **context,
    )


def _file(data: bytes, name: str, ending: str) -> Response:
    answer = make_response(data)
    answer.headers["Content-Type"] = list_export.TYPES[ending]
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer
