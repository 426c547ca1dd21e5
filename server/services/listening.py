"""Readings over MQTT: the same signed ops as by HTTP; each message is answered by one to the sensor.

A message is acknowledged to the broker (QoS 1) only when its ops are durable or can never be: until then the
broker keeps it. The broker is not trusted with anything: it can hold messages back, and make none.
Source: PROTOCOL §41; MQTT 3.1.1 §4.3.
"""

from __future__ import annotations

import contextlib
import json
import logging
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from server.config import now_ms
from server.db import DatabaseTrouble
from server.services import read_only
from server.services.sensing import take_readings
from sync.errors import Refusal
from sync.ids import is_device
from sync.limits import REQUEST_BYTES_MAX

PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
KEEPALIVE_SECONDS: Final = 60
WAIT_SECONDS: Final = 5  # our choice: until a database that is away is asked again
CLIENT: Final = "so-nha-nong"

logger = logging.getLogger("so_nha_nong")


class Listener:
    """One connection to a broker; `run` blocks until `stop` and connects again by itself."""

    def __init__(
        self, url: str, topic: str, context: Callable[[], AbstractContextManager[Any]], *, name: str = CLIENT
    ) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
        self._topic, self._context = topic, context
        self._stopped = Event()
        self.ready = Event()
        # A session that the broker keeps: what came while this process was away is waiting there.
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=name, clean_session=False, manual_ack=True
        )
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            self._client.tls_set_context(ssl.create_default_context())
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = self._note
        self._client.on_message = self._take

    @property
    def shown(self) -> str:
        """Return what is listened to, without the password."""
        return f"{self._host}:{self._port} {self._topic}/readings"

    def run(self) -> None:
        """Listen until stopped; a broker that is away is tried again and again."""
        self._client.connect_async(self._host, self._port, KEEPALIVE_SECONDS)
        self._client.loop_forever(retry_first_connection=True)

    def stop(self) -> None:
        """End `run`."""
        self._stopped.set()
        self._client.disconnect()

    def _subscribe(
        self, client: Client, _data: object, _flags: object, reason: ReasonCode, _props: Properties | None
    ) -> None:
        if reason.is_failure:
            logger.warning("broker refuses", extra={"reason": str(reason)})
            return
        client.subscribe(f"{self._topic}/readings", qos=1)

    def _note(self, *_args: object) -> None:
        self.ready.set()

    def _take(self, client: Client, _data: object, message: MQTTMessage) -> None:
        while not self._stopped.is_set():
            try:
                with self._context():
                    self._answer(client, bytes(message.payload))
                break
            except DatabaseTrouble:
                self._stopped.wait(WAIT_SECONDS)
        else:
            return  # not acknowledged: the broker gives it again
        client.ack(message.mid, message.qos)

    def _answer(self, client: Client, payload: bytes) -> None:
        data = _parse(payload)
        if data is None:
            return
        try:
            read_only.check()  # the broker keeps it so long, as while the database is away
            results = take_readings(data, now_ms())
        except Refusal:
            return
        by_device: dict[str, list[object]] = {}
        for op, result in zip(data["ops"], results, strict=True):
            device = _device(op)
            if device:
                by_device.setdefault(device, []).append(result)
        for device, some in by_device.items():
            client.publish(
                f"{self._topic}/results/{device}", json.dumps({"results": some, "now": now_ms()}), qos=1
            )


def _parse(payload: bytes) -> dict[str, Any] | None:
    if len(payload) > REQUEST_BYTES_MAX:
        return None
    with contextlib.suppress(ValueError, RecursionError):
        data = json.loads(payload)
        if isinstance(data, dict) and isinstance(data.get("ops"), list):
            return data
    return None


def _device(op: object) -> str:
    """Return whose answer an op's result is; nothing for what names no device."""
    with contextlib.suppress(ValueError, RecursionError, TypeError, AttributeError):
        device = json.loads(op["body"])["device"]  # type: ignore[index]
        return device if is_device(device) else ""
    return ""
