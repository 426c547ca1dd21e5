"""Every role × every route × own, same cooperative, foreign: who may gets it, others as if missing.

The routes come from the OpenAPI document and the console's rules, the expectation from the table of rights.
Does not see what a step-up or the values of a form decide.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server.app import create_app
from server.config import Settings
from server.db import db
from server.problems import CATALOGUE
from server.services import read_only
from sync import rights
from sync.rights import HELPERS, HOUSEHOLD, OPERATOR, ROLES, SENSOR, may_ask, may_settle
from tests.server.conftest import create_schema
from tests.server.consoles import fake_build
from tests.server.diaries import new_uuid
from tests.server.matrix import FOREIGN, MISSING, OWN, SAME, STRANGER, Caller, Place, World, make_world
from tests.server.matrix_routes import (
    FIELDS,
    FORMS,
    OPEN,
    PAGES,
    PERSONAL,
    PHOTO,
    ROUTES,
    UPLOADS,
    Route,
    own_org,
    reads_farm,
    reads_org,
    sees_page,
)
from tests.server.ops import make
from tests.server.phones import ORIGIN, slug

CALLERS = (STRANGER, *sorted(set(ROLES) - {OPERATOR, SENSOR}))
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give one world for all cells on each kind of database; what a cell writes spoils no other."""
    folder = tmp_path_factory.mktemp("matrix")
    postgres: Any = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = f"sqlite:///{folder / 'matrix.db'}" if postgres is None else postgres.make_filled()
    if postgres is None:
        create_schema(url)
    settings = Settings(
        data_dir=folder,
        database_url=url,
        origin=ORIGIN,
        demo=False,
        tree_every_seconds=0,
        log_level="CRITICAL",
    )
    app = create_app(settings)
    fake_build(app, folder / "dist")
    with app.app_context():
        yield make_world(app)
        app.extensions["watermark"].rest()
        db.engine.dispose()
    if postgres is not None:
        postgres.drop(url)


