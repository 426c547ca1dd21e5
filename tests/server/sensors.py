"""A sensor made of software, and the readings that it sends, for the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from server.config import now_ms
from server.db import run_write
from server.models.sensors import Sensor
from server.services.inviting import invite
from server.services.sensor_rows import add_sensor
from server.store import people
from server.store.operator import load_private
from sync import ids
from sync.ops import make_body, message
from sync.readings import make_readings
from tests.server.phones import ORIGIN, Phone

DAY_MS = 86_400_000


@dataclass
class Probe:
    """A sensor's key and its row."""

    phone: Phone
    row: Sensor
    n: int = 0

    @property
    def scope(self) -> str:
        """Return the log that it writes to."""
        return f"sensor:{self.row.farm}"

    def op(self, rows: list[tuple[int, tuple[int | None, ...]]], *named: str, **more: Any) -> dict[str, Any]:
        """Return an op of these readings as a request carries it."""
        self.n += 1
        fields = next(make_readings(self.row.id, named or ("temperature",), rows))
        parts = {
            "device": self.phone.key.device, "n": self.n, "by": self.row.id, "scope": self.scope,
            "doc": f"reading:{uuid4()}", "recorded_at": now_ms(), "fields": fields | more.pop("set", {}),
        }  # fmt: skip
        body = make_body(**{**parts, **more})
        return {"body": body, "signature": ids.b64_encode(self.phone.key.sign(message(ORIGIN, body)))}

    def send(self, *ops: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the results of sending these ops."""
        answer = self.phone.client.post("/api/v1/readings", json={"ops": list(ops)})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return list(answer.get_json()["results"])


def probe(client: FlaskClient, farm: str, name: str = "Phao ao 1", **more: Any) -> Probe:
    """Return a sensor of a farm that has joined."""
    row = run_write(lambda session: add_row(session, farm, name, more))
    phone = Phone(client)
    assert phone.join(invite(load_private(), row.id, now_ms(), kind="sensor")).status_code == 200
    return Probe(phone, row)


def add_row(session: Any, farm: str, name: str, more: dict[str, Any]) -> Sensor:
    organisation = people.find_organisation(session, more.pop("organisation", None))
    assert organisation is not None
    found = people.find_farm(session, organisation.id, farm)
    assert found is not None
    wanted = {"name": name, "kind": "water", "plot": "", "every_minutes": 5, "now": now_ms()} | more
    return add_sensor(session, found, **wanted)
