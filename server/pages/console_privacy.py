"""What people ask about their data, and what is kept of one of them: `/htx/rieng`.

An erasure is signed in the browser like every op (`data-erase`); what a person agreed to, the register and
the file with a person's data are rows and stand here.
Source: security.md §8; LOOK.md, console.
"""

from __future__ import annotations

import json
import tempfile
from typing import IO, cast

from flask import Response, redirect, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from server.api.photos import photo_store
from server.auth import CONSOLE_PATH
from server.config import current_settings, now_ms
from server.errors import ServiceError
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.services import console, data_requests, person_data, person_export, rates
from server.services.console import Staff
from server.services.person_data import Kept, PersonPage
from sync.civil import ms_to_date
from sync.forms import load_forms
from sync.limits import ERASURE_DOCUMENTS_MAX

blueprint = make_pages("console_privacy")
PLACE = "privacy"
HERE = f"{CONSOLE_PATH}/rieng"
PERSON = f"{HERE}/<person>"


@blueprint.get("/rieng")
def register() -> Response:
    """Show the register of what people asked about their data, and the way to one person's data."""
    staff = staff_page(PLACE)
    now = now_ms()
    return show(
        "privacy.html",
        staff,
        place=PLACE,
        lines=data_requests.lines(staff, now),
        persons=data_requests.persons(staff),
        kinds=list(data_requests.DAYS.items()),
        means=data_requests.MEANS,
        problem=request.args.get("loi") == "1",
    )


@blueprint.post("/rieng")
def record_data_request() -> AnyResponse:
    """Put a request into the register, or go to the person's page; the name stays out of every address."""
    staff = staff_page(PLACE)
    person = console.check_uuid(request.form.get("person", ""))
    if request.form.get("do") == "open":
        return redirect(f"{HERE}/{person}", 303)
    data_requests.add(staff, person, request.form.get("kind", ""), request.form.get("means", ""), now_ms())
    return redirect(f"{HERE}/{person}", 303)


@blueprint.get("/rieng/<person>")
def person(person: str) -> Response:
    """Show what is kept of a person, what they agreed to and what they asked."""
    staff = staff_page(PLACE)
    now = now_ms()
    found = person_data.person_page(staff, console.check_uuid(person), now)
    language = page_language()
    return show(
        "person_data.html",
        staff,
        place=PLACE,
        page=found,
        lines=(lines := data_requests.lines(staff, now, found.id)),
        wants_erasure=any(one.kind == "erase" and one.outcome is None for one in lines),
        kinds=list(data_requests.DAYS.items()),
        means=data_requests.MEANS,
        given_means=person_data.MEANS,
        asked=person_data.asked(language),
        given=[(one, person_data.title_of(one.purpose, one.text_version, language)) for one in found.given],
        may_erase=staff.may_act("erase_person") and found.organisation == staff.organisation,
        title_of=lambda one: _title(one, language),
        farm_of=lambda one: staff.farms.get(one.scope),
        erasing=json.dumps(_statements(found)),
        at_once=ERASURE_DOCUMENTS_MAX,
        months=current_settings().retention_months,
    )


@blueprint.post("/rieng/<person>/xin")
def add_data_request(person: str) -> AnyResponse:
    """Put a request of this person into the register."""
    staff = staff_page(PLACE)
    data_requests.add(
        staff,
        console.check_uuid(person),
        request.form.get("kind", ""),
        request.form.get("means", ""),
        now_ms(),
    )
    return _back(person)


@blueprint.post("/rieng/<person>/xin/<one>")
def settle_data_request(person: str, one: str) -> AnyResponse:
    """Note what became of a request: answered, given more time, done, refused."""
    staff = staff_page(PLACE)
    uuid, reason = console.check_uuid(one), request.form.get("reason", "")
    what = request.form.get("do", "")
    if what == "answer":
        data_requests.answer(staff, uuid, now_ms())
    elif what == "extend":
        data_requests.extend(staff, uuid, reason, now_ms())
    else:
        data_requests.finish(staff, uuid, what, reason, now_ms())
    return _back(person)


@blueprint.post("/rieng/<person>/dong-y")
def record_consent(person: str) -> AnyResponse:
    """Keep that a person agreed to something."""
    staff = staff_page(PLACE)
    purpose, means = request.form.get("purpose", ""), request.form.get("means", "")
    person_data.give_consent(staff, console.check_uuid(person), purpose, means, now_ms())
    return _back(person)


@blueprint.post("/rieng/<person>/rut/<consent>")
def withdraw_consent(person: str, consent: str) -> AnyResponse:
    """Keep that a person took a consent back."""
    staff = staff_page(PLACE)
    person_data.withdraw_consent(staff, console.check_uuid(person), console.check_uuid(consent), now_ms())
    return _back(person)


@blueprint.post("/rieng/<person>/tep")
def export_person(person: str) -> AnyResponse:
    """Give the file with everything that is kept of a person."""
    staff = staff_page(PLACE)
    if not staff.may_act("export_person"):
        raise ServiceError("no_right")
    now = now_ms()
    found = person_data.person_page(staff, console.check_uuid(person), now)
    rates.check("export", staff.membership, rates.HOUR_MS, person_export.PER_HOUR, now)
    return zip_of(staff, found.id, ms_to_date(now))


def zip_of(staff: Staff, person: str, day: str) -> Response:
    """Return a person's file as a download; it is made on the disk and gone when it was sent."""
    file = cast(IO[bytes], tempfile.TemporaryFile(prefix="so-nha-nong-"))  # noqa: SIM115 (the answer closes it)
    person_export.write_zip(file, person, photo_store().blobs, day, staff.scopes)
    file.seek(0)
    return send_file(
        file,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"so-nha-nong-du-lieu-{day}.zip",
        max_age=0,
    )


def _back(person: str) -> AnyResponse:
    return redirect(f"{HERE}/{console.check_uuid(person)}", 303)


def _title(one: Kept, language: str) -> str:
    form = load_forms().get(one.form)
    return one.form if form is None else str(getattr(form.title, language))


def _statements(page: PersonPage) -> dict[str, list[str]]:
    """Return what the browser signs of the person beside the chosen documents: their own row."""
    return {f"org:{page.organisation}": [f"person:{page.id}"]}
