"""Reminders: a phone says where it may be woken; a command wakes it, seldom, by day, with nothing in it."""

from __future__ import annotations

import json
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.cli import reminders
from server.config import Settings
from server.db import reading, run_write
from server.models.people import Person
from server.models.reminders import PushSubscription
from server.services import person_export
from server.services.inviting import settle_device
from server.store import outward, people, web_push
from server.store.operator import load_private
from server.store.outward import BadHost
from server.store.push_key import FILES
from server.store.web_push import check_endpoint
from sync import ids
from sync.civil import add_days, ms_to_date
from tests.server.diaries import NOON, Diary, new_uuid
from tests.server.phones import OURS, enrolled, slug
from tests.server.push_service import HOST, PushService
from tests.server.test_consents import ask
from tests.server.test_reviews import Desk

HOUR = 3_600_000
DAY = 24 * HOUR
ADDRESS = f"https://{HOST}/fcm/send/may-cua-lua"


class Clock:
    """The server's clock, as the test sets it."""

    def __init__(self, app: Flask) -> None:
        self.now = NOON
        app.extensions["clock"] = lambda: self.now


class Wakeable:
    """A household's phone with reminders on, its cooperative, a push service, and the command."""

    def __init__(self, app: Flask, client: FlaskClient, service: PushService) -> None:
        self.app, self.service, self.clock = app, service, Clock(app)
        app.extensions["push_line"] = service.line
        self.desk = Desk(app, client)
        self.home = self.desk.home

    def switch(
        self, endpoint: str | None = ADDRESS, days: tuple[str, ...] = (), of: Diary | None = None
    ) -> Any:
        """Ask for reminders at an address, or for none."""
        phone = (of or self.home).phone
        sent = {"endpoint": endpoint, "days": list(days)}
        return phone.client.post("/api/v1/me/reminders", headers=phone.headers | OURS, json=sent)

    def agree(self, number: int = 1) -> None:
        """Say that the person agrees to be reminded."""
        phone = self.home.phone
        snapshot = phone.client.get("/api/v1/reference", headers=phone.headers).get_json()
        person = snapshot["me"]["person"]
        said = {"person": person, "purpose": "push", "text_version": "1", "means": "phone"}
        assert ask(phone, number, "consent", **said) == "settled"

    def later(self, ms: int) -> None:
        """Let time pass."""
        self.clock.now += ms

    def run(self) -> int:
        """Run the command; return how many messages the service has taken in by now."""
        done = self.app.test_cli_runner().invoke(args=["reminders", "send"])
        assert done.exit_code == 0, done.output
        return len(self.service.taken)

    def rows(self) -> list[PushSubscription]:
        """Return the subscriptions."""
        with reading() as session:
            return list(session.query(PushSubscription))

    def asked_back(self) -> None:
        """Let the cooperative ask back, a little after the phone was last heard of."""
        self.later(60_000)
        self.desk.hoa.phone.open_session()
        self.desk.review(self.desk.hoa, "asked")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Give the settings of a server that people reach."""
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        origin="vi-du.example/so",
        public_url="https://so.vi-du.example",
        demo=False,
    )


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    """Give a push service."""
    made = PushService(tmp_path)
    yield made
    made.close()


@pytest.fixture
def woken(app: Flask, client: FlaskClient, service: PushService) -> Wakeable:
    """Give a phone whose person agreed and switched reminders on."""
    made = Wakeable(app, client, service)
    made.agree()
    assert made.switch().get_json() == {"key": ids.b64_encode(FILES.load().public), "on": True}
    return made


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://10.0.0.7/x",
        "https://localhost/x",
        "https://so.vi-du.example/htx/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        f"http://{HOST}/x",
        f"https://{HOST}:8443/x",
        f"https://{HOST}@10.0.0.7/x",
        f"https://{HOST}.evil.example/x",
        f"https://evil{HOST}/x",
        "https://push.apple.com/x",
        f"https://{HOST}/x\r\nHost: nơi-khác",
        "không phải địa chỉ",
        "",
    ],
)
def test_case_099_an_address_that_is_no_push_service_is_refused(woken: Wakeable, endpoint: str) -> None:
    answer = woken.switch(endpoint)
    assert (answer.status_code, slug(answer)) == (422, "push_host")
    assert [row.endpoint for row in woken.rows()] == [ADDRESS]


@pytest.mark.parametrize(
    "address", ["10.0.0.7", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.7", "fd00::1"]
)
def test_case_099_a_push_service_whose_name_leads_inside_is_not_called(
    woken: Wakeable, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *_, **__: [(0, 0, 0, "", ("1.1.1.1", 443)), (0, 0, 0, "", (address, 443))],
    )
    with pytest.raises(BadHost):
        outward.dial_public(HOST, outward.TLS_PORT)


def test_the_hosts_are_the_operators_to_say() -> None:
    allowed = ["push.vi-du.example", "*.apple.example"]
    assert check_endpoint("https://push.vi-du.example/a?b", allowed) == "push.vi-du.example"
    assert check_endpoint("https://web.apple.example:443/a", allowed) == "web.apple.example"
    with pytest.raises(BadHost):
        check_endpoint(ADDRESS, allowed)


def test_a_question_of_the_cooperative_wakes_the_phone_and_says_nothing(woken: Wakeable) -> None:
    woken.asked_back()
    assert woken.service.taken == []  # nothing goes out within a request
    assert woken.run() == 1
    [message] = woken.service.taken
    assert (message.path, message.body) == ("/fcm/send/may-cua-lua", b"")
    assert message.key == FILES.public_key()
    claims = message.claims
    assert (claims["aud"], claims["sub"]) == (f"https://{HOST}", "https://so.vi-du.example")
    assert 0 < claims["exp"] - woken.clock.now // 1000 <= 24 * 3600
    assert {name: message.headers[name] for name in ("Topic", "Content-Length")} == {
        "Topic": "so-nha-nong",
        "Content-Length": "0",
    }
    assert int(message.headers["TTL"]) > 0
    assert woken.run() == 1  # once


def test_a_comment_and_an_inspection_remind_an_approval_does_not(woken: Wakeable) -> None:
    woken.later(60_000)
    woken.desk.review(woken.desk.hoa, "approved")
    assert woken.run() == 0
    woken.home.record(f"comment:{new_uuid()}", {"of": woken.desk.entry.doc}, {"text": "Cảm ơn HTX."})
    assert woken.run() == 0
    woken.later(60_000)
    woken.desk.hoa.record(f"comment:{new_uuid()}", {"of": woken.desk.entry.doc}, {"text": "Nhớ chụp nhãn."})
    assert woken.run() == 1
    woken.later(DAY)
    woken.desk.hoa.phone.open_session()
    made = {"of": "farm", "checklist": "annex_d", "happened_on": "2026-11-10"}
    woken.desk.hoa.record(f"inspection:{new_uuid()}", made)
    assert woken.run() == 2


def test_a_question_that_was_answered_or_fetched_meanwhile_reminds_nobody(woken: Wakeable) -> None:
    woken.asked_back()
    woken.home.send()  # the phone syncs, much later than it was asked
    woken.later(HOUR)
    woken.home.send()
    assert woken.run() == 0
    woken.later(60_000)
    again = woken.desk.review(woken.desk.hoa, "asked")
    said = {"of": woken.desk.entry.doc, "answers": again.doc}
    son = Diary(enrolled(woken.app.test_client(), "Phạm Văn Tú", "Nhà Lụa", "member"), woken.home.scope)
    son.record(f"comment:{new_uuid()}", said, {"text": "Đúng ngày ạ."})
    assert woken.run() == 0


def test_at_most_one_a_day_and_none_at_night(woken: Wakeable) -> None:
    woken.asked_back()
    assert woken.run() == 1
    woken.asked_back()
    assert woken.run() == 1
    woken.later(12 * HOUR)  # midnight: another day, and people sleep
    assert woken.run() == 1
    woken.later(5 * HOUR)
    assert woken.run() == 1
    woken.later(2 * HOUR)
    assert woken.run() == 2
    woken.later(DAY)
    assert woken.run() == 2


def test_a_phone_is_woken_on_the_mornings_that_it_named(woken: Wakeable) -> None:
    today = ms_to_date(NOON)
    past, tomorrow, after = (add_days(today, n) for n in (-3, 1, 2))
    assert slug(woken.switch(days=("2026-02-30",))) == "bad_request"
    assert woken.switch(days=(after, past, tomorrow)).status_code == 200
    assert woken.run() == 0
    woken.later(DAY)
    assert woken.run() == 1
    woken.later(5 * DAY)  # a day that passed while nothing ran is not made up for
    assert woken.run() == 1
    assert [row.days for row in woken.rows()] == ["[]"]


def test_two_people_of_one_phone_are_one_reminder(woken: Wakeable, app: Flask) -> None:
    son = Diary(enrolled(app.test_client(), "Phạm Văn Tú", "Nhà Lụa", "member"), woken.home.scope)
    snapshot = son.phone.client.get("/api/v1/reference", headers=son.phone.headers).get_json()
    said = {"person": snapshot["me"]["person"], "purpose": "push", "text_version": "1", "means": "phone"}
    assert ask(son.phone, 9, "consent", **said) == "settled"
    assert woken.switch(of=son).status_code == 200
    woken.asked_back()
    assert woken.run() == 1
    assert [row.wanted_at for row in woken.rows()] == [None, None]


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_over_dies_quietly(woken: Wakeable, status: int) -> None:
    woken.service.status = status
    woken.asked_back()
    assert woken.run() == 1
    assert woken.rows() == []
    phone = woken.home.phone
    told = phone.client.get("/api/v1/me/reminders", headers=phone.headers).get_json()
    assert told["on"] is False


@pytest.mark.parametrize("status", [429, 500, 503, 403, 302])
def test_a_push_service_that_can_not_now_is_asked_again_ever_more_seldom(
    woken: Wakeable, status: int
) -> None:
    woken.service.status = status
    woken.service.headers = {"Location": "https://10.0.0.7/"}  # no redirect is followed
    woken.asked_back()
    assert [woken.run(), woken.run()] == [1, 1]
    woken.later(5 * 60_000)
    assert [woken.run(), woken.run()] == [2, 2]
    woken.later(5 * 60_000)
    assert woken.run() == 2
    woken.later(5 * 60_000)
    assert woken.run() == 3
    woken.service.headers = {"Retry-After": "7200"}
    woken.later(HOUR)
    assert woken.run() == 4
    woken.later(HOUR)
    woken.service.status = 201
    assert woken.run() == 4
    woken.later(HOUR)
    assert [woken.run(), woken.run()] == [5, 5]


def test_a_service_that_never_can_is_left_alone_and_keeps_its_subscription(woken: Wakeable) -> None:
    woken.service.status = 500
    woken.asked_back()
    for _ in range(20):
        woken.run()
        woken.later(6 * HOUR)
    assert len(woken.service.taken) == 10
    assert len(woken.rows()) == 1
    woken.service.status = 201
    woken.clock.now += (NOON - woken.clock.now) % DAY
    woken.asked_back()
    assert woken.run() == 11


def test_a_worker_that_dies_loses_nothing(woken: Wakeable, monkeypatch: pytest.MonkeyPatch) -> None:
    woken.asked_back()

    def killed(*_: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(web_push, "push", killed)
        woken.app.test_cli_runner().invoke(args=["reminders", "send"])
    assert woken.run() == 0  # another worker leaves it alone while it may be under way
    woken.later(10 * 60_000)
    assert woken.run() == 1


def test_a_certificate_of_somebody_else_is_no_push_service(woken: Wakeable) -> None:
    woken.app.extensions["push_line"] = outward.Line(woken.service.dial)
    woken.asked_back()
    assert woken.run() == 0
    assert woken.rows()[0].tries == 1


def test_who_took_the_consent_back_or_switched_off_is_not_reminded(woken: Wakeable) -> None:
    phone = woken.home.phone
    given = phone.client.get("/api/v1/reference", headers=phone.headers).get_json()["given_consents"]
    [consent] = [one["id"] for one in given if one["purpose"] == "push"]
    assert ask(phone, 2, "withdrawal", consent=consent) == "settled"
    woken.asked_back()
    assert woken.run() == 0
    woken.agree(3)
    woken.asked_back()
    assert woken.switch(None).get_json()["on"] is False
    assert (woken.run(), woken.rows()) == (0, [])


def test_a_phone_that_was_ended_is_forgotten(woken: Wakeable) -> None:
    invite = ids.split_ref(woken.home.phone.shown["doc"])[1]
    settle_device(load_private(), invite, {"revoked": True}, woken.clock.now)
    woken.asked_back()
    assert (woken.run(), woken.rows()) == (0, [])


def test_what_is_kept_for_reminding_is_in_a_persons_file_and_goes_with_the_person(
    woken: Wakeable, tmp_path: Path
) -> None:
    with reading() as session:
        person = session.scalars(select(Person).where(Person.name == "Phạm Thị Lụa")).one()
    with (tmp_path / "file.zip").open("wb") as out:
        person_export.write_zip(
            out, person.id, woken.app.extensions["photos"].blobs, "2026-11-09", [woken.home.scope]
        )
    with zipfile.ZipFile(tmp_path / "file.zip") as file:
        [told] = json.loads(file.read("ho-so.json"))["reminders"]
    assert told == {"device": woken.home.phone.key.device, "endpoint": ADDRESS, "days": [], "sent_on": ""}
    run_write(lambda session: people.blank_person(session, person.organisation, person.id, woken.clock.now))
    woken.asked_back()
    assert (woken.run(), woken.rows()) == (0, [])


def test_a_cooperatives_browser_and_a_phone_that_waits_are_not_reminded(woken: Wakeable, app: Flask) -> None:
    waiting = Diary(
        enrolled(app.test_client(), "Phạm Văn Tú", "Nhà Lụa", "member", confirm=True), woken.home.scope
    )
    for who in (woken.desk.hoa, waiting):
        told = who.phone.client.get("/api/v1/me/reminders", headers=who.phone.headers).get_json()
        assert told == {"key": None, "on": False}
        answer = woken.switch(of=who)
        assert (answer.status_code, slug(answer)) == (403, "no_right")
    assert app.test_client().get("/api/v1/me/reminders").status_code == 401


def test_a_command_that_stays_ends_well_when_it_is_told_to_stop(
    woken: Wakeable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else systemd calls each stop a failure, and `doctor` names the unit."""
    waited = []

    def stop(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(reminders.time, "sleep", stop)
    done = woken.app.test_cli_runner().invoke(args=["reminders", "send", "--every", "300"])
    assert (done.exit_code, waited) == (0, [300, 300])


def test_the_command_says_what_is_missing(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["reminders", "send"])
    assert done.exit_code == 1
    assert "flask --app wsgi setup" in done.output
