"""Passkeys: made once by an invitation's right, signed in with, ended; what is wrong proves nothing.

Source: PROTOCOL §27; faults.md 44–48, 95.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import Base, reading, run_write
from server.services import rebuilding
from server.store import passkeys
from tests.server.authenticators import Authenticator, ask, made_fields, own_passkey, send, sign_in
from tests.server.consoles import OURS, Browser, fake_build
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.ops import make, sync
from tests.server.phones import Phone, enrolled, invite_to, slug, start


@pytest.fixture(autouse=True)
def set_up(app: Flask) -> None:
    """Set the server up."""
    start()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Give a manager's browser with a passkey."""
    return Browser(app, "Trần Thị Hoa", "manager")


@pytest.fixture
def farmer(client: FlaskClient) -> Diary:
    """Give a farmer's phone."""
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def rows() -> list[tuple[str, int | None]]:
    """Return documents and ends of all passkeys."""
    with reading() as session:
        return [(row.doc, row.ended_seq) for row in session.query(passkeys.PasskeyRow).all()]


def shift(app: Flask, ms: int) -> None:
    """Move the server's clock on."""
    at = now_ms() + ms
    app.extensions["clock"] = lambda: at


def test_a_look_by_passkey_tells_who_signed_in_and_staff_get_the_console(
    app: Flask, browser: Browser
) -> None:
    stranger = Phone(app.test_client())
    answer = sign_in(stranger, browser.key)
    assert answer.status_code == 200
    shown = browser.phone.shown
    look = answer.get_json()
    assert (look["by"], look["scope"], look["kind"]) == (shown["by"], shown["scope"], "browser")
    assert look["passkey"] == browser.passkey
    assert look["shown"]["name"] == "Trần Thị Hoa"
    assert "sid=" in answer.headers["Set-Cookie"]
    assert stranger.client.get("/htx/").status_code == 303  # this browser has no key of hers yet


def test_a_farmers_passkey_opens_a_look_and_no_console(farmer: Diary) -> None:
    farmer.phone.passkey = Authenticator()
    assert own_passkey(farmer.phone, farmer.phone.passkey)["result"] == "accepted"
    answer = sign_in(farmer.phone, farmer.phone.passkey)
    assert (answer.get_json()["kind"], answer.get_json()["pages"]) == ("phone", False)
    assert "Set-Cookie" not in answer.headers


def test_a_second_passkey_needs_a_touch_of_the_first(browser: Browser) -> None:
    second = Authenticator()
    assert own_passkey(browser.phone, second) == {"result": "held", "problem": "step_up"}
    third = Authenticator()
    touched = own_passkey(browser.phone, third, n=902, assertions=lambda op: [browser.key.step_up(op)])
    assert touched["result"] == "accepted"
    assert sign_in(browser.phone, third).status_code == 200
    assert slug(sign_in(browser.phone, second)) == "passkey_unknown"


def test_a_touch_by_somebody_elses_passkey_confirms_nothing(app: Flask, browser: Browser) -> None:
    other = Browser(app, "Lê Văn Khác", "manager")
    held = own_passkey(browser.phone, Authenticator(), assertions=lambda op: [other.key.step_up(op)])
    assert held == {"result": "held", "problem": "step_up"}


def test_what_waits_for_a_touch_is_taken_when_the_touch_comes(browser: Browser) -> None:
    doc, fields = f"passkey:{new_uuid()}", made_fields(browser.phone, Authenticator())
    op = browser.diary.op(doc, fields, scope=browser.phone.shown["scope"])
    assert browser.diary.send(op)[0] == {"result": "held", "problem": "step_up"}
    again = sync(browser.phone, op.wire, assertions=[browser.key.step_up(op.id)])
    assert again["results"][0]["result"] == "accepted"


