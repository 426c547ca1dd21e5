"""`GET /metrics`: counts of several processes, what there is, who gets it; the alert rules that name it."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import stamp

from server.api.photos import photo_store
from server.app import create_app
from server.config import Settings, now_ms
from server.db import db
from server.services import backing_up, metering, metrics
from server.store import meters
from server.store.meters import Meters
from tests.server.phones import start
from tests.server.test_restore_drill import diary, farm_of

ROOT = Path(__file__).parents[2]
LINE = re.compile(r'(\w+)(\{(?:\w+="(?:[^"\\\n]|\\.)*",?)*\})? (-?[0-9.e+-]+|\+Inf)')


def told(client: FlaskClient, **headers: str) -> dict[str, float]:
    """Return every series of the page; each line must be one of the format."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, float] = {}
    for line in answer.get_data(as_text=True).splitlines():
        if not line.startswith("# "):
            read = LINE.fullmatch(line)
            assert read is not None, line
            found[read[1] + (read[2] or "")] = float(read[3])
    return found


def test_what_was_done_and_what_there_is_are_told_without_a_name_or_an_id(app: Flask, tmp_path: Path) -> None:
    stamp(revision="head")
    start()
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    scope = farm_of(owner)
    for n in range(1, 4):
        owner.record(scope, entry=n)
    owner.sync()
    made = backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
    app.test_client().get("/api/v1/scopes/farm:x/start")
    app.test_client().open("/health", method="GRAB")
    seen = told(app.test_client())
    assert seen['so_nha_nong_ops_total{result="accepted"}'] == 3
    assert seen["so_nha_nong_ops_logged"] == made.ops
    assert seen["so_nha_nong_ops_not_safe"] == made.ops
    assert seen["so_nha_nong_up"] == 1
    assert 0 <= seen["so_nha_nong_backup_age_seconds"] < 600
    assert seen["so_nha_nong_database_bytes"] > 10_000
    assert seen["so_nha_nong_process_memory_bytes"] > 10_000_000
    sync = 'method="POST",rule="/api/v1/sync"'
    count = seen[f"so_nha_nong_request_seconds_count{{{sync}}}"]
    assert count == seen[f'so_nha_nong_request_seconds_bucket{{{sync},le="+Inf"}}'] > 0
    assert seen[f'so_nha_nong_requests_total{{{sync},status="200"}}'] == count
    text = app.test_client().get("/metrics").get_data(as_text=True)
    for secret in (scope, scope.removeprefix("farm:"), owner.me, "Lụa", "farm:x", "GRAB"):
        assert secret not in text


def test_only_this_machine_or_who_has_the_token_gets_it(app: Flask, settings: Settings) -> None:
    client = app.test_client()
    assert client.get("/metrics").status_code == 200
    for headers in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=x"}, {"Via": "1.1 proxy"}):
        assert client.get("/metrics", headers=headers).status_code == 404
    far = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics", environ_overrides=far).status_code == 404
    guarded = create_app(replace(settings, metrics_token="a-long-secret"))
    client = guarded.test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    right = {"Authorization": "Bearer a-long-secret", "X-Forwarded-For": "203.0.113.7"}
    assert client.get("/metrics", headers=right, environ_overrides=far).status_code == 200
    with guarded.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(("proxies", "status"), [(0, 404), (1, 200)])
def test_behind_a_proxy_that_nobody_named_strangers_look_like_this_machine_and_get_nothing(
    settings: Settings, app: Flask, proxies: int, status: int
) -> None:
    """HTTPS ends in front; a proxy that tells no caller's address passes everybody on as 127.0.0.1."""
    public = "https://so.vi-du.example"
    made = create_app(replace(settings, public_url=public, trusted_proxies=proxies))
    assert made.test_client().get("/metrics").status_code == status
    with made.app_context():
        db.engine.dispose()


def test_where_the_database_is_away_the_page_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise metrics.DatabaseTrouble

    monkeypatch.setattr(metrics, "reading", away)
    seen = told(app.test_client())
    assert seen["so_nha_nong_up"] == 0
    assert "so_nha_nong_ops_logged" not in seen
    assert seen["so_nha_nong_disk_free_bytes"] > 0


def test_processes_count_together_and_a_killed_one_keeps_what_it_counted(tmp_path: Path) -> None:
    mine = Meters(tmp_path)
    mine.add("a", 2)
    children = []
    for _ in range(3):
        out, back = os.pipe()
        child = os.fork()
        if child == 0:
            for n in range(1000):  # more than one file's first room
                mine.add(f"b{n}")
                mine.add("a")
            os.write(back, b"x")
            signal.pause()
        os.close(back)
        assert os.read(out, 1) == b"x"
        os.close(out)
        children.append(child)
    assert (meters.total(tmp_path)["a"], meters.total(tmp_path)["b999"]) == (3002, 3)
    assert set(meters.processes(tmp_path)) == {os.getpid(), *children}
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert meters.total(tmp_path)["a"] == 3002
    heir = Meters(tmp_path)
    heir.add("a")
    assert (meters.total(tmp_path)["a"], meters.total(tmp_path)["b999"]) == (3003, 3)
    assert len(list(tmp_path.iterdir())) == 2  # the heir's and that of this process, which lives


def test_a_folder_that_takes_no_count_stops_no_request(app: Flask, settings: Settings) -> None:
    (settings.data_dir / metering.FOLDER).write_text("no folder", "utf-8")
    assert app.test_client().get("/health").status_code == 200


def test_every_metric_that_the_alert_rules_name_is_there() -> None:
    rules = (ROOT / "deploy" / "alerts.yml").read_text("utf-8")
    named = set(re.findall(r"so_nha_nong_(\w+)", rules))
    named = {re.sub(r"_(bucket|sum|count)$", "", one) for one in named}
    assert len(named) > 8
    assert named <= metrics.NAMES.keys()
    assert 'rule="/api/v1/sync"' in rules
