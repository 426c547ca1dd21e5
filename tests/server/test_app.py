"""What holds for every request: problems, headers, foreign pages, compression, log lines, the app's files."""

from __future__ import annotations

import gzip
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import text

from server.api.bodies import read_json_body
from server.app import create_app
from server.config import Settings
from server.db import DatabaseBusy, DatabaseFull, writing
from server.errors import ServiceError
from server.problems import CATALOGUE, NEXT_STEPS
from server.rim import CSP, JsonLines
from server.services.schema_guard import NewerSchema
from sync.errors import Refusal

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
LIMIT = 10_000


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Give an app with a few doors of its own, that read a body or fail."""
    made = create_app(settings)
    made.add_url_rule("/echo", view_func=lambda: read_json_body(LIMIT), methods=["POST"])
    made.add_url_rule("/fail/<what>", view_func=_fail)
    with made.app_context():
        yield made


def _fail(what: str) -> str:
    failures: dict[str, Exception] = {
        "service": ServiceError("invite_used", "Lời mời đã dùng hôm qua."),
        "refusal": Refusal("bad_key", "secret words"),
        "busy": DatabaseBusy(),
        "full": DatabaseFull(),
        "bug": ValueError("secret words"),
    }
    raise failures[what]


@pytest.mark.parametrize(
    ("what", "status", "slug"),
    [
        ("service", 410, "invite_used"),
        ("refusal", 422, "bad_key"),
        ("busy", 503, "busy"),
        ("full", 507, "storage_full"),
        ("bug", 500, "unexpected"),
    ],
)
def test_every_failure_is_a_problem_document_without_its_exception_text(
    client: FlaskClient, what: str, status: int, slug: str
) -> None:
    answer = client.get(f"/fail/{what}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert (answer.json["type"], answer.json["instance"]) == (f"/problems/{slug}", f"/fail/{what}")
    assert "secret" not in answer.text
    assert ("Retry-After" in answer.headers) == (status in (503, 507))


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("POST", "/nothing/here", 404, "not_found"),
        ("PUT", "/api/v1/nothing", 404, "not_found"),
        ("DELETE", "/api/v1/sync/more", 404, "not_found"),
        ("POST", "/health", 405, "method"),
        ("PUT", "/api/v1/sync", 405, "method"),
        ("PUT", "/api/v1/photos/farm/x", 405, "method"),
    ],
)
def test_what_flask_refuses_is_a_problem_too(
    client: FlaskClient, method: str, path: str, status: int, slug: str
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.json["type"]) == (status, f"/problems/{slug}")


def test_every_problem_is_explained_in_both_languages(client: FlaskClient) -> None:
    for problem in CATALOGUE.values():
        page = client.get(f"/problems/{problem.slug}").text
        assert NEXT_STEPS[problem.next_step][0] in page
        assert NEXT_STEPS[problem.next_step][1] in page
    assert client.get("/problems/no_such").status_code == 404


def test_a_gzip_body_is_read(client: FlaskClient) -> None:
    answer = _post(client, gzip.compress(b'{"a":1}'))
    assert answer == (200, {"a": 1})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not gzip", 400),
        (gzip.compress(b'{"a":1}')[:-6], 400),
        (gzip.compress(b'{"a":1}') + b"more", 400),
        (gzip.compress(b'{"a":' + b" " * 50_000_000 + b"1}"), 413),
        (gzip.compress(b"[1]"), 400),
        (gzip.compress(b'{"a":1,"a":2}'), 400),
        (gzip.compress(b'{"a":NaN}'), 400),
        (gzip.compress(b'{"a":"\xff"}'), 400),
        (gzip.compress(b"[" * 9000), 400),
    ],
    ids=["broken", "cut", "trailing", "bomb", "list", "double", "nan", "utf8", "deep"],
)
def test_a_bad_body_is_refused_and_never_5xx(client: FlaskClient, body: bytes, status: int) -> None:
    assert _post(client, body)[0] == status


def test_a_plain_body_above_the_limit_is_413_and_another_type_415(client: FlaskClient) -> None:
    long = json.dumps({"a": "x" * LIMIT})
    assert client.post("/echo", data=long, content_type="application/json").status_code == 413
    assert client.post("/echo", data="{}", content_type="text/plain").status_code == 415
    assert _post(client, b"{}", encoding="br")[0] == 415


def _post(client: FlaskClient, body: bytes, encoding: str = "gzip") -> tuple[int, object]:
    headers = {"Content-Encoding": encoding}
    answer = client.post("/echo", data=body, headers=headers, content_type="application/json")
    return answer.status_code, answer.json


def test_every_answer_has_the_headers_that_keep_a_page_to_itself(client: FlaskClient) -> None:
    headers = client.get("/health").headers
    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/api/v1/openapi.json").headers["Cache-Control"] == "no-store"
    assert "unsafe" not in CSP


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Cookie": "a=b", "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Cookie": "a=b", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Cookie": "a=b", "Origin": "https://evil.example"}, 403),
        ({"Cookie": "a=b"}, 403),
        ({"Cookie": "a=b", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Cookie": "a=b", "Origin": "http://localhost"}, 200),
        ({"Origin": "https://evil.example"}, 200),
    ],
)
def test_case_102_an_unsafe_request_with_a_cookie_must_come_from_our_own_page(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    headers = dict(headers)
    if headers.pop("Cookie", None):
        client.set_cookie("a", "b")
    answer = client.post("/echo", data="{}", content_type="application/json", headers=headers)
    assert answer.status_code == status


def test_an_answer_is_compressed_where_it_pays_and_is_asked(client: FlaskClient) -> None:
    plain = client.get("/api/v1/openapi.json")
    packed = client.get("/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in client.get("/health", headers={"Accept-Encoding": "gzip"}).headers


def test_a_log_line_holds_no_personal_data(client: FlaskClient) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("so_nha_nong")
    logger.addHandler(handler)
    client.get("/i/019a-geheim?name=Nguyen", headers={"Authorization": "Bearer token-x"})
    client.get("/fail/bug?name=Nguyen")
    logger.removeHandler(handler)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["request", "unexpected", "request"]
    assert (lines[0]["route"], len(lines[0]["request"])) == ("/i/<invite>", 16)
    assert not any(word in out.getvalue() for word in ("geheim", "Nguyen", "token-x", "secret"))


def test_the_phone_gets_its_files_with_the_right_life(app: Flask, tmp_path: Path) -> None:
    client = app.test_client()
    app.config["PWA_DIST"] = str(tmp_path / "dist")
    assert client.get("/").status_code == 503
    (tmp_path / "dist/assets").mkdir(parents=True)
    (tmp_path / "dist/.vite").mkdir()
    for name in ("index.html", "sw.js", "assets/phone-BxYz1234.js", "assets/phone-BxYz1234.js.br"):
        (tmp_path / "dist" / name).write_text(name)
    (tmp_path / "dist/.vite/manifest.json").write_text("{}")
    (tmp_path / "secret").write_text("secret")
    assert (client.get("/").text, client.get("/i/abc").text) == ("index.html", "index.html")
    assert client.get("/").headers["Cache-Control"] == "no-cache"
    assert client.get("/sw.js").headers["Cache-Control"] == "no-cache"
    script = client.get("/assets/phone-BxYz1234.js", headers={"Accept-Encoding": "br"})
    assert (script.headers["Content-Encoding"], script.mimetype) == ("br", "text/javascript")
    assert "immutable" in script.headers["Cache-Control"]
    for path in ("/../secret", "/%2e%2e/secret", "/.vite/manifest.json", "/none.js"):
        assert client.get(path).status_code == 404


def test_health_tells_that_it_lives_and_ready_what_is_missing(client: FlaskClient) -> None:
    assert client.get("/health").json == {"status": "ok"}
    ready = client.get("/ready")
    assert ready.json["checks"]["database"] is True
    assert (ready.status_code == 200) == all(ready.json["checks"].values())


def test_the_api_describes_itself(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert "/api/v1/photos/{kind}/{uuid}/{sha256}" in document["paths"]


def test_a_newer_schema_is_not_served(app: Flask, settings: Settings) -> None:
    with writing() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))"))
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES ('from_the_future')"))
    with pytest.raises(NewerSchema):
        create_app(settings)


def test_case_098_a_forwarded_address_counts_only_behind_a_configured_proxy(settings: Settings) -> None:
    seen = []
    for count in (0, 1):
        made = create_app(replace(settings, trusted_proxies=count))
        made.add_url_rule("/who", view_func=lambda: str(request.remote_addr))
        seen.append(made.test_client().get("/who", headers={"X-Forwarded-For": "9.9.9.9"}).text)
    assert seen == ["127.0.0.1", "9.9.9.9"]
