"""The settings of one process: read once from the environment, frozen, without a default for any secret."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from flask import current_app

SQLITE_FILE = "so-nha-nong.db"
# The push services of the browsers that people have here; `*.` stands for every host below.
PUSH_HOSTS = "fcm.googleapis.com *.push.services.mozilla.com *.push.apple.com *.notify.windows.com"
CITY_ADAPTERS = ("package", "epcis")
_PUSH_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*")
_TOPIC = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", re.ASCII)


class SettingsError(Exception):
    """A setting that cannot be used; the message names the variable and what it may hold."""


@dataclass(frozen=True)
class Settings:
    """What an operator may set. Every field is one environment variable of the same name in capitals.

    Units: sizes in bytes, times in seconds unless the name says otherwise.
    """

    data_dir: Path = Path("instance")
    database_url: str = ""
    public_url: str = "http://localhost:8000"
    origin: str | None = None
    passkey_domain: str = ""
    photo_store: str = ""
    tree_dir: str = ""
    tree_every_seconds: int = 60
    backup_dir: str = ""
    backups_kept: int = 3
    read_only: bool = False
    metrics_token: str = field(default="", repr=False)
    witnesses: str = ""
    witnessed_logs: str = ""
    photo_keep_received: bool = True
    photo_part_days: int = 7
    photos_per_day: int = 200
    ops_per_day: int = 5000
    sensor_ops_per_day: int = 1000
    mqtt_url: str = ""
    mqtt_topic: str = "so-nha-nong"
    photo_mb_per_organisation: int = 50_000
    upload_bytes_free_min: int = 200_000_000
    help_days: int = 90
    retention_months: int = 24
    audit_months: int = 12
    push_hosts: str = PUSH_HOSTS
    city_adapter: str = "package"
    city_url: str = ""
    city_token: str = field(default="", repr=False)
    city_every_seconds: int = 60
    weather_url: str = ""
    prices_url: str = ""
    trusted_proxies: int = 0
    busy_timeout_ms: int = 2000
    pool_size: int = 5
    demo: bool = True
    port: int = 8000
    log_level: str = "INFO"
    command_name: str = "flask --app wsgi"

    @property
    def is_sqlite(self) -> bool:
        """Return whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        """Return whether people reach the server over TLS, which decides HSTS and the cookie's name."""
        return self.public_url.startswith("https://")

    @property
    def rp_id(self) -> str:
        """Return the domain that passkeys are made for; another one later makes all of them useless."""
        return self.passkey_domain or urlsplit(self.public_url).hostname or "localhost"

    @property
    def sqlite_path(self) -> Path | None:
        """Return the database file, or None on PostgreSQL."""
        return Path(self.database_url.removeprefix("sqlite:///")) if self.is_sqlite else None


