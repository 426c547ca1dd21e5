"""The pages of sensors: `/htx/may-do`. The list, one with its chart, limits, and tables brought in."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from flask import Response, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import current_settings, now_ms
from server.pages.console_finding import done_said
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_show import measured_text
from server.services import console_sensors
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone, allow
from server.services.console_sensor_table import FILE_BYTES_MAX, plan_readings
from server.services.sensor_rows import EVERY_MINUTES, KINDS
from server.services.sensor_series import SPANS
from sync.readings import measures
from sync.values import write_text

blueprint = make_pages("console_sensors")
PLACE = "sensors"
WHERE = f"{CONSOLE_PATH}/may-do"


@blueprint.get("/may-do")
def sensors() -> Response:
    """Show the sensors with their last values."""
    staff = staff_page(PLACE)
    return _show("sensors.html", staff, lines=console_sensors.sensor_list(staff), done=done_said())


@blueprint.get("/may-do/them")
def new_sensor() -> Response:
    """Show the form for a new sensor."""
    return _new(_editor())


@blueprint.post("/may-do/them")
def add_sensor() -> AnyResponse:
    """Make a sensor."""
    staff = _editor()
    try:
        made = console_sensors.add_sensor(staff, request.form)
    except NotDone as wrong:
        return _new(staff, wrong)
    return redirect(f"{WHERE}/{made}?xong=done_sensor", 303)


@blueprint.get("/may-do/nguong")
def sensor_limits() -> Response:
    """Show between what values should lie, by species."""
    return _limits(staff_page(PLACE))


@blueprint.post("/may-do/nguong/sua")
def set_sensor_limits() -> AnyResponse:
    """Change the limits of a species."""
    staff = _editor()
    try:
        console_sensors.keep_limits(staff, "", request.form.get("loai", ""), request.form)
    except NotDone as wrong:
        return _limits(staff, wrong)
    return redirect(f"{WHERE}/nguong?xong=done_limits", 303)


@blueprint.get("/may-do/<uuid>")
def sensor(uuid: str) -> Response:
    """Show one sensor."""
    return _sensor(staff_page(PLACE), check_uuid(uuid))


@blueprint.get("/may-do/<uuid>/<measure>/<span>")
def drawn(uuid: str, measure: str, span: str) -> Response:
    """Give the columns that the page's chart draws."""
    found = console_sensors.series_of(staff_page(PLACE), check_uuid(uuid), measure, span)
    return Response(write_text(found), content_type="application/json; charset=utf-8")


@blueprint.post("/may-do/<uuid>/nguong")
def set_own_limits(uuid: str) -> AnyResponse:
    """Change the limits of one sensor."""
    return _act(uuid, "done_limits", lambda staff: console_sensors.keep_limits(staff, uuid, "", request.form))


@blueprint.post("/may-do/<uuid>/thoi")
def end_sensor(uuid: str) -> AnyResponse:
    """End a sensor."""
    staff = staff_page(PLACE)
    console_sensors.end_sensor(staff, check_uuid(uuid))
    return redirect(f"{WHERE}?xong=done_sensor_ended", 303)


@blueprint.post("/may-do/<uuid>/bang")
def try_readings(uuid: str) -> AnyResponse:
    """Show what a table would add; the browser signs it, nothing is changed here."""
    staff = _editor()
    page = console_sensors.sensor_page(staff, check_uuid(uuid))
    request.max_content_length = FILE_BYTES_MAX + 10_000
    try:
        file = request.files.get("bang")
        if file is None or not file.filename:
            raise NotDone("not_file")
        plan = plan_readings(uuid, file.read(), now_ms())
    except RequestEntityTooLarge:
        return _sensor(staff, uuid, NotDone("not_table_large"))
    except NotDone as wrong:
        return _sensor(staff, uuid, wrong)
    scope = page.line.shown.scope
    ops = [{"scope": scope, "type": "reading", "set": fields} for fields in plan.ops]
    return _show("sensor_table.html", staff, page=page, plan=plan, ops=json.dumps(ops, separators=(",", ":")))


def _editor() -> Staff:
    staff = staff_page(PLACE)
    allow(staff, "edit_sensors")
    return staff


def _act(uuid: str, done: str, work: Callable[[Staff], object]) -> AnyResponse:
    staff = staff_page(PLACE)
    check_uuid(uuid)
    try:
        work(staff)
    except NotDone as wrong:
        return _sensor(staff, uuid, wrong)
    return redirect(f"{WHERE}/{uuid}?xong={done}", 303)


def _new(staff: Staff, wrong: NotDone | None = None) -> Response:
    return _show(
        "sensor_new.html",
        staff,
        wrong,
        kinds=KINDS,
        every=EVERY_MINUTES,
        plots=console_sensors.plots_of(staff),
        given=request.form,
    )


def _limits(staff: Staff, wrong: NotDone | None = None) -> Response:
    return _show(
        "sensor_limits.html",
        staff,
        wrong,
        groups=console_sensors.limit_groups(staff, page_language()),
        done=done_said(),
    )


def _sensor(staff: Staff, uuid: str, wrong: NotDone | None = None) -> Response:
    return _show(
        "sensor.html",
        staff,
        wrong,
        page=console_sensors.sensor_page(staff, uuid),
        spans=tuple(SPANS),
        public_url=current_settings().public_url,
        done=done_said(),
    )


def _show(template: str, staff: Staff, wrong: NotDone | None = None, **context: object) -> Response:
    return show(
        template,
        staff,
        place=PLACE,
        status=422 if wrong else 200,
        wrong=wrong,
        number=partial(measured_text, language=page_language()),
        measures=measures(),
        **context,
    )
