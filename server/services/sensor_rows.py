"""Sensors of farms as rows: each with a membership of its own, whose key signs what it measures.

A sensor is nobody: the person behind its membership bears the sensor's name, and stands in no list of people.
"""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy.orm import Session

from server.errors import ServiceError
from server.models.people import Farm, Person
from server.models.sensors import NAME_CHARS, Sensor
from server.services.setup import add_membership, new_id
from server.store import devices, views
from sync.rights import SENSOR

KINDS: Final = ("water", "soil", "climate")
EVERY_MINUTES: Final = (5, 10, 15, 30, 60, 240, 1440)


def add_sensor(
    session: Session, farm: Farm, *, name: str, kind: str, plot: str, every_minutes: int, now: int
) -> Sensor:
    """Return a new sensor of a farm; an invitation for its membership makes its key.

    Raises: ServiceError(bad_values).
    """
    if not name or len(name) > NAME_CHARS or kind not in KINDS or every_minutes not in EVERY_MINUTES:
        raise ServiceError("bad_values")
    if plot and views.document(session, f"farm:{farm.id}", plot) is None:
        raise ServiceError("bad_values", "plot")
    person = Person(id=new_id(now), organisation=farm.organisation, name=name, created_at=now)
    session.add(person)
    session.flush()
    member = add_membership(session, person.id, farm.organisation, farm.id, SENSOR, now)
    made = Sensor(
        id=member.id, organisation=farm.organisation, farm=farm.id, plot=plot, kind=kind, name=name,
        every_minutes=every_minutes, state="active", created_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def end_sensor(session: Session, sensor: Sensor, now: int) -> None:
    """End a sensor: what its key sends from here on is held, what it measured stays."""
    sensor.state = "ended"
    devices.end_membership(session, sensor.id, now)


def product_on(session: Session, scope: str, plot: str) -> str:
    """Return the product of the season that runs on a plot, "" where none or several do."""
    if not plot:
        return ""
    running = {
        one.doc: one.product
        for one in views.seasons_of(session, [scope])
        if not (one.ended_on or one.is_deleted)
    }
    found = set()
    for document in views.documents_of(session, scope, "season"):
        named = json.loads(document.values).get("plots")
        if document.doc in running and isinstance(named, list) and plot in named:
            found.add(running[document.doc])
    return found.pop() if len(found) == 1 else ""