def test_an_ended_passkey_opens_nothing_and_the_views_agree(browser: Browser) -> None:
    scope = browser.phone.shown["scope"]
    with reading() as session:
        after = [row.made_seq for row in session.query(passkeys.PasskeyRow).all()]
    assert len(after) == 1
    assert browser.sign(scope, browser.passkey, {"ended": True}, [])["result"] == "accepted"
    assert slug(sign_in(browser.phone, browser.key)) == "passkey_unknown"
    assert browser.get("/htx/").status_code == 303
    assert list(rebuilding.check()) == []
    before = rows()
    assert list(rebuilding.rebuild()) == []
    assert rows() == before


def test_nobody_ends_another_persons_passkey_but_staff_who_may(
    app: Flask, browser: Browser, farmer: Diary
) -> None:
    scope = browser.phone.shown["scope"]
    end = make(farmer.phone, scope, 2, doc=browser.passkey, fields={"ended": True})
    assert sync(farmer.phone, end)["results"][0] == {"result": "held", "problem": "no_right"}
    reviewer = Browser(app, "Anh Tuấn", "reviewer")
    assert browser.sign(scope, reviewer.passkey, {"ended": True}, [])["result"] == "accepted"


def test_a_credential_that_somebody_has_is_nobody_elses(app: Flask, browser: Browser, farmer: Diary) -> None:
    options = ask(farmer.phone, "register").get_json()["options"]
    stolen = Authenticator(credential=browser.key.credential)
    assert slug(send(farmer.phone, "register", stolen.make(options))) == "key_in_use"
    fields = {"credential": browser.key.name, "public_key": "AAAA", "label": ""}
    op = make(farmer.phone, farmer.phone.shown["scope"], 2, doc=f"passkey:{new_uuid()}", fields=fields)
    assert sync(farmer.phone, op)["results"][0] == {"result": "held", "problem": "key_in_use"}


def test_case_044_a_challenge_is_good_once_for_one_purpose_and_one_person(
    app: Flask, browser: Browser, farmer: Diary
) -> None:
    challenge = ask(browser.phone, "sign_in").get_json()["challenge"]
    answer = browser.key.assert_over(challenge)
    assert send(browser.phone, "session", answer).status_code == 200
    assert slug(send(browser.phone, "session", answer)) == "bad_challenge"
    making = ask(browser.phone, "register").get_json()["options"]
    assert slug(send(browser.phone, "session", browser.key.assert_over(making["challenge"]))) == (
        "bad_challenge"
    )
    theirs = ask(farmer.phone, "register").get_json()["options"]
    assert slug(send(browser.phone, "register", Authenticator().make(theirs))) == "bad_challenge"
    late = ask(browser.phone, "sign_in").get_json()["challenge"]
    shift(app, 5 * 60_000)
    refused = send(browser.phone, "session", browser.key.assert_over(late))
    assert (refused.status_code, slug(refused)) == (400, "bad_challenge")


def test_case_045_a_user_handle_of_somebody_else_is_refused(browser: Browser, farmer: Diary) -> None:
    ask(farmer.phone, "register")
    other = ask(farmer.phone, "register").get_json()["options"]["user"]["id"]
    refused = sign_in(browser.phone, browser.key, handle=other)
    assert (refused.status_code, slug(refused)) == (403, "passkey_unknown")


def test_case_046_a_counter_that_went_back_suspends_the_passkey(app: Flask) -> None:
    browser = Browser(app, "Trần Thị Hoa", "manager", passkey=False)
    browser.key = Authenticator(counts=True)
    browser.make_passkey()
    assert sign_in(browser.phone, browser.key).status_code == 200
    back = sign_in(browser.phone, browser.key, count=1)
    assert (back.status_code, slug(back)) == (403, "cloned_passkey")
    assert slug(sign_in(browser.phone, browser.key)) == "cloned_passkey"  # for good
    held = own_passkey(browser.phone, Authenticator(), assertions=lambda op: [browser.key.step_up(op)])
    assert held["problem"] == "step_up"


