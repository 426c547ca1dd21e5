"""The program, loaded by the import of this module: what a server loads until its first answer."""

from __future__ import annotations

import tempfile
from pathlib import Path

import gunicorn.app.wsgiapp
import gunicorn.workers.gthread  # noqa: F401 (what gunicorn loads by its name)

from server.app import create_app
from server.config import Settings
from server.db import db
from tests.server.once import compile_once

compile_once()
with tempfile.TemporaryDirectory() as folder:
    settings = Settings(
        data_dir=Path(folder), demo=False, tree_every_seconds=0, city_every_seconds=0, log_level="WARNING"
    )
    made = create_app(settings)
    with made.app_context():
        made.test_client().get("/api/v1/health")
        db.engine.dispose()  # no connection is shared by two processes
