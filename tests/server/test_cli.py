"""The operator's commands: set up once, invite, confirm, revoke, list; and never a second key in silence."""

from __future__ import annotations

import re
import stat

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.config import Settings
from server.db import reading
from server.models.people import Membership, Organisation
from server.services.inviting import InviteLink
from server.store.operator import OperatorKeyMissing
from sync.signing import SoftwareKey
from tests.server.phones import Phone, slug


def run(app: Flask, *words: str) -> Result:
    """Run a command of the operator."""
    return app.test_cli_runner().invoke(args=list(words))


def link_in(output: str) -> InviteLink:
    """Return the invitation that a command printed."""
    found = re.search(r"(http\S+#i=([0-9a-f-]{36})\.\S{22})", output)
    assert found is not None
    code = re.search(r"type (\S{4}-\S{4})", output)
    return InviteLink(found[2], found[1], "", "" if code is None else code[1], 0, code is None)


def test_setup_invite_look_join_session_and_snapshot(app: Flask, client: FlaskClient) -> None:
    assert run(app, "setup", "--village", "Thôn Đông").exit_code == 0
    made = run(app, "invite", "--person", "Bùi Thị Mận", "--farm", "Hộ bà Mận", "--village", "Thôn Đông")
    assert made.exit_code == 0, made.output
    phone = Phone(client)
    assert phone.join(link_in(made.output)).status_code == 200
    assert phone.open_session().status_code == 200
    seen = client.get("/api/v1/reference", headers=phone.headers).get_json()
    assert (seen["me"]["name"], seen["farms"][0]["code"]) == ("Bùi Thị Mận", "H001")


def test_the_first_link_makes_a_browser_of_the_manager(app: Flask, client: FlaskClient) -> None:
    printed = run(app, "setup").output
    assert "/htx/vao#i=" in printed
    phone = Phone(client)
    assert phone.join(link_in(printed)).status_code == 200
    assert client.get("/api/v1/reference", headers=phone.headers).get_json()["me"]["role"] == "manager"


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ([], 5),
        (["--no-areas"], 0),
        (["--village", "Thôn Đông"], 1),
        (["--village", "Thôn Đông", "--areas"], 6),
    ],
)
def test_setup_begins_with_the_areas_where_one_wants_them(app: Flask, words: list[str], count: int) -> None:
    run(app, "setup", *words)
    assert len(run(app, "people", "villages").output.splitlines()) == count


def test_a_second_setup_changes_nothing(app: Flask, settings: Settings) -> None:
    run(app, "setup")
    pem = (settings.data_dir / "operator.pem").read_bytes()
    again = run(app, "setup", "--commune", "Xã khác")
    assert again.exit_code == 0
    assert "#i=" not in again.output
    assert (settings.data_dir / "operator.pem").read_bytes() == pem
    with reading() as session:
        assert session.query(Organisation).count() == 2


def test_the_private_key_is_for_the_operator_alone(app: Flask, settings: Settings) -> None:
    run(app, "setup")
    mode = stat.S_IMODE((settings.data_dir / "operator.pem").stat().st_mode)
    assert mode == 0o600


def test_case_113_no_second_key_is_made_for_a_database_that_has_one(app: Flask, settings: Settings) -> None:
    run(app, "setup")
    for name in ("operator.pem", "operator.pub"):
        (settings.data_dir / name).unlink()
    del app.extensions["operator_key"]
    again = run(app, "setup")
    assert again.exit_code != 0
    assert not (settings.data_dir / "operator.pem").exists()


def test_case_113_the_server_does_not_start_without_the_public_key(app: Flask, settings: Settings) -> None:
    run(app, "setup")
    create_app(settings)
    (settings.data_dir / "operator.pub").unlink()
    with pytest.raises(OperatorKeyMissing, match=r"operator\.pub is missing"):
        create_app(settings)


def test_case_113_halves_of_two_keys_invite_nobody(app: Flask, settings: Settings) -> None:
    run(app, "setup")
    (settings.data_dir / "operator.pem").write_bytes(SoftwareKey.generate().to_pem())
    refused = run(app, "invite", "--staff", "Ai đó")
    assert refused.exit_code != 0
    assert "halves" in refused.output


def test_a_new_link_for_the_same_person_makes_no_second_membership(app: Flask) -> None:
    run(app, "setup")
    for _ in range(2):
        assert run(app, "invite", "--person", "Bùi Thị Mận", "--farm", "Hộ bà Mận").exit_code == 0
    with reading() as session:
        assert session.query(Membership).filter(Membership.farm.is_not(None)).count() == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--person", "A"],
        ["--farm", "B"],
        ["--person", "A", "--farm", "B", "--staff", "C"],
        ["--person", "A", "--farm", "B", "--role", "manager"],
        ["--staff", "C", "--role", "operator"],
        ["--staff", "C", "--organisation", "không có"],
        ["--person", "A", "--farm", "B", "--village", "không có"],
    ],
)
def test_a_wrong_invitation_is_refused(app: Flask, words: list[str]) -> None:
    run(app, "setup")
    refused = run(app, "invite", *words)
    assert refused.exit_code != 0
    assert "#i=" not in refused.output


def test_a_waiting_device_is_confirmed_and_a_device_revoked(app: Flask, client: FlaskClient) -> None:
    run(app, "setup")
    link = link_in(run(app, "invite", "--person", "Bùi Thị Mận", "--farm", "Hộ bà Mận", "--confirm").output)
    phone = Phone(client)
    phone.join(link)
    assert f"{link.invite}\twaiting" in run(app, "people", "devices").output
    run(app, "people", "confirm", link.invite)
    assert f"{link.invite}\tconfirmed" in run(app, "people", "devices").output
    run(app, "people", "revoke", link.invite)
    assert slug(phone.open_session()) == "device_revoked"


def test_people_are_listed(app: Flask) -> None:
    run(app, "setup")
    run(app, "invite", "--person", "Bùi Thị Mận", "--farm", "Hộ bà Mận")
    assert "H001 Hộ bà Mận\tBùi Thị Mận\towner" in run(app, "people", "list").output
