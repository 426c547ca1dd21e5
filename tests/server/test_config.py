"""Settings come from the environment; one that can't be used is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from server.config import SettingsError, command, parse_settings


@pytest.mark.parametrize(
    "environ",
    [
        {"PORT": "abc"},
        {"DEMO": "yes"},
        {"PUBLIC_URL": "ftp://x"},
        {"PUBLIC_URL": "https://x/path"},
        {"DATABASE_URL": "mysql://x"},
        {"DATABASE_URL": "sqlite:///relative.db"},
        {"PUSH_HOSTS": "fcm.googleapis.com 127.0.0.1"},
        {"PUSH_HOSTS": "https://fcm.googleapis.com/"},
    ],
)
def test_a_setting_that_can_not_be_used_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))):
        parse_settings(environ)


def test_what_is_left_out_follows_from_the_data_folder() -> None:
    settings = parse_settings({"DATA_DIR": "/srv/so"})
    assert settings.database_url == "sqlite:////srv/so/so-nha-nong.db"
    assert settings.photo_store == "/srv/so/photos"


def test_a_postgresql_address_gets_its_driver() -> None:
    found = parse_settings({"DATABASE_URL": "postgresql://h/so"}).database_url
    assert found == "postgresql+psycopg://h/so"


def test_messages_tell_the_command_that_this_machine_has(app: Flask) -> None:
    assert command("upgrade") == "flask --app wsgi upgrade"
    app.extensions["settings"] = replace(
        app.extensions["settings"], command_name=parse_settings({"COMMAND_NAME": "so-nha-nong"}).command_name
    )
    assert command("upgrade") == "so-nha-nong upgrade"
    assert "so-nha-nong setup" in app.test_cli_runner().invoke(args=["doctor"]).output
