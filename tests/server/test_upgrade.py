"""`flask upgrade` and the guard of the schema: a backup first, all migrations or none, and the way back.

Source: faults.md §10 "Migrations", case 110.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert, text

from server.api.photos import photo_store
from server.app import create_app
from server.cli import ON_ANY_SCHEMA, backup
from server.config import Settings, current_settings, parse_settings
from server.db import db, writing
from server.models.log import Head, Meta
from server.services import backing_up, schema_guard, upgrading
from server.services.schema_guard import NewerSchema, OlderSchema
from server.store.schema import newest_revision, revision_of
from tests.server.test_migrations import dying_at

OLDER, NOW = "0031", 1_790_000_000_000
ORIGIN = "vi-du.example/so"


@pytest.fixture
def older(empty_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give an app whose database is some migrations behind and has something in it."""
    with filled(empty_url, tmp_path) as made:
        yield made


@contextlib.contextmanager
def filled(url: str, folder: Path) -> Iterator[Flask]:
    """Give an app on an empty database that was migrated up to `OLDER`."""
    made = create_app(
        Settings(
            data_dir=folder, database_url=url, demo=False, tree_every_seconds=0,
            city_every_seconds=0, backups_kept=2,
        )
    )  # fmt: skip
    logging.getLogger("alembic").setLevel("WARNING")
    with made.app_context():
        upgrade(revision=OLDER)
        with writing() as session:
            session.execute(insert(Meta), [{"name": "origin", "value": ORIGIN}])
            session.execute(insert(Head), [{"scope": "farm:a", "seq": 7, "digest": b"d" * 32}])
        yield made
        made.extensions["watermark"].rest()
        db.engine.dispose()


def run(app: Flask, *words: str) -> Result:
    """Run a command of the operator."""
    return app.test_cli_runner().invoke(args=list(words))


def here() -> str | None:
    """Return the migration that the database is at."""
    with db.engine.connect() as connection:
        return revision_of(connection)


def kept() -> list[Path]:
    """Return the backups that upgrades made."""
    return sorted(Path(current_settings().backup_dir).glob("*"))


def set_revision(revision: str) -> None:
    """Let the database say that it is at another migration."""
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": revision})


def test_neither_an_older_nor_a_newer_schema_is_served(older: Flask) -> None:
    settings = older.extensions["settings"]
    with pytest.raises(OlderSchema, match="run flask --app wsgi upgrade"):
        create_app(settings)
    set_revision("from_the_future")
    with pytest.raises(NewerSchema, match="update the program"):
        create_app(settings)
    set_revision(str(newest_revision()))
    create_app(settings)


@pytest.mark.parametrize("revision", [OLDER, "from_the_future"])
def test_commands_refuse_another_schema_but_those_that_mend_it(older: Flask, revision: str) -> None:
    set_revision(revision)
    for name, command in older.cli.commands.items():
        if name not in ON_ANY_SCHEMA and not hasattr(command, "commands"):
            done = run(older, name, *(["x"] if name in ("backup",) else []))
            assert (done.exit_code, revision in done.output) == (1, True), name
    assert f"{revision}" in run(older, "doctor").output
    assert run(older, "db", "heads").exit_code == 0
    assert ("update the program" in run(older, "upgrade").output) == (revision != OLDER)


def test_on_an_empty_database_commands_say_what_to_run_and_an_upgrade_makes_the_tables(
    empty_url: str, tmp_path: Path
) -> None:
    app = create_app(Settings(data_dir=tmp_path, database_url=empty_url, demo=False, tree_every_seconds=0))
    with app.app_context():
        for words in (["setup"], ["people", "list"], ["demo", "start"]):
            done = run(app, *words)
            assert (done.exit_code, "run flask --app wsgi upgrade" in done.output) == (1, True), words
        assert run(app, "upgrade").exit_code == 0
        assert (here(), kept()) == (newest_revision(), [])
        assert run(app, "setup").exit_code == 0
        app.extensions["watermark"].rest()
        db.engine.dispose()


def test_the_program_itself_does_not_serve_it_and_its_doctor_does_speak(tmp_path: Path) -> None:
    with filled(f"sqlite:///{tmp_path / 'so-nha-nong.db'}", tmp_path):
        pass
    environ = {"DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    root = Path(__file__).parents[2]

    def ask(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], env=environ, cwd=root, capture_output=True, text=True, check=False
        )

    served = ask("-c", "import wsgi")
    assert (served.returncode, "run flask --app wsgi upgrade" in served.stderr) == (1, True)
    seen = ask("-m", "flask", "--app", "wsgi", "doctor")
    assert (seen.returncode, f"✗ schema: {OLDER}" in seen.stdout) == (1, True), seen
    refused = ask("-m", "flask", "--app", "wsgi", "people", "list")
    assert (refused.returncode, "Error: " in refused.stderr, "Traceback" in refused.stderr) == (
        1,
        True,
        False,
    )


