"""`flask doctor`: what an operator should know, and the exit code of a machine's watch."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from flask import Flask
from flask_migrate import stamp

from server.api.photos import photo_store
from server.cli import backup
from server.config import Settings, now_ms
from server.db import writing
from server.models.devices import DeviceSeen
from server.services import backing_up, doctor, doctor_outside, read_only
from server.services.doctor_outside import Unreachable
from tests.server.ops import make, scope_of, sync
from tests.server.phones import enrolled, start

DAY = doctor.DAY_MS


def grades(now: int) -> dict[str, str]:
    """Return how each thing is."""
    return {one.name: one.grade for one in doctor.examine(now)}


@pytest.fixture
def _set_up(app: Flask) -> None:
    stamp(revision="head")
    start()


@pytest.fixture(autouse=True)
def _clock_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine's clock be set by the network, and no unit have failed, whatever runs the tests."""
    monkeypatch.setattr(doctor_outside, "is_clock_set", lambda: True)
    monkeypatch.setattr(doctor_outside, "failed_units", list)


def test_before_setup_it_says_what_to_run(app: Flask) -> None:
    found = {one.name: one for one in doctor.examine(now_ms())}
    assert found["setup"].grade == "bad"
    assert "flask --app wsgi setup" in found["setup"].said
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert (done.exit_code, "✗ setup" in done.output) == (1, True)


def test_keys_without_a_book_are_a_restore_that_was_cut_off_early(app: Flask, settings: Settings) -> None:
    """The keys are put back first: who then runs `setup` begins another book with them."""
    (settings.data_dir / "operator.pub").write_text("…", "utf-8")
    found = {one.name: one for one in doctor.examine(now_ms())}["setup"]
    assert found.grade == "bad"
    assert found.said.index("restore FILE") < found.said.index("setup")


@pytest.mark.usefixtures("_set_up")
def test_all_is_well_once_a_backup_was_made_and_tested(app: Flask, tmp_path: Path) -> None:
    assert grades(now_ms())["backup"] == "bad"
    made = backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
    assert (grades(now_ms())["backup"], grades(now_ms())["tested backup"]) == ("good", "bad")
    backing_up.note_tested(made, now_ms())
    found = grades(now_ms())
    database = found.pop("database")  # the tests' PostgreSQL runs without fsync, and the doctor says so
    assert set(found.values()) == {"good"}, found
    assert database == ("good" if app.extensions["settings"].is_sqlite else "bad")
    later = grades(now_ms() + 40 * DAY)
    assert (later["backup"], later["tested backup"]) == ("bad", "bad")


@pytest.mark.usefixtures("_set_up")
def test_a_phone_that_keeps_unsent_lines_and_is_silent_is_told(app: Flask) -> None:
    with writing() as session:
        for device, unsent, days in (("a", 5, 4), ("b", 0, 9), ("c", 7, 1)):
            seen = now_ms() - days * DAY
            session.add(
                DeviceSeen(device=device, last_seen=seen, phone=f'{{"unsent":{unsent}}}', copied=False)
            )
    found = {one.name: one for one in doctor.examine(now_ms())}["phones"]
    assert (found.grade, found.said.split()[0]) == ("look", "1")


@pytest.mark.usefixtures("_set_up")
def test_case_114_a_clock_that_jumped_back_a_day_is_an_alarm(app: Flask) -> None:
    now = now_ms()
    phone = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    sync(phone, make(phone, scope_of(phone), 1))
    assert grades(now)["clock"] == "good"
    found = {one.name: one for one in doctor.examine(now - DAY)}["clock"]
    assert (found.grade, "behind the log" in found.said) == ("bad", True)


@pytest.mark.usefixtures("_set_up")
def test_case_114_where_most_phones_say_that_the_server_is_off_it_is_the_servers_clock(app: Flask) -> None:
    skews = (0, 400_000, 500_000, 600_000)
    for n, skew in enumerate(skews):
        phone = enrolled(app.test_client(), f"Bà {n}", f"Nhà {n}")
        sync(phone, make(phone, scope_of(phone), 1, skew=skew))
        found = {one.name: one for one in doctor.examine(now_ms())}["phones' clocks"]
        assert found.grade == ("bad" if n == 3 else "good"), (n, found)
    assert "3/4" in found.said


