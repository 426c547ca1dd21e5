"""What keeps strangers out and a village in: addresses that thousands share, foreign pages, secrets, the log.

Source: security.md §7.1, §7.3, §7.4; faults.md group I.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, inspect, select
from werkzeug.routing import AnyConverter, IntegerConverter

from server.app import create_app
from server.config import Settings, SettingsError, now_ms, parse_settings
from server.db import db, reading, run_write
from server.errors import ServiceError
from server.models.devices import DeviceRow, InviteTry
from server.rim import JsonLines
from server.services import joining, sessions
from server.services.inviting import InviteLink
from tests.server.consoles import OURS, PAGES, Browser, conflict_of_two, entry_path, fake_build
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import Phone, enrolled, invite_to, secret_of, slug, start

VILLAGE = 2000
CARRIER = "100.64.0.1"  # one address of a carrier's network
XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "';alert(1)//",
    "</title><svg onload=alert(1)>",
)


@pytest.fixture
def lua(app: Flask, client: FlaskClient, tmp_path: Path) -> Diary:
    """Give the diary of a household, and a build of the console."""
    fake_build(app, tmp_path / "dist")
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


@pytest.fixture
def hurried(app: Flask) -> None:
    """Let the database not wait for its disk: thousands of commits in a test."""

    def hurry(raw: Any, _record: object) -> None:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("PRAGMA journal_mode = MEMORY")

    event.listen(db.engine, "connect", hurry)
    db.engine.dispose()


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_two_thousand_phones_of_one_address_come_back_in_one_minute(app: Flask, lua: Diary) -> None:
    with reading() as session:
        known = session.scalars(select(DeviceRow).where(DeviceRow.device == lua.phone.key.device)).one()
        row = {column.name: getattr(known, column.key) for column in DeviceRow.__table__.columns}
    devices = [f"{number:032b}".replace("0", "a").replace("1", "b") for number in range(VILLAGE)]
    rows = [row | {"doc": f"device:{new_uuid()}", "device": device} for device in devices]
    run_write(lambda session: session.execute(insert(DeviceRow), rows))
    now = now_ms()
    assert len({sessions.challenge(device, CARRIER, now) for device in devices}) == VILLAGE
    sessions.challenge(lua.phone.key.device, CARRIER, now)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_right_looks_at_invitations_count_against_no_address(
    lua: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "WRONG_PER_HOUR", 2)
    link, now = invite_to("Bùi Văn Mới", "Nhà Lụa", "member"), now_ms()
    for _ in range(20):
        assert joining.look(link.invite, secret_of(link), None, CARRIER, now).shown["farm"] == "Nhà Lụa"


def test_who_guesses_from_an_address_is_stopped_and_its_neighbours_still_join(
    lua: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "WRONG_PER_HOUR", 20)
    link, now = invite_to("Bùi Văn Mới", "Nhà Lụa", "member"), now_ms()
    told = []
    for number in range(joining.WRONG_PER_HOUR + 3):
        with pytest.raises(ServiceError) as caught:
            joining.look(f"019a0000-0000-7000-8000-{number:012x}", "A" * 22, None, CARRIER, now)
        told.append(caught.value.slug)
    assert told[joining.WRONG_PER_HOUR - 1 :] == ["invite_unknown"] + ["too_many"] * 3
    with reading() as session:
        assert session.query(InviteTry).count() == joining.WRONG_PER_HOUR  # made-up ids leave no more rows
    assert joining.look(link.invite, secret_of(link), None, CARRIER, now).kind == "phone"
    for _ in range(5):  # and an invitation that is there burns as ever
        with pytest.raises(ServiceError):
            joining.look(link.invite, "A" * 22, None, CARRIER, now)
    with pytest.raises(ServiceError) as caught:
        joining.look(link.invite, secret_of(link), None, CARRIER, now)
    assert caught.value.slug == "invite_burnt"


def test_case_095_there_is_no_password_and_a_flood_of_challenges_is_429(app: Flask, lua: Diary) -> None:
    columns = {
        column["name"]
        for table in inspect(db.engine).get_table_names()
        for column in inspect(db.engine).get_columns(table)
    }
    assert not {name for name in columns if "password" in name or "passwd" in name}
    asked = {"device": lua.phone.key.device}
    answers = [
        lua.phone.client.post("/api/v1/device/challenge", json=asked) for _ in range(sessions.PER_DEVICE + 1)
    ]
    assert [one.status_code for one in answers] == [200] * sessions.PER_DEVICE + [429]
    assert int(answers[-1].headers["Retry-After"]) <= 60
    other = enrolled(app.test_client(), "Vũ Văn Đạt", "Nhà Đạt")  # nobody else is locked out
    assert other.open_session().status_code == 200


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_094_a_batch_of_ten_thousand_ops_is_413_and_nothing_of_it_is_taken(lua: Diary) -> None:
    one = {"body": "{}", "signature": "A" * 86}
    sent = {"cursors": {}, "ops": [one] * 10_000, "access": ""}
    answer = lua.phone.client.post("/api/v1/sync", headers=lua.phone.headers | OURS, json=sent)
    assert answer.status_code == 413
    many = {"cursors": {}, "ops": [one] * 101, "access": ""}
    answer = lua.phone.client.post("/api/v1/sync", headers=lua.phone.headers | OURS, json=many)
    assert (answer.status_code, slug(answer)) == (413, "too_large")


def doors(app: Flask, method: str) -> list[str]:
    """Return every address of the app that takes a method, its variables filled in."""
    fixed = {"sha256": "A" * 43, "scope": f"farm:{new_uuid()}", "doc": f"entry:{new_uuid()}"}
    found = set()
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            values = {name: fixed.get(name, new_uuid()) for name in rule.arguments} | {"kind": "farm"}
            for name, converter in rule._converters.items():
                if isinstance(converter, AnyConverter):
                    values[name] = min(converter.items)
                elif isinstance(converter, IntegerConverter):
                    values[name] = "1"
            found.add(app.url_map.bind("localhost").build(rule.endpoint, values, method=method))
    return sorted(found)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_102_no_door_that_changes_anything_opens_for_a_foreign_page(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Thị Hoa", "manager")
    for method in ("POST", "PATCH", "DELETE", "PUT"):
        for door in doors(app, method):
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
                answer = browser.client.open(door, method=method, headers=headers)
                assert answer.status_code == 403, (method, door, headers)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_102_looking_changes_nothing(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Thị Hoa", "manager")
    beside = {"audit_events", "rate_counts", "view_heads", "device_seen"}  # what looking may leave

    def rows() -> dict[str, int]:
        with db.engine.connect() as connection:
            tables = sorted(set(inspect(db.engine).get_table_names()) - beside)
            count = "SELECT count(*) FROM {}"  # names of our own tables
            return {
                name: connection.exec_driver_sql(count.format(name)).scalar_one()
                for name in tables
                if not name.startswith("view_")
            }

    before = rows()
    for door in doors(app, "GET"):
        answer = browser.client.get(door, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code in {200, 302, 303, 304, 308, 400, 401, 403, 404, 405, 503}, (
            door
        )  # 503: not built here
    assert rows() == before


def test_case_103_what_people_write_is_text_on_every_page(app: Flask, lua: Diary) -> None:
    for text in XSS:
        plot = lua.plot(text)
        season = lua.season(text, plot)
        private = {"note": text, "performed_by": text}
        said = {"plots": [plot], "season": season, "target_pest": text}
        entry = lua.entry("CT-10", "2026-11-08", private, **said)
        lua.record(
            f"photo:{new_uuid()}", {"of": entry.doc, "sha256": "A" * 43, "kind": text}, {"caption": text}
        )
    conflict_of_two(app, lua)
    mean = enrolled(app.test_client(), XSS[0], XSS[1])
    mean.open_session()
    browser = Browser(app, XSS[1], "manager")
    paths = [*PAGES, "/htx/rieng", "/htx/so-xem", f"/htx/ho/{lua.farm}", entry_path(lua, entry), "/htx/nguoi"]
    for path in paths:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        source = answer.get_data(as_text=True)
        for text in XSS:
            assert text not in source, path
        assert "onerror=alert(1)>" not in source
        assert answer.headers["Content-Security-Policy"].count("require-trusted-types-for 'script'") == 1


def test_no_name_stands_in_any_address(app: Flask, lua: Diary) -> None:
    entry = lua.entry("CT-10", "2026-11-08", {"note": "Phun chiều", "performed_by": "Cô Hạnh"})
    browser = Browser(app, "Trần Thị Hoa", "manager")
    for path in (
        *PAGES,
        "/htx/rieng",
        "/htx/so-xem",
        "/htx/nguoi",
        f"/htx/ho/{lua.farm}",
        entry_path(lua, entry),
    ):
        source = browser.text(path)
        addresses = " ".join(re.findall(r'(?:href|action|src|formaction)="([^"]*)"', source))
        assert entry.uuid in addresses or "/htx/" in addresses, path
        assert not {word for word in ("Lụa", "Hoa", "Hạnh", "Phun", "%E1%BB") if word in addresses}, path
        for form in re.findall(r"<form[^>]*method=\"get\".*?</form>", source, re.S):
            assert not re.findall(
                r'<input(?![^>]*(?:name="(?:from|to)"|type="(?:hidden|checkbox|radio)"))', form
            ), path


def test_every_answer_keeps_to_itself_whatever_it_is(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Thị Hoa", "manager")
    for door in ["/", "/htx/vao", "/i/x", "/sw.js", "/nothing", "/api/v1/sync", "/health", *PAGES]:
        headers = browser.get(door).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], door
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], door
        assert headers["X-Content-Type-Options"] == "nosniff", door
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", door
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", door
        assert "geolocation=(self)" in headers["Permissions-Policy"], door
        assert "Access-Control-Allow-Origin" not in headers, door
        assert "Server" not in headers or "Werkzeug" not in headers["Server"], door


def test_over_https_cookies_are_bound_to_the_host_and_the_browser_stays_on_it(settings: Settings) -> None:

    made = create_app(replace(settings, public_url="https://so.example.vn"))
    with made.app_context():
        start()
        link = invite_to("Trần Thị Hoa", None, "manager")
        client = made.test_client()
        phone = Phone(client)
        answer = phone.join(link)
        cookies = answer.headers.getlist("Set-Cookie")
        assert answer.status_code == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        for cookie in cookies:
            assert cookie.startswith("__Host-"), cookie
            assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; ")), cookie
        db.engine.dispose()


def test_no_setting_has_a_secret_as_its_default() -> None:
    words = {"key", "keys", "secret", "password", "token"}
    secret = [one for one in fields(Settings) if words & set(one.name.split("_"))]
    # Keys are files that `setup` makes; tokens that others know too stand in the environment, or in a file.
    tokens = {"city_token", "metrics_token"}
    assert {(one.name, one.default, one.repr) for one in secret} == {(name, "", False) for name in tokens}
    for name in tokens:
        with pytest.raises(SettingsError, match="leave one out"):
            parse_settings({name.upper(): "x", f"{name.upper()}_FILE": "/nowhere"})
    assert Settings().database_url == ""


def test_an_address_with_a_password_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "database"
    file.write_text("postgresql://so:mat-khau@db/so\n", "utf-8")
    found = parse_settings({"DATABASE_URL_FILE": str(file)})
    assert found.database_url == "postgresql+psycopg://so:mat-khau@db/so"
    with pytest.raises(SettingsError, match="leave one out"):
        parse_settings({"DATABASE_URL_FILE": str(file), "DATABASE_URL": "sqlite:////x"})
    with pytest.raises(SettingsError, match="DATABASE_URL_FILE"):
        parse_settings({"DATABASE_URL_FILE": str(tmp_path / "none")})


def test_the_first_administrator_comes_in_by_a_link_that_works_once(app: Flask, client: FlaskClient) -> None:
    said = app.test_cli_runner().invoke(args=["setup", "--village", "Thôn Đông"]).output
    place = said.partition("#i=")[2].split()[0]
    invite, _, secret = place.partition(".")

    link = InviteLink(invite, f"x#i={invite}.{secret}", "", "", 0, is_staff=True)
    first = Phone(client)
    assert first.join(link).status_code == 200
    second = Phone(app.test_client())
    assert slug(second.look(link)) == "invite_used"


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """Give what the server logs meanwhile, as an operator's file holds it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    handler.setLevel(logging.DEBUG)
    logger = logging.getLogger("so_nha_nong")
    logger.addHandler(handler)
    try:
        yield out
    finally:
        logger.removeHandler(handler)


