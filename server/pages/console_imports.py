"""The page of tables: a file looked at line by line, then taken; and the same tables to take away."""

from __future__ import annotations

import json

from flask import Response, make_response, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from server.errors import ServiceError
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.services import console_exports, console_imports
from server.services.console import Staff
from server.services.console_imports import Plan
from server.services.console_reach import NotDone

blueprint = make_pages("console_imports")

REQUEST_BYTES_MAX = 2_500_000
NAMES = {"households": "cac-ho", "people": "moi-nguoi", "example": "bang-mau"}


@blueprint.get("/nhap")
def imports() -> Response:
    """Show what can be brought in and taken away."""
    return _page(staff_page("imports"))


@blueprint.post("/nhap")
def try_import() -> AnyResponse:
    """Show line by line what a file would do; nothing is changed."""
    staff = staff_page("imports")
    request.max_content_length = REQUEST_BYTES_MAX
    try:
        file = request.files.get("bang")
        if file is None or not file.filename:
            raise NotDone("not_file")
        return _page(staff, plan=console_imports.plan_file(staff, file.read()))
    except RequestEntityTooLarge:
        return _page(staff, wrong=NotDone("not_table_large"))
    except NotDone as wrong:
        return _page(staff, wrong=wrong)


@blueprint.post("/nhap/lam")
def import_rows() -> AnyResponse:
    """Add what the lines say, and hand what is an op to the browser."""
    staff = staff_page("imports")
    request.max_content_length = REQUEST_BYTES_MAX
    request.max_form_memory_size = REQUEST_BYTES_MAX
    try:
        done = console_imports.carry_out(staff, request.form.get("dong", "[]"))
    except RequestEntityTooLarge:
        return _page(staff, wrong=NotDone("not_table_large"))
    except NotDone as wrong:
        return _page(staff, wrong=wrong)
    ops = [{"scope": one.scope, "type": one.type, "set": one.fields} for one in done.ops]
    return show(
        "imported.html",
        staff,
        place="people",
        done=done,
        plots=sum(one.type == "plot" for one in done.ops),
        ops=json.dumps(ops, ensure_ascii=False, separators=(",", ":")),
    )


@blueprint.post("/xuat")
def export_rows() -> AnyResponse:
    """Give a table as a file."""
    staff = staff_page("imports")
    kind, ending = request.form.get("bang", ""), request.form.get("kieu", "")
    if kind not in console_exports.KINDS or ending not in console_exports.TYPES:
        raise ServiceError("not_found")
    answer = make_response(console_exports.export(staff, kind, ending, page_language() == "en"))
    answer.headers["Content-Type"] = console_exports.TYPES[ending]
    answer.headers["Content-Disposition"] = f'attachment; filename="{NAMES[kind]}.{ending}"'
    return answer


def _page(staff: Staff, *, plan: Plan | None = None, wrong: NotDone | None = None) -> Response:
    return show(
        "imports.html",
        staff,
        place="people",
        status=200 if wrong is None else 422,
        plan=plan,
        columns=console_imports.HEADS,
        wrong=wrong,
    )