def test_case_047_nobody_enters_or_confirms_without_being_verified(browser: Browser) -> None:
    refused = sign_in(browser.phone, browser.key, verified=False)
    assert (refused.status_code, slug(refused)) == (403, "uv_required")
    options = ask(browser.phone, "register").get_json()["options"]
    made = send(browser.phone, "register", Authenticator(verifies=False).make(options))
    assert (made.status_code, slug(made)) == (403, "uv_required")
    held = own_passkey(
        browser.phone, Authenticator(), assertions=lambda op: [browser.key.step_up(op, verified=False)]
    )
    assert held["problem"] == "step_up"


@pytest.mark.parametrize(
    "changed",
    [{"rp_id": "khac.example"}, {"client": {"origin": "https://khac.example"}}, {"client": {"type": "x"}}],
    ids=["other domain", "other page", "other kind"],
)
def test_an_answer_from_elsewhere_proves_nothing(browser: Browser, changed: dict[str, object]) -> None:
    refused = sign_in(browser.phone, browser.key, **changed)
    assert (refused.status_code, slug(refused)) == (400, "bad_passkey")


def test_a_forged_signature_proves_nothing(browser: Browser) -> None:
    forger = Authenticator(credential=browser.key.credential, handle=browser.key.handle)
    assert slug(sign_in(browser.phone, forger)) == "bad_passkey"
    assert slug(sign_in(browser.phone, Authenticator())) == "passkey_unknown"


def test_whose_membership_ended_signs_in_no_more(browser: Browser) -> None:
    def end(session: passkeys.Session) -> None:
        member = session.get(passkeys.Membership, browser.phone.shown["by"])
        assert member is not None
        member.valid_until = now_ms() - 1

    run_write(end)
    assert slug(sign_in(browser.phone, browser.key)) == "no_right"
    assert browser.get("/htx/").status_code != 200


def test_case_095_there_are_no_passwords_and_guessing_at_the_door_is_slowed_down(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert not [name for name in names if "password" in name]
    monkeypatch.setattr("server.services.passkeys.PER_ADDRESS", 5)
    nobody = Phone(client)
    assert [ask(nobody, "sign_in").status_code for _ in range(6)] == [200] * 5 + [429]
    assert "Retry-After" in ask(nobody, "sign_in").headers


def test_set_up_alone_opens_nothing_and_its_invitation_opens_once(app: Flask, client: FlaskClient) -> None:
    nobody = Phone(client)
    assert slug(ask(nobody, "register")) == "session"
    assert slug(sign_in(nobody, Authenticator())) == "passkey_unknown"
    assert client.get("/htx/").status_code == 303
    assert client.post("/htx/khoa", headers=OURS).status_code == 303
    assert rows() == []
    link = invite_to("Quản trị", None, "manager")
    assert Phone(client).join(link).status_code == 200
    assert slug(Phone(app.test_client()).look(link)) == "invite_used"


def test_too_many_challenges_are_refused_for_the_one_who_asks(browser: Browser) -> None:
    answers = [ask(browser.phone, "register").status_code for _ in range(32)]
    assert answers[-1] == 429
    assert sign_in(browser.phone, browser.key).status_code == 200  # nobody is locked out by it


def test_a_helper_joins_by_an_invitation_and_may_make_one_passkey(client: FlaskClient) -> None:
    helper = enrolled(client, "Chị Hạnh", None, "helper", kind="phone")
    assert own_passkey(helper, Authenticator())["result"] == "accepted"
    assert own_passkey(helper, Authenticator(), n=902)["problem"] == "step_up"


def test_a_helpers_passkey_opens_the_pages_of_helpers_and_no_others(app: Flask, tmp_path: Path) -> None:
    fake_build(app, tmp_path / "build")
    helper = Browser(app, "Chị Hạnh", "helper", kind="browser")
    helper.text("/htx/tap-huan")
    assert helper.get("/htx/ho").status_code == 404
    answer = sign_in(helper.phone, helper.key)
    assert (answer.get_json()["kind"], answer.get_json()["pages"]) == ("phone", True)
    assert "sid=" in answer.headers["Set-Cookie"]
