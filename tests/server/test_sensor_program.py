"""The sensor's own program against the real server, and the broker between them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from amqtt.broker import Broker
from flask import Flask
from flask.testing import FlaskClient
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from server.config import now_ms
from server.db import run_write
from server.services.inviting import invite
from server.services.listening import Listener
from server.store.operator import load_private
from sync import sensor
from tests.journeys.house import free_port
from tests.server.phones import enrolled, start
from tests.server.sensors import Probe, add_row, probe
from tests.server.test_sensors import today_of

SECONDS = 20


def through(client: FlaskClient) -> sensor.Post:
    """Return what sends to the server of a test."""

    def post(url: str, data: Any) -> Any:
        answer = client.post(url.partition("localhost:8000")[2], json=data)
        if answer.status_code != 200:
            raise sensor.SensorError(str(answer.status_code))
        return answer.get_json()

    return post


def nowhere(_url: str, _data: Any) -> Any:
    """Stand for a network that is away."""
    raise sensor.SensorError("no connection")


def test_the_program_gathers_offline_and_sends_each_reading_once(client: FlaskClient, tmp_path: Path) -> None:
    start()
    enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    row = run_write(lambda session: add_row(session, "Hộ bà Mận", "Phao ao 1", {}))
    link = invite(load_private(), row.id, now_ms(), kind="sensor")
    state, at = tmp_path / "sensor.json", now_ms()
    sensor.join(state, link.url, "Pi", at, through(client))
    assert state.stat().st_mode & 0o077 == 0
    for minute in range(3):
        sensor.measure(state, {"temperature": 28_000 + minute}, at - (2 - minute) * 60_000)
        with pytest.raises(sensor.SensorError):
            sensor.send_all(state, lambda: at, nowhere)
    kept = json.loads(state.read_text("utf-8"))
    assert (kept["n"], len(kept["unsent"])) == (3, 3)
    assert sensor.send_all(state, lambda: at, through(client)) == 0
    state.write_text(json.dumps(kept), "utf-8")  # the answer was lost: the same ops go again
    assert sensor.send_all(state, lambda: at, through(client)) == 0
    told = client.get("/api/v1/sensors/" + row.id + "/temperature/day")
    assert told.status_code == 401
    assert today_of(Probe(None, row)).doubles == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("words", [["ph=sour"], ["moonlight=3"], ["ph=nan"]])
def test_the_program_says_what_it_does_not_understand(words: list[str], tmp_path: Path) -> None:
    assert sensor.main(["--state", str(tmp_path / "s.json"), "measure", *words]) == 1


@pytest.fixture
def broker() -> Iterator[int]:
    """Run a real broker and give its port."""
    port, loop, ready = free_port(), asyncio.new_event_loop(), threading.Event()
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    found: list[Broker] = []

    async def begin() -> None:
        found.append(Broker(config))
        await found[0].start()
        ready.set()

    def work() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(begin())
        loop.run_forever()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(SECONDS)
    yield port
    asyncio.run_coroutine_threadsafe(found[0].shutdown(), loop).result(SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(SECONDS)


def test_readings_over_a_broker_are_taken_and_answered(app: Flask, client: FlaskClient, broker: int) -> None:
    start()
    enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    one = probe(client, "Hộ bà Mận")
    listener = Listener(f"mqtt://127.0.0.1:{broker}", "so-nha-nong", app.app_context)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    assert listener.ready.wait(SECONDS)
    answers: list[Any] = []
    came, heard = threading.Event(), threading.Event()
    me = Client(CallbackAPIVersion.VERSION2, client_id="phao")
    me.on_subscribe = lambda *_: heard.set()

    def take(_client: object, _data: object, message: Any) -> None:
        answers.append(json.loads(message.payload))
        came.set()

    me.on_message = take
    me.connect("127.0.0.1", broker)
    me.subscribe(f"so-nha-nong/results/{one.phone.key.device}", qos=1)
    me.loop_start()
    assert heard.wait(SECONDS)
    for junk in (b"{", b"[]", b'{"ops": 3}', b'{"ops": [{"body": "[]"}]}', b"\xff" * 100):
        me.publish("so-nha-nong/readings", junk, qos=1)
    me.publish("so-nha-nong/readings", json.dumps({"ops": [one.op([(now_ms(), (28_400,))])]}), qos=1)
    assert came.wait(SECONDS)
    assert [r["result"] for r in answers[0]["results"]] == ["accepted"]
    assert today_of(one).n == 1
    me.loop_stop()
    me.disconnect()
    listener.stop()
    thread.join(SECONDS)
    assert not thread.is_alive()
