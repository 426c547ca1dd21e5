"""Requests made from the OpenAPI document, right and wrong: no request of any shape is a fault of ours.

As a stranger and once in every role; over WSGI. `TIMES=20` asks more.
Does not find what needs a history (tests/simulation) or a foreign identity (test_matrix.py).
Source: faults.md §3.4, P11.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask_migrate import upgrade
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.app import create_app
from server.config import Settings
from server.problems import CATALOGUE
from sync.rights import HOUSEHOLD, OPERATOR, ROLES, SENSOR
from tests.server.ops import make, scope_of
from tests.server.phones import ORIGIN, Phone, enrolled, start
from tests.server.pictures import hash_of

EXAMPLES = 4 * int(os.environ.get("TIMES", "1"))
OTHER = "019a0000-0000-7000-8000-00000000dead"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
STRANGER = "stranger"
CALLERS = (STRANGER, *(role for role in ROLES if role not in (OPERATOR, SENSOR)))
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Give one migrated app for all requests of this file."""
    folder = tmp_path_factory.mktemp("schemathesis")
    app = create_app(
        Settings(data_dir=folder, origin=ORIGIN, demo=False, tree_every_seconds=0, log_level="CRITICAL")
    )
    with app.app_context():
        upgrade()
        start()
        yield app


@pytest.fixture(scope="module")
def people(service: Flask) -> dict[str, Phone]:
    """Give a device of every role."""
    return {
        role: enrolled(service.test_client(), f"Người {role}", "Nhà Lụa" if role in HOUSEHOLD else None, role)
        for role in CALLERS
        if role != STRANGER
    }


@pytest.fixture(scope="module")
def api(service: Flask, people: dict[str, Phone]) -> Any:
    """Give the document with the names of things that are there, so that right requests reach something."""
    document = deepcopy(service.test_client().get("/api/v1/openapi.json").json)
    scope = scope_of(people["owner"])
    ops = [make(people["owner"], scope, n, entry=n) for n in (1, 2)] + [{"body": "{}", "signature": "AA"}]
    known = {
        "kind": ["farm", "org", "x"], "uuid": [scope.partition(":")[2], OTHER, "x"],
        "sha256": [hash_of(b"\x1a\x45\xdf\xa3 sound"), "x" * 43], "scope": [scope, f"farm:{OTHER}", "x"],
        "doc": ["entry:019a0000-0000-7000-8000-000000000001", "x"], "Tus-Resumable": ["1.0.0", "9"],
        "Upload-Length": ["9", "0", "x", "12000001"], "Upload-Offset": ["0", "3", "-1"],
        "from": ["entry:019a0000-0000-7000-8000-000000000001", "x"], "at": ["0", "1.1.x"],
        "sensor": [OTHER, "x"], "measure": ["water_temperature", "x"], "span": ["day", "year", "x"],
        "Upload-Metadata": ["sha256 eA==", "x", ""], "Upload-Checksum": ["sha256 AAAA", "md5 AAAA"],
    }  # fmt: skip
    for path in document["paths"].values():
        listed = [path.get("parameters", [])] + [
            one.get("parameters", []) for one in path.values() if isinstance(one, dict)
        ]
        for one in (parameter for parameters in listed for parameter in parameters):
            if one.get("name") in known:
                one["schema"] = {"type": "string", "enum": known[one["name"]]}
    body = document["paths"]["/api/v1/sync"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    body["properties"]["ops"]["items"] = {"enum": ops}
    body["properties"]["cursors"] = {
        "type": "object",
        "properties": {scope: {"enum": ["0", f"1.1.{'A' * 43}"]}},
    }
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = service
    return loaded


def test_the_document_names_every_route_of_the_api(service: Flask) -> None:
    document = service.test_client().get("/api/v1/openapi.json").json
    named = set(document["paths"])
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in service.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and "openapi" not in rule.rule
    }
    assert routes <= named


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda one: str(one.value))
@pytest.mark.parametrize("role", CALLERS)
def test_every_answer_is_one_that_the_document_promises(
    api: Any, people: dict[str, Phone], role: str, mode: GenerationMode
) -> None:
    for found in api.get_all_operations():
        operation = found.ok()
        if mode == GenerationMode.NEGATIVE and not _has_input(operation):
            continue

        @settings(
            max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def probe(case: Any) -> None:
            answer = case.call(headers=headers_of(people, role))
            case.validate_response(answer, checks=CHECKS)
            check_problem(case, answer)

        probe()


def headers_of(people: dict[str, Phone], role: str) -> dict[str, str]:
    """Return what a role sends with every request; a session that ended is opened anew."""
    plain = {"Accept-Encoding": "identity"}  # its WSGI transport does not unpack
    if role not in people:
        return plain
    phone = people[role]
    if phone.client.get("/api/v1/reference", headers=phone.headers).status_code == 401:
        assert phone.open_session().status_code == 200
    return phone.headers | plain


def check_problem(case: Any, answer: Any) -> None:
    """Hold a failing answer against the catalogue of problems."""
    if answer.status_code < 400 or case.method.upper() == "HEAD":
        return
    assert answer.headers["content-type"][0].startswith("application/problem+json")
    document = answer.json()
    slug = document["type"].removeprefix("/problems/")
    assert slug in CATALOGUE
    assert document["status"] == answer.status_code
    assert set(document) <= {"type", "title", "status", "instance", "next_step", "detail", "errors"}


def _has_input(operation: Any) -> bool:
    return bool(operation.body or operation.query or operation.headers or operation.path_parameters)