@pytest.mark.usefixtures("_set_up")
def test_a_machine_reads_it_as_json_and_read_only_mode_is_told(app: Flask) -> None:
    read_only.switch_on("chuyển máy")
    done = app.test_cli_runner().invoke(args=["doctor", "--json"])
    said = json.loads(done.output)
    found = {one["name"]: one["grade"] for one in said["found"]}
    assert (done.exit_code, said["is"], found["read-only"], found["schema"]) == (1, "bad", "look", "good")


@pytest.mark.parametrize(("days", "grade"), [(60, "good"), (12, "look"), (3, "bad")])
def test_how_long_the_certificate_is_good_is_told(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, grade: str
) -> None:
    port = serve_certificate(tmp_path, days, monkeypatch)
    settings = replace(app.extensions["settings"], public_url=f"https://localhost:{port}")
    monkeypatch.setitem(app.extensions, "settings", settings)
    found = {one.name: one for one in doctor.examine(now_ms())}["certificate"]
    assert (found.grade, f"còn {days} ngày" in found.said) == (grade, True)


def test_a_certificate_that_ran_out_is_bad_and_not_only_out_of_reach(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = serve_certificate(tmp_path, -1, monkeypatch)
    settings = replace(app.extensions["settings"], public_url=f"https://localhost:{port}")
    monkeypatch.setitem(app.extensions, "settings", settings)
    assert grades(now_ms())["certificate"] == "bad"


@pytest.mark.usefixtures("_set_up")
def test_a_backup_counts_from_when_it_was_made_and_not_where_its_trial_failed(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "night.zip"
    made = backing_up.write(path, photo_store(), now_ms() - 9 * DAY)
    backing_up.note_tested(made, now_ms())
    assert grades(now_ms())["backup"] == "bad", "to verify an old file is no new backup"
    for code, grade in ((1, "bad"), (0, "good")):
        path.unlink()
        backing_up.make(path, photo_store(), now_ms())
        assert grades(now_ms())["backup"] == "good"
        monkeypatch.setattr(backup, "_elsewhere", lambda *_args, code=code: CompletedProcess([], code))
        assert app.test_cli_runner().invoke(args=["verify", str(path)]).exit_code == code
        assert grades(now_ms())["backup"] == grade


def test_what_root_left_what_others_read_and_what_failed_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = app.extensions["settings"].data_dir
    (folder / "lost+found").mkdir()  # the folder may be a disk of its own
    make_strange(folder / "lost+found")
    assert grades(now_ms())["files"] == "good"
    (folder / "operator.pem").touch()
    (folder / "operator.pem").chmod(0o644)
    assert grades(now_ms())["files"] == "look"
    brought = folder / "tree"
    brought.mkdir(exist_ok=True)
    make_strange(brought)
    found = {one.name: one for one in doctor.examine(now_ms())}["files"]
    assert (found.grade, f"{brought}: chown" in found.said) == ("bad", True), found
    monkeypatch.setattr(doctor_outside, "is_under_systemd", lambda: True)
    assert grades(now_ms())["units"] == "good"
    monkeypatch.setattr(doctor_outside, "failed_units", lambda: ["so-nha-nong-backup.service"])
    found = {one.name: one for one in doctor.examine(now_ms())}["units"]
    assert (found.grade, "journalctl -u so-nha-nong-backup" in found.said) == ("bad", True)


def make_strange(folder: Path) -> None:
    """Let a folder be one that the server can't write."""
    if os.geteuid():
        folder.chmod(0o500)
    else:
        os.chown(folder, 12345, -1)


def test_an_address_that_does_not_answer_is_no_reason_to_stop() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match="ConnectionRefusedError"):
        doctor_outside.certificate_days(f"https://127.0.0.1:{port}", 0)
    assert doctor_outside.certificate_days("http://so.example.vn", 0) is None


def serve_certificate(folder: Path, days: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Answer one TLS handshake with a certificate that is good for so many days; return the port."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.DNSName("localhost")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.fromtimestamp(now_ms() / 1000, UTC)
    made = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=days, hours=1))
    made = made.add_extension(x509.SubjectAlternativeName([name]), critical=False)
    path = folder / "both.pem"
    path.write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        refused = suppress(ssl.SSLError)  # who asks may not take it
        with (
            listening,
            listening.accept()[0] as line,
            refused,
            context.wrap_socket(line, server_side=True) as shown,
        ):
            shown.recv(1)

    threading.Thread(target=answer, daemon=True).start()
    return int(listening.getsockname()[1])
