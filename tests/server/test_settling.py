"""Requests that a person decides, and the ops that come before them (history 13 of merge.md §7)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db import reading
from server.models.people import Farm, Organisation
from server.store import books, log
from tests.server.ops import make, sync
from tests.server.phones import Phone, enrolled, start
from tests.server.test_cli import run
from tests.server.test_requests import asked, new_id, results, send


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


@pytest.fixture
def waiting(client: FlaskClient) -> Phone:
    """Give the phone of a team member whom nobody has confirmed yet."""
    return enrolled(client, "Phạm Văn Tổ", None, "helper", kind="phone", confirm=True)


def told(phone: Phone, op: Any) -> dict[str, Any]:
    """Return what became of one op, without number and time."""
    found = sync(phone, op)["results"][0]
    return {name: found[name] for name in ("result", "problem") if name in found}


def test_history_13_ops_that_come_before_the_household_wait_for_it(client: FlaskClient) -> None:
    helper = enrolled(client, "Phạm Văn Tổ", None, "helper", kind="phone")
    scope = f"farm:{new_id(1)}"
    op = make(helper, scope, 1)
    assert told(helper, op) == {"result": "later", "problem": "scope_unknown"}
    assert results(send(helper, asked(1, "farm", name="Hộ ông Đạt"))) == ["settled"]
    assert told(helper, op) == {"result": "accepted"}


def test_history_13_a_household_that_a_person_must_settle(app: Flask, waiting: Phone) -> None:
    scope = f"farm:{new_id(1)}"
    ops = [make(waiting, scope, n, n) for n in (1, 2)]
    assert results(send(waiting, asked(1, "farm", name="Hộ ông Đạt"))) == ["waiting"]
    assert told(waiting, ops[0]) == {"result": "later", "problem": "scope_unknown"}
    listed = run(app, "people", "requests").output
    assert listed.split("\t")[0] == new_id(1)
    assert 'farm\tPhạm Văn Tổ\t{"name": "Hộ ông Đạt"}' in listed
    assert run(app, "people", "settle", new_id(1)).exit_code == 0
    assert run(app, "people", "requests").output == ""
    assert results(send(waiting, asked(1, "farm", name="Hộ ông Đạt"))) == ["settled"]
    assert told(waiting, ops[0]) == {"result": "held", "problem": "not_confirmed"}
    run(app, "people", "confirm", waiting.shown["doc"].removeprefix("device:"))
    assert told(waiting, ops[1]) == {"result": "accepted"}
    assert told(waiting, ops[0]) == {"result": "already"}


def test_a_declined_household_keeps_its_ops_on_the_phone(app: Flask, waiting: Phone) -> None:
    request = asked(1, "farm", name="Hộ ông Đạt")
    send(waiting, request)
    assert run(app, "people", "decline", new_id(1), "--reason", "Hộ này đã có").exit_code == 0
    answer = send(waiting, request).get_json()["results"][0]
    assert (answer["result"], answer["reason"]) == ("declined", "Hộ này đã có")
    assert told(waiting, make(waiting, f"farm:{new_id(1)}", 1))["result"] == "later"
    with reading() as session:
        assert session.get(Farm, new_id(1)) is None


def test_a_new_organisation_is_settled_with_its_operator(app: Flask, client: FlaskClient) -> None:
    helper = enrolled(client, "Phạm Văn Tổ", None, "helper", kind="phone")
    send(helper, asked(1, "organisation", name="HTX mới"))
    run(app, "people", "settle", new_id(1))
    with reading() as session:
        found = session.get(Organisation, new_id(1))
        assert found is not None
        assert (found.name, found.kind) == ("HTX mới", "cooperative")
    assert run(app, "invite", "--staff", "Chị Mới", "--organisation", "HTX mới").exit_code == 0


@pytest.mark.parametrize("command", [["settle"], ["decline", "--reason", "x"]])
def test_what_does_not_wait_is_not_decided(app: Flask, client: FlaskClient, command: list[str]) -> None:
    helper = enrolled(client, "Phạm Văn Tổ", None, "helper", kind="phone")
    send(helper, asked(1, "farm", name="Hộ ông Đạt"))
    for request in (new_id(1), new_id(2)):
        assert run(app, "people", command[0], request, *command[1:]).exit_code != 0


def test_a_row_that_cannot_be_made_waits_on(app: Flask, waiting: Phone) -> None:
    send(waiting, asked(1, "farm", name="Hộ"), asked(2, "farm", name="Hộ khác"))
    run(app, "people", "settle", new_id(1))
    send(waiting, asked(3, "person", name="Ai"))
    run(app, "people", "settle", new_id(3))
    twice = [asked(n, "membership", person=new_id(3), farm=new_id(1), role="owner") for n in (4, 5)]
    assert results(send(waiting, *twice)) == ["waiting"] * 2
    assert run(app, "people", "settle", new_id(4)).exit_code == 0
    refused = run(app, "people", "settle", new_id(5))
    assert "đã là thành viên" in refused.output
    assert new_id(5) in run(app, "people", "requests").output


def test_the_same_request_from_two_connections_at_once_is_one(app: Flask, client: FlaskClient) -> None:
    helper = enrolled(client, "Phạm Văn Tổ", None, "helper", kind="phone")
    codes: list[int] = []
    gate = threading.Barrier(4)

    def ask(number: int) -> None:
        mine = Phone(app.test_client(), token=helper.token)
        request = asked(1, "farm", name="Hộ") if number < 2 else asked(number, "farm", name=f"Hộ {number}")
        gate.wait()
        codes.append(send(mine, request).status_code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [code for code in codes if code not in (200, 503)] == []
    for number in range(4):
        ask_again = asked(1, "farm", name="Hộ") if number < 2 else asked(number, "farm", name=f"Hộ {number}")
        assert results(send(helper, ask_again)) == ["settled"]
    with reading() as session:
        assert session.query(Farm).count() == 3


def test_an_invitation_opens_the_book_of_its_farm_once(app: Flask) -> None:
    for person in ("Bùi Thị Mận", "Bùi Văn Con"):
        assert run(app, "invite", "--person", person, "--farm", "Hộ bà Mận").exit_code == 0
    with reading() as session:
        farm = session.query(Farm).one()
        found = books.of_scope(session, f"farm:{farm.id}")
        assert [(one.organisation, one.is_closed) for one in found] == [(farm.organisation, False)]
        assert log.newest(session, f"farm:{farm.id}") == 1
