"""The pages of persons: the list, one person, roles and helps. Forms change rows; the script invites."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from server.auth import CONSOLE_PATH
from server.config import current_settings, now_ms
from server.pages.console_finding import done_said, keep_words, kept_words, page_number
from server.pages.console_frame import make_pages, query_text, show, staff_page
from server.pages.console_show import day_end, last_day, parse_day
from server.services import console, console_merging, console_people, console_roles, requesting
from server.services.console import Staff
from server.services.console_people import WantedPersons
from server.services.console_reach import NotDone
from server.services.console_roles import Named, Similar
from sync.rights import HELPERS, HOUSEHOLD, ROLES, STAFF

blueprint = make_pages("console_people")

PEOPLE = f"{CONSOLE_PATH}/nguoi"
CODES_MAX = 300  # our choice: above, a household's code is typed without a list to choose from


@blueprint.get("/nguoi")
def persons() -> Response:
    """Show the persons of an organisation."""
    staff = staff_page("people")
    wanted = WantedPersons(
        words=kept_words(),
        organisation=_uuid_arg("htx"),
        village=_uuid_arg("thon"),
        role=query_text("vai", 20),
        farm=_uuid_arg("ho"),
        phone=query_text("may", 12),
        page=page_number(),
    )
    found = console_people.person_list(staff, wanted)
    query = {"htx": wanted.organisation, "thon": wanted.village, "vai": wanted.role}
    query |= {"ho": wanted.farm, "may": wanted.phone}
    return show(
        "persons.html",
        staff,
        place="people",
        found=found,
        wanted=wanted,
        roles=[one for one in ROLES if one in HOUSEHOLD | HELPERS | STAFF],
        orgs=console_people.places(staff),
        villages=console_people.villages(),
        query={name: value for name, value in query.items() if value},
        done=done_said(),
    )


@blueprint.post("/nguoi/tim")
def look_for() -> AnyResponse:
    """Keep the words that persons are looked for by, and lead to the list."""
    staff_page("people")
    names = ("htx", "thon", "vai", "ho", "may")
    query = "&".join(f"{name}={value}" for name in names if (value := _plain(request.form.get(name, ""))))
    answer = redirect(f"{PEOPLE}?{query}" if query else PEOPLE, 303)
    keep_words(answer, PEOPLE)
    return answer


@blueprint.get("/nguoi/them")
def new_person() -> Response:
    """Show the form for a new member of the staff."""
    return _new_page(staff_page("people"))


@blueprint.post("/nguoi/them")
def add_person() -> AnyResponse:
    """Add a person with a role."""
    staff, form = staff_page("people"), request.form
    try:
        made = console_roles.add_person(
            staff, form.get("htx", ""), _named(form), form.get("vai", ""), _until(form),
            is_sure=form.get("chac") == "1",
        )  # fmt: skip
    except NotDone as wrong:
        return _new_page(staff, wrong)
    return redirect(f"{PEOPLE}/{made}?xong=done_person", 303)


@blueprint.get("/nguoi/gop")
def look_at_two() -> AnyResponse:
    """Show two persons side by side, before they become one."""
    staff = staff_page("people")
    keep, drop = _uuid_arg("giu"), _uuid_arg("bo")
    try:
        return show("merge.html", staff, place="people", pair=console_merging.pair(staff, keep, drop))
    except NotDone as wrong:
        return _person_page(staff, keep, wrong)


@blueprint.post("/nguoi/gop")
def merge_persons() -> AnyResponse:
    """Make two persons one."""
    keep, drop = request.form.get("giu", ""), console.check_uuid(request.form.get("bo", ""))
    return _act(keep, "done_merged", lambda staff, _form: console_merging.merge(staff, keep, drop))


@blueprint.get("/nguoi/<person>")
def person(person: str) -> Response:
    """Show one person."""
    return _person_page(staff_page("people"), console.check_uuid(person))


@blueprint.post("/nguoi/<person>/sua")
def edit_person(person: str) -> AnyResponse:
    """Change name, number, village."""
    return _act(
        person, "done_edited", lambda staff, form: console_roles.edit_person(staff, person, _named(form))
    )


@blueprint.post("/nguoi/<person>/vai")
def give_role(person: str) -> AnyResponse:
    """Give a role in an organisation."""
    return _act(
        person,
        "done_role",
        lambda staff, form: console_roles.give_role(
            staff, person, form.get("htx", ""), form.get("vai", ""), _until(form)
        ),
    )


@blueprint.post("/nguoi/<person>/ket-thuc")
def end_membership(person: str) -> AnyResponse:
    """End a membership."""
    return _act(
        person, "done_ended", lambda staff, form: console_roles.end_membership(staff, form.get("vai", ""))
    )


@blueprint.post("/nguoi/<person>/giup")
def give_help(person: str) -> AnyResponse:
    """Let a helper record for a household."""
    return _act(
        person,
        "done_help",
        lambda staff, form: console_roles.give_help(
            staff, form.get("vai", ""), form.get("ho", "").partition(" ")[0], _until(form)
        ),
    )


@blueprint.post("/nguoi/<person>/het-giup")
def end_help(person: str) -> AnyResponse:
    """End a right to help."""
    return _act(
        person,
        "done_help_ended",
        lambda staff, form: console_roles.end_help(staff, form.get("ho", ""), form.get("giup", "")),
    )


@blueprint.post("/nguoi/<person>/thon")
def set_villages(person: str) -> AnyResponse:
    """Say whose households a helper sees by name."""
    return _act(
        person,
        "done_villages",
        lambda staff, form: console_roles.set_villages(staff, form.get("vai", ""), form.getlist("thon")),
    )


def _act(person: str, said: str, work: Callable[[Staff, MultiDict[str, str]], None]) -> AnyResponse:
    staff = staff_page("people")
    console.check_uuid(person)
    try:
        work(staff, request.form)
    except NotDone as wrong:
        return _person_page(staff, person, wrong)
    return redirect(f"{PEOPLE}/{person}?xong={said}", 303)


def _person_page(staff: Staff, person: str, wrong: NotDone | None = None) -> Response:
    found = console_people.person_page(staff, person)
    if found.person.id != person and wrong is None:
        return redirect(f"{PEOPLE}/{found.person.id}", 303)  # type: ignore[return-value]
    return show(
        "person.html",
        staff,
        place="people",
        status=200 if wrong is None else 422,
        page=found,
        orgs=console_roles.places_to_give(staff, found.person.id),
        villages=console_people.villages(),
        farms=console_people.farm_codes(staff, found.person.organisation if found.is_own else "", CODES_MAX),
        help_until=last_day(requesting.help_end(now_ms())),
        last_day=last_day,
        now=now_ms(),
        public_url=current_settings().public_url,
        typed=request.form,
        wrong=wrong,
        done=done_said(),
    )


def _new_page(staff: Staff, wrong: NotDone | None = None) -> Response:
    return show(
        "person_new.html",
        staff,
        place="people",
        status=200 if wrong is None else 422,
        orgs=console_roles.places_to_give(staff),
        villages=console_people.villages(),
        typed=request.form,
        wrong=wrong,
        like=wrong.found if isinstance(wrong, Similar) else (),
    )


def _named(form: MultiDict[str, str]) -> Named:
    return Named(form.get("ten", ""), form.get("so", ""), form.get("thon", ""))


def _until(form: MultiDict[str, str]) -> int | None:
    """Return when the day that a form names is over, None for none. Raises: NotDone for what is no day."""
    text = form.get("den", "").strip()
    if not text:
        return None
    day = parse_day(text)
    if not day:
        raise NotDone("not_day")
    return day_end(day)


def _uuid_arg(name: str) -> str:
    text = request.args.get(name, "")
    return console.check_uuid(text) if text else ""


def _plain(text: str) -> str:
    """Return an id or code of a form as an address carries it; nothing for anything else."""
    return (
        text
        if len(text) <= 40 and text.replace("-", "").replace("_", "").isalnum() and text.isascii()
        else ""
    )
