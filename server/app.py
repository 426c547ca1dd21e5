"""The application: settings, database, routes, rules for every answer. Wires, and decides nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import click
from flask import Flask
from flask_migrate import Migrate
from flask_smorest import Api
from werkzeug.middleware.proxy_fix import ProxyFix

from server import answers, cli, rim
from server.config import Settings, finish_settings, settings_of_process, system_clock
from server.db import Base, DatabaseTrouble, db, init_db
from server.errors import ServiceError
from server.schemas.problem import ProblemSchema
from server.services import city_clock, metering, read_only, restoring, schema_guard, tree_clock
from server.services.sequencing import check_log_key
from server.services.setup import check_operator

MIGRATIONS = Path(__file__).parent / "migrations"
API_MODULES = (
    "sync",
    "readings",
    "device",
    "passkeys",
    "own_devices",
    "reminders",
    "households",
    "bulletins",
    "till",
    "requests",
    "reference",
    "lists",
    "photos",
    "scopes",
    "tree",
    "health",
)
PAGE_MODULES = (
    "problems",
    "metrics",
    "tree_log",
    "witness",
    "bundles",
    "epcis",
    "public_log",
    "console_passkeys",
    "console_account",
    "console",
    "console_inbox",
    "console_commune",
    "console_indicators",
    "console_reports",
    "console_villages",
    "console_homes",
    "console_imports",
    "console_lists",
    "console_label_book",
    "console_lots",
    "console_labels",
    "console_trainings",
    "console_teams",
    "console_products",
    "console_sales",
    "console_packs",
    "console_shop",
    "console_listings",
    "console_key_products",
    "console_sensors",
    "console_models",
    "console_land",
    "console_recall",
    "console_city",
    "console_bulletins",
    "console_questions",
    "console_proposals",
    "console_people",
    "console_requests",
    "console_privacy",
    "console_audit",
    "console_dossiers",
    "console_seasons",
    "trace",
    "public_bulletins",
    "guides",
    "shop",
    "models",
    "console_inspections",
    "console_cooperative",
    "phone",
)


class DocumentedApi(Api):  # type: ignore[misc]
    """The API whose document says that every failure is a problem document."""

    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE  # the class's own again, for answers that are none


def create_app(settings: Settings | None = None) -> Flask:
    """Return the WSGI application for `settings`, or for this process's environment.

    Shape:  a module `server.api.<name>` or `server.pages.<name>` has `blueprint`, and may have `init(app)`.
    """
    settings = settings_of_process() if settings is None else finish_settings(settings)
    app = Flask("server", root_path=str(Path(__file__).parent), static_folder=None)
    app.extensions["settings"] = settings
    app.extensions["clock"] = system_clock
    app.config.update(
        API_TITLE="Sổ Nhà Nông",
        API_VERSION="1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_FORM_MEMORY_SIZE=500_000,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.autoescape = True
    import_module("server.models")
    init_db(app, settings)
    Migrate(app, db, directory=str(MIGRATIONS), metadata=Base.metadata)
    app.extensions["caller"] = _who_calls()
    rim.register(app, settings)
    read_only.register(app)
    metering.register(app)
    api = DocumentedApi(app)
    answers.register_answers(app)
    for name in API_MODULES:
        _add(app, api, f"server.api.{name}")
    for name in PAGE_MODULES:
        _add(app, None, f"server.pages.{name}")
    restoring.register(app)
    tree_clock.register(app)
    city_clock.register(app)
    cli.register(app)
    _check_database(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _check_database(app: Flask) -> None:
    """Refuse a database that this version can't serve; one that is away for the moment is no reason to.

    A command is refused where it is called (`cli`), for some must run then.
    """
    with app.app_context():
        try:
            schema = schema_guard.look()
            if not _is_command():
                schema_guard.refuse(schema)
                schema_guard.check_whole()
            if schema.state in ("fits", "none"):
                check_operator()
                check_log_key()
                restoring.look()
        except DatabaseTrouble:
            logging.getLogger("so_nha_nong").warning("database away at start")
        finally:
            db.engine.dispose()  # no connection is carried into a forked worker


def _is_command() -> bool:
    """Return whether a command of `flask` makes this app, other than the one that serves."""
    command = click.get_current_context(silent=True)
    return command is not None and command.info_name != "run"


def _who_calls() -> Callable[[], object]:
    """Return the check of a device's session; without `server.auth` nobody has one."""
    if find_spec("server.auth") is None:
        return _nobody
    return cast(Callable[[], object], import_module("server.auth").require_device)


def _nobody() -> object:
    raise ServiceError("session")


def _add(app: Flask, api: Api | None, name: str) -> None:
    if find_spec(name) is None:
        return
    module = import_module(name)
    if hasattr(module, "init"):
        module.init(app)
    if api is None:
        app.register_blueprint(module.blueprint)
    else:
        api.register_blueprint(module.blueprint)