def test_an_upgrade_keeps_everything_first_and_then_has_nothing_to_do(older: Flask) -> None:
    done = run(older, "upgrade")
    assert done.exit_code == 0, done.output
    assert here() == newest_revision()
    (path,) = kept()
    assert f"flask --app wsgi restore {path}" in done.output
    assert path.stat().st_mode & 0o077 == 0
    manifest = backing_up.check(path)
    assert (manifest.revision, manifest.heads["farm:a"][0]) == (OLDER, 7)
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT file FROM backups")).scalar() == path.name
    again = run(older, "upgrade")
    assert (again.exit_code, "already" in again.output, kept()) == (0, True, [path])


def test_what_an_upgrade_kept_goes_back_into_an_empty_server(older: Flask, tmp_path: Path) -> None:
    run(older, "upgrade")
    (path,) = kept()
    other = create_app(replace(current_settings(), data_dir=tmp_path / "new", database_url="", tree_dir=""))
    with other.app_context():
        assert run(other, "restore", str(path)).exit_code == 0
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT value FROM meta WHERE name = 'origin'")).scalar() == ORIGIN
        other.extensions["watermark"].rest()
        db.engine.dispose()


def test_a_backup_is_verified_beside_another_schema_and_noted_nowhere(
    older: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "night.zip"
    backing_up.write(path, photo_store(), NOW)
    set_revision("from_the_future")
    monkeypatch.setattr(backup, "_elsewhere", lambda *_args: subprocess.CompletedProcess([], 0))
    done = run(older, "verify", str(path))
    assert (done.exit_code, "not noted here" in done.output) == (0, True), done.output


def test_a_trial_has_settings_that_are_whole_whatever_the_server_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITY_ADAPTER", "epcis")
    monkeypatch.setenv("CITY_URL", "https://vi-du.example/epcis")
    seen: list[dict[str, str]] = []
    monkeypatch.setattr(subprocess, "run", lambda *_args, env, **_more: seen.append(env))
    backup._elsewhere(tmp_path, ["log", "check"])
    settings = parse_settings(seen[0])
    assert (settings.city_adapter, settings.city_url, settings.data_dir) == ("package", "", tmp_path)


def test_case_110_an_upgrade_that_dies_says_how_to_go_back_and_its_retry_succeeds(older: Flask) -> None:
    with dying_at(4, []):
        done = run(older, "upgrade")
    (path,) = kept()
    assert (done.exit_code, here()) == (1, OLDER)
    assert f"at {OLDER} as before" in done.output
    assert f"restore {path}" in done.output
    assert run(older, "upgrade").exit_code == 0
    assert here() == newest_revision()


def test_without_a_whole_backup_nothing_is_migrated(older: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backing_up, "write", full)
    done = run(older, "upgrade")
    assert (done.exit_code, here(), kept()) == (1, OLDER, [])
    assert "nothing changed" in done.output
    assert run(older, "upgrade", "--no-backup").exit_code == 0


def test_the_last_ones_stay_and_no_file_of_somebody_else_goes(older: Flask) -> None:
    folder = Path(current_settings().backup_dir)
    folder.mkdir()
    (folder / "nightly.zip").write_bytes(b"mine")
    (folder / f".{upgrading.BEFORE}0001-x.zip.part").write_bytes(b"half")
    made = [upgrading.keep(schema_guard.look(), photo_store(), NOW + 1000 * n).path for n in range(3)]
    assert kept() == [*made[1:], folder / "nightly.zip"]
    for one in made[1:]:
        os.utime(one, times=(2**32, 2**32))  # made before the clock was set back
    newest = upgrading.keep(schema_guard.look(), photo_store(), NOW + 9000).path
    assert newest.exists(), "it is the one that the way back names"
    assert len(kept()) == 3


def test_a_backup_can_be_made_of_every_schema_that_ever_was(empty_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, database_url=empty_url, demo=False, tree_every_seconds=0))
    with app.app_context():
        last = int(str(newest_revision()))
        for number in sorted({*range(1, last + 1, 1 if "TIMES" in os.environ else 8), last}):
            upgrade(revision=f"{number:04}")
            if number == 1:
                with writing() as session:
                    session.execute(insert(Meta), [{"name": "origin", "value": ORIGIN}])
            path = tmp_path / f"{number}.zip"
            backing_up.write(path, photo_store(), NOW)
            assert backing_up.check(path).revision == f"{number:04}"
        app.extensions["watermark"].rest()
        db.engine.dispose()