def parse_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings that `environ` describes; what it leaves out has its default.

    Raises: SettingsError, naming the variable.
    """
    plain = Settings()
    return finish_settings(
        Settings(
            data_dir=Path(environ.get("DATA_DIR") or plain.data_dir),
            database_url=_secret(environ, "DATABASE_URL"),
            public_url=environ.get("PUBLIC_URL") or plain.public_url,
            origin=environ.get("ORIGIN") or None,
            passkey_domain=environ.get("PASSKEY_DOMAIN", "").lower(),
            photo_store=environ.get("PHOTO_STORE", ""),
            tree_dir=environ.get("TREE_DIR", ""),
            tree_every_seconds=_number(environ, "TREE_EVERY_SECONDS", plain.tree_every_seconds, 0),
            backup_dir=environ.get("BACKUP_DIR", ""),
            backups_kept=_number(environ, "BACKUPS_KEPT", plain.backups_kept, 1),
            read_only=_flag(environ, "READ_ONLY", plain.read_only),
            metrics_token=_secret(environ, "METRICS_TOKEN"),
            witnesses=environ.get("WITNESSES", ""),
            witnessed_logs=environ.get("WITNESSED_LOGS", ""),
            photo_keep_received=_flag(environ, "PHOTO_KEEP_RECEIVED", plain.photo_keep_received),
            photo_part_days=_number(environ, "PHOTO_PART_DAYS", plain.photo_part_days, 1),
            photos_per_day=_number(environ, "PHOTOS_PER_DAY", plain.photos_per_day, 1),
            sensor_ops_per_day=_number(environ, "SENSOR_OPS_PER_DAY", plain.sensor_ops_per_day, 1),
            mqtt_url=_secret(environ, "MQTT_URL"),
            mqtt_topic=environ.get("MQTT_TOPIC", "").strip("/") or plain.mqtt_topic,
            photo_mb_per_organisation=_number(
                environ, "PHOTO_MB_PER_ORGANISATION", plain.photo_mb_per_organisation, 1
            ),
            ops_per_day=_number(environ, "OPS_PER_DAY", plain.ops_per_day, 1),
            upload_bytes_free_min=_number(environ, "UPLOAD_BYTES_FREE_MIN", plain.upload_bytes_free_min, 0),
            help_days=_number(environ, "HELP_DAYS", plain.help_days, 1),
            retention_months=_number(environ, "RETENTION_MONTHS", plain.retention_months, 0),
            audit_months=_number(environ, "AUDIT_MONTHS", plain.audit_months, 1),
            push_hosts=environ.get("PUSH_HOSTS", "").lower() or plain.push_hosts,
            city_adapter=environ.get("CITY_ADAPTER") or plain.city_adapter,
            city_url=environ.get("CITY_URL", ""),
            city_token=_secret(environ, "CITY_TOKEN"),
            city_every_seconds=_number(environ, "CITY_EVERY_SECONDS", plain.city_every_seconds, 0),
            weather_url=_source(environ, "WEATHER_URL"),
            prices_url=_source(environ, "PRICES_URL"),
            trusted_proxies=_number(environ, "TRUSTED_PROXIES", plain.trusted_proxies, 0),
            busy_timeout_ms=_number(environ, "BUSY_TIMEOUT_MS", plain.busy_timeout_ms, 0),
            pool_size=_number(environ, "POOL_SIZE", plain.pool_size, 1),
            demo=_flag(environ, "DEMO", plain.demo),
            port=_number(environ, "PORT", plain.port, 1),
            log_level=(environ.get("LOG_LEVEL") or plain.log_level).upper(),
            command_name=environ.get("COMMAND_NAME") or plain.command_name,
        )
    )


def _secret(environ: Mapping[str, str], name: str) -> str:
    """Return what a variable holds, or the file that `<name>_FILE` names.

    Raises: SettingsError, where both are given or the file can't be read.
    """
    path = environ.get(f"{name}_FILE", "")
    if not path:
        return environ.get(name, "")
    if environ.get(name):
        raise SettingsError(f"{name}: also given by {name}_FILE; leave one out")
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE: a file that can be read") from error


def finish_settings(settings: Settings) -> Settings:
    """Return the settings with what follows from the data folder filled in, and every address checked."""
    data_dir = settings.data_dir.absolute()
    url = settings.database_url or f"sqlite:///{data_dir / SQLITE_FILE}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    if not url.startswith(("sqlite:////", "postgresql+psycopg://")):
        raise SettingsError("DATABASE_URL: a postgresql:// address or sqlite:/// with an absolute path")
    public = settings.public_url.rstrip("/")
    parts = urlsplit(public)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        raise SettingsError("PUBLIC_URL: https://host or http://host:port, without a path")
    host, domain = parts.hostname or "", settings.passkey_domain
    if domain and host != domain and not host.endswith(f".{domain}"):
        raise SettingsError("PASSKEY_DOMAIN: the host of PUBLIC_URL, or a domain above it")
    if not all(_PUSH_HOST.fullmatch(one) for one in settings.push_hosts.split()):
        raise SettingsError(
            "PUSH_HOSTS: names of hosts with a space between them, `*.` before one for all below"
        )
    _check_city(settings)
    if settings.mqtt_url and urlsplit(settings.mqtt_url).scheme not in ("mqtt", "mqtts"):
        raise SettingsError(
            "MQTT_URL: mqtt:// or mqtts://, with user and password where the broker wants them"
        )
    if not _TOPIC.fullmatch(settings.mqtt_topic):
        raise SettingsError("MQTT_TOPIC: levels of letters, digits, - and _, with / between")
    store = settings.photo_store or str(data_dir / "photos")
    tree_dir = settings.tree_dir or str(data_dir / "tree")
    if len(settings.witnesses.split()) % 2:
        raise SettingsError("WITNESSES: pairs of a key and an address, with spaces between")
    return replace(
        settings,
        data_dir=data_dir,
        database_url=url,
        public_url=public,
        photo_store=store,
        tree_dir=tree_dir,
        backup_dir=settings.backup_dir or str(data_dir / "backups"),
    )


def _source(environ: Mapping[str, str], name: str) -> str:
    """Return the address of a source of news, "" for none. Raises: SettingsError for one that is no https."""
    address = environ.get(name, "")
    try:
        parts = urlsplit(address)
        is_plain = (
            parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:
        is_plain = False
    if address and not (is_plain and address.isascii() and address.isprintable() and " " not in address):
        raise SettingsError(f"{name}: https://host/path")
    return address


def _check_city(settings: Settings) -> None:
    if settings.city_adapter not in CITY_ADAPTERS:
        raise SettingsError(f"CITY_ADAPTER: one of {', '.join(CITY_ADAPTERS)}")
    try:
        parts = urlsplit(settings.city_url)
        is_plain = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
        is_plain = is_plain and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        is_plain = False
    if settings.city_adapter == "epcis" and not is_plain:
        raise SettingsError("CITY_URL: https://host/path of the capture interface, without a query")
    if not settings.city_token.isascii() or not settings.city_token.isprintable():
        raise SettingsError("CITY_TOKEN: one line of plain letters, digits and signs")


def settings_of_process() -> Settings:
    """Return the settings of this process's environment."""
    return parse_settings(os.environ)


def current_settings() -> Settings:
    """Return the settings of the app that serves the request or command at hand."""
    return cast(Settings, current_app.extensions["settings"])


def command(words: str) -> str:
    """Return one of our commands as this machine's operator types it."""
    return f"{current_settings().command_name} {words}"


def now_ms() -> int:
    """Return the server's clock in milliseconds, as it is; tests set `app.extensions["clock"]`."""
    return cast(Callable[[], int], current_app.extensions["clock"])()


def system_clock() -> int:
    """Return the machine's clock in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


def _number(environ: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise SettingsError(f"{name}: a whole number, at least {least}")
    return int(text)


def _flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    text = environ.get(name, "")
    if text not in ("", "0", "1"):
        raise SettingsError(f"{name}: 0 or 1")
    return default if text == "" else text == "1"