def test_no_name_phone_position_token_invitation_or_scope_is_ever_logged(
    app: Flask, lua: Diary, client: FlaskClient
) -> None:
    secrets: set[str] = {
        "Phạm Thị Lụa",
        "Nhà Lụa",
        "0912345678",
        "Phun chiều",
        "1058123456",
        lua.farm,
        lua.scope,
    }
    with listening() as out:
        link = invite_to("Vũ Văn Đạt", "Nhà Lụa", "member")
        other = enrolled(app.test_client(), "Vũ Văn Đạt", "Nhà Lụa", "member")
        secrets |= {
            "Vũ Văn Đạt",
            link.invite,
            secret_of(link),
            other.token,
            lua.phone.token,
            lua.phone.nonce(),
        }
        client.get(f"/i/{link.invite}")
        wrong: Any = lua.phone.look(link, code="00000000")
        assert wrong.status_code == 404
        entry = lua.entry(
            "CT-10", "2026-11-08",
            {"note": "Phun chiều", "position": {"lat": 207_000_000, "lng": 1_058_123_456, "accuracy_m": 5}},
        )  # fmt: skip
        secrets |= {entry.id, entry.uuid, lua.phone.shown["by"]}
        person = {"name": "Phạm Thị Lụa", "phone": "0912345678"}
        asked = {"id": new_uuid(), "kind": "person", "made_at": now_ms(), "values": person}
        lua.phone.client.post(
            "/api/v1/requests", headers=lua.phone.headers | OURS, json={"requests": [asked]}
        )
        for path in (
            f"/api/v1/scopes/{lua.scope}/start", f"/api/v1/scopes/{lua.scope}/documents/{entry.doc}",
            f"/api/v1/photos/farm/{lua.farm}/{'A' * 43}", "/api/v1/reference",
            f"/nothing/{lua.farm}?name=Lụa",
        ):  # fmt: skip
            lua.phone.client.get(path, headers=lua.phone.headers)
        browser = Browser(app, "Trần Thị Hoa", "manager")
        secrets |= {"Trần Thị Hoa", browser.phone.token}
        for path in (*PAGES, entry_path(lua, entry), f"/htx/ho/{lua.farm}", "/htx/rieng", "/htx/so-xem"):
            browser.get(path)
        made = {"revoked": True, "reason": "Mất máy của Phạm Thị Lụa"}
        browser.sign(
            browser.phone.shown["scope"], lua.phone.shown["doc"], made, sorted({o["id"] for o in ()}) or []
        )
        lua.phone.client.post(
            "/api/v1/sync", data=b"\xff{Ph", headers=lua.phone.headers, content_type="application/json"
        )
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(lines) > 20
    text = out.getvalue() + json.dumps(lines, ensure_ascii=False)
    assert {secret for secret in secrets if secret in text} == set()