def test_every_route_is_in_the_matrix(world: World) -> None:
    app = world.app
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    routes = {
        (method, path) for path, one in document["paths"].items() for method in one if method in METHODS
    }
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/htx"):
            routes |= {(one.lower(), rule.rule) for one in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    known = {route.name for route in ROUTES} | OPEN | PERSONAL | {("get", path) for path in PAGES}
    known |= {("post", path) for path in FORMS}
    assert routes - known == set(), "a new route: say in tests/server/matrix_routes.py who may"
    assert known - routes == set(), "a route that is no longer there"


@pytest.mark.parametrize("role", CALLERS)
def test_case_066_067_069_who_may_gets_it_and_all_others_what_a_missing_one_gives(
    world: World, role: str
) -> None:
    caller = world.callers[role]
    wrong = []
    for route, where in itertools.product(ROUTES, (OWN, SAME, FOREIGN)):
        place = world.places[where]
        answer = route.ask(caller, place)
        if route.may(role, where):
            is_right = answer.status_code in route.good
        elif route.knows(role, where):
            is_right = (answer.status_code, slug(answer)) == (403, "no_right")
        else:
            missing = route.ask(caller, world.places[MISSING])
            is_right = shown(answer) == shown(missing) and not leaks(answer, place)
            is_right = is_right and (route.narrows or is_denial(answer, route.method))
        if not is_right:
            wrong.append((*route.name, where, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", ["manager", "owner", "auditor"])
def test_in_read_only_mode_whoever_looks_gets_the_same_and_nothing_is_taken(world: World, role: str) -> None:
    caller, place = world.callers[role], world.places[OWN]
    looks = [route for route in ROUTES if route.method in ("GET", "HEAD")]
    before = {one: caller.ask("GET", one).status_code for one in PAGES}
    before |= {one: one.ask(caller, place).status_code for one in looks}
    read_only.switch_on("chuyển máy")
    try:
        after = {one: caller.ask("GET", one).status_code for one in PAGES}
        after |= {one: one.ask(caller, place).status_code for one in looks}
        assert after == before
        taken = [
            (method, rule.rule)
            for rule in world.app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) & {"POST", "PATCH", "PUT", "DELETE"})
            if rule.endpoint not in read_only.PASSES and caller.ask(method, named(rule)).status_code != 503
        ]
        assert taken == []
    finally:
        read_only.switch_off()


def named(rule: Rule) -> str:
    """Return an address of a rule; what it names is nowhere."""
    values = {name: 1 if "int:" in rule.rule else new_uuid() for name in rule.arguments}
    for choice in re.findall(r"<any\(([^)]*)\):(\w+)>", rule.rule):
        values[choice[1]] = choice[0].split(",")[0]
    found = rule.build(values)
    assert found is not None
    return found[1]


HALTED = [f"{role}, {state}" for role in ("owner", "manager") for state in ("waiting", "ended", "revoked")]


@pytest.mark.parametrize("name", HALTED)
def test_a_device_that_waits_was_revoked_or_whose_right_ended_gets_no_place(world: World, name: str) -> None:
    caller = world.halted[name]
    for route, where in itertools.product(ROUTES, (OWN, SAME, FOREIGN)):
        answer, place = route.ask(caller, world.places[where]), world.places[where]
        if name == "owner, waiting" and where == OWN and is_bringing(route):
            assert is_given(route, answer), route.name  # its photos wait with its ops
            continue
        assert answer.status_code in (303, 401, 403, 404), (route.name, where)
        assert shown(answer) == shown(route.ask(caller, world.places[MISSING])), (route.name, where)
        assert not leaks(answer, place)
    for path in PAGES:
        answer = caller.ask("GET", path)
        assert answer.status_code in (303, 401, 403, 404), path
        assert not any(leaks(answer, place) for place in world.places.values())


def is_bringing(route: Route) -> bool:
    """Return whether a route takes the bytes of a farm's photo, or tells how far they came."""
    return route.rule in (UPLOADS, PHOTO) and route.method != "GET" and reads_farm in (route.may, route.knows)


def is_given(route: Route, answer: TestResponse) -> bool:
    """Return whether a route was answered as to one who may; nobody ends an upload of another's device."""
    return answer.status_code in (route.good if route.method != "DELETE" else (403,))


def shown(answer: TestResponse) -> tuple[int, str, str]:
    """Return what somebody learns from an answer, but for its words."""
    is_problem = answer.mimetype == "application/problem+json" and answer.get_data()
    return answer.status_code, answer.mimetype or "", slug(answer) if is_problem else ""


def is_denial(answer: TestResponse, method: str = "GET") -> bool:
    """Return whether nothing was given: missing, not signed in, or led elsewhere before anything was done."""
    to = answer.headers.get("Location", "")
    led = answer.status_code == 303 and (method == "GET" or to.startswith("/htx/vao"))
    return led or answer.status_code in (401, 404)


def leaks(answer: TestResponse, place: Place) -> list[str]:
    """Return what an answer tells of a place."""
    text = answer.get_data().decode("utf-8", "replace")  # a file's bytes, too
    return [secret for secret in place.secrets if secret in text]


@pytest.mark.parametrize("role", CALLERS)
def test_a_page_is_there_for_those_of_the_table_and_tells_nothing_of_a_foreign_place(
    world: World, role: str
) -> None:
    caller = world.callers[role]
    for path, page in PAGES.items():
        answer = caller.ask("GET", path)
        sees = sees_page(role, path, page)
        assert (answer.status_code == 200) == sees, (path, answer.status_code)
        assert sees or is_denial(answer)
        hidden = (OWN, SAME, FOREIGN) if page in ("commune", "account") else (FOREIGN,)
        assert not any(leaks(answer, world.places[where]) for where in hidden), path
    for path, page in FORMS.items():
        answer = caller.ask("POST", path, data=FIELDS.get(path, {}))
        sees = sees_page(role, path, page)
        assert answer.status_code in (200, 303, 422) if sees else is_denial(answer, "POST"), path
        assert not leaks(answer, world.places[FOREIGN])


@pytest.mark.parametrize("role", CALLERS)
def test_what_is_open_tells_everybody_the_same_and_nothing_of_a_place(world: World, role: str) -> None:
    paths = [(method, path.replace("<path:rest>", "khong-co")) for method, path in sorted(OPEN)]
    names = {"kind": "farm", "uuid": world.places[OWN].farm, "sha256": world.places[OWN].photo}
    for method, path in paths:
        answers = [
            world.callers[one].ask(method.upper(), path.format(**names), json={} if "/api/" in path else None)
            for one in (role, STRANGER)
        ]
        assert shown(answers[0]) == shown(answers[1]), path
        assert not any(leaks(answer, place) for answer in answers for place in world.places.values())


@pytest.mark.parametrize("role", CALLERS)
def test_what_is_the_callers_own_tells_nothing_of_others(world: World, role: str) -> None:
    caller = world.callers[role]
    own = ("/api/v1/reference", "/api/v1/me/devices", "/api/v1/me/reminders", "/api/v1/households", "/htx/")
    for path in own:
        answer = caller.ask("GET", path)
        if role == STRANGER:
            assert is_denial(answer)
        told = [where for where in (SAME, FOREIGN) if leaks(answer, world.places[where])]
        same_too = reads_farm(role, SAME) or reads_org(role, SAME)
        assert told == ([SAME] if same_too and path != "/api/v1/households" and SAME in told else []), path
    households = caller.ask("GET", "/api/v1/households").status_code
    assert households == (401 if role == STRANGER else 200 if role in HELPERS else 403)


@pytest.mark.parametrize("role", CALLERS)
def test_a_pull_gives_the_logs_that_the_table_names(world: World, role: str) -> None:
    caller = world.callers[role]
    for where in (OWN, SAME, FOREIGN, MISSING):
        place = world.places[where]
        scopes = {f"farm:{place.farm}": reads_farm, f"org:{place.organisation}": reads_org}
        for scope, reads in scopes.items():
            answer = caller.ask(
                "POST", "/api/v1/sync", json={"cursors": {scope: "0"}, "ops": [], "access": ""}
            )
            if role == STRANGER:
                assert answer.status_code == 401
                continue
            said = answer.get_json()
            assert bool([op for op in said["ops"] if op["scope"] == scope]) == reads(role, where), (
                where,
                scope,
            )
            assert (scope in [one["scope"] for one in said["scopes"]]) == reads(role, where)


TYPES = [(kind, one) for kind, rows in rights.types().items() if kind != SENSOR for one in rows]
JUDGED_APART = {"device", "passkey"}  # by whom they speak of: test_people.py, test_administrator.py
NUMBERS = itertools.count(1000)


def knows(role: str, kind: str, where: str) -> bool:
    """Return whether a role has or had a right in a scope, so that its ops wait there for a person."""
    if role == "officer" or (role == "administrator" and kind == "farm"):
        return False  # the commune's
    if kind == "farm" and role in HOUSEHOLD | HELPERS:
        return where == OWN
    return where in (OWN, SAME)


@pytest.mark.parametrize("role", sorted(set(CALLERS) - {STRANGER}))
def test_case_052_066_067_an_op_of_every_type_is_taken_held_or_unknown_as_the_table_says(
    world: World, role: str
) -> None:
    caller = world.callers[role]
    sent, cells = [], []
    for (kind, doc_type), where in itertools.product(TYPES, (OWN, SAME, FOREIGN, MISSING)):
        if doc_type in JUDGED_APART:
            continue
        scope = f"{kind}:{getattr(world.places[where], 'farm' if kind == 'farm' else 'organisation')}"
        doc = f"{doc_type}:{new_uuid()}"
        sent.append(make(phone_of(caller), scope, next(NUMBERS), doc=doc, fields={"text": "x"}))
        cells.append((kind, doc_type, where, expected(role, kind, doc_type, where)))
    answer = caller.ask("POST", "/api/v1/sync", json={"cursors": {}, "ops": sent, "access": ""}).get_json()
    got = [(one["result"], one.get("problem")) for one in answer["results"]]
    assert [(*cell, one) for cell, one in zip(cells, got, strict=True) if cell[3] != one] == []


def expected(role: str, kind: str, doc_type: str, where: str) -> tuple[str, str | None]:
    """Return what the table says becomes of the first op of a document."""
    reads = reads_farm if kind == "farm" else reads_org
    is_blind = rights.is_unread(kind, doc_type) and own_org(role, where)
    if (reads(role, where) or is_blind) and rights.may_write(role, kind, doc_type, is_first=True):
        return (
            ("held", "step_up")
            if rights.needs_step_up(kind, doc_type) and "step_up" in CATALOGUE
            else ("accepted", None)
        )
    return ("held", "no_right") if knows(role, kind, where) else ("later", "scope_unknown")


@pytest.mark.parametrize("role", sorted(set(CALLERS) - {STRANGER}))
def test_a_request_is_settled_waits_or_is_declined_as_the_table_says(world: World, role: str) -> None:
    caller = world.callers[role]
    wrong = []
    for where in (OWN, SAME, FOREIGN, MISSING):
        place = world.places[where]
        helper = phone_of(caller).shown["by"] if role in HELPERS else place.aide
        agreed = {"person": place.person, "purpose": "diary", "text_version": "1", "means": "screen"}
        asked = {
            "membership": {"person": place.person, "farm": place.farm, "role": "member"},
            "help": {"farm": place.farm, "membership": helper},
            "consent": agreed,
        }
        rows = [
            {"id": new_uuid(), "kind": kind, "made_at": 1, "values": values} for kind, values in asked.items()
        ]
        answer = caller.ask("POST", "/api/v1/requests", json={"requests": rows}).get_json()
        for kind, one in zip(asked, answer["results"], strict=True):
            if one["result"] not in answers(role, kind, where):
                wrong.append((kind, where, one))
    assert wrong == []


def answers(role: str, kind: str, where: str) -> tuple[str, ...]:
    """Return how a request about a place may be answered."""
    reached = where in (OWN, SAME) and role != "officer"
    if kind == "consent" and role in HOUSEHOLD:
        reached = False  # the place's person is another one
    if not may_ask(role, kind) or not reached or kind == "membership":
        return ("declined",)  # that the person is a member already is said to those alone who may know
    is_helped = role not in HELPERS or where == OWN
    return ("settled",) if may_settle(role, kind) and is_helped else ("waiting",)


def phone_of(caller: Caller) -> Any:
    """Return the device of somebody who has one."""
    assert caller.phone is not None
    return caller.phone
