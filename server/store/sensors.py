"""Rows of sensors and their days: look-ups and inserts, nothing decided here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from server.models.people import Farm
from server.models.sensors import Sensor, SensorDay, SensorLimit


def of_farms(session: Session, farms: Collection[str]) -> list[Sensor]:
    """Return the sensors of farms, ended ones too, by farm and name."""
    query = select(Sensor).join(Farm, Farm.id == Sensor.farm).where(Sensor.farm.in_(farms))
    return list(session.scalars(query.order_by(Farm.code, Sensor.name, Sensor.id)))


def find(session: Session, sensor: str) -> Sensor | None:
    """Return a sensor by its id, an ended one too."""
    return session.get(Sensor, sensor)


def limits_of(session: Session, organisation: str) -> list[SensorLimit]:
    """Return what an organisation changed of the limits."""
    query = select(SensorLimit).where(SensorLimit.organisation == organisation)
    return list(session.scalars(query.order_by(SensorLimit.product, SensorLimit.sensor, SensorLimit.measure)))


def last_days(session: Session, scopes: Sequence[str]) -> list[SensorDay]:
    """Return the newest day of each measure of each sensor in these scopes on which a value stands."""
    key = (SensorDay.scope, SensorDay.sensor, SensorDay.measure)
    newest = select(*key, func.max(SensorDay.day)).where(SensorDay.scope.in_(scopes), SensorDay.n > 0)
    query = select(SensorDay).where(tuple_(*key, SensorDay.day).in_(newest.group_by(*key)))
    return list(session.scalars(query))


def days(
    session: Session, scope: str, sensor: str, since: str, upto: str, measure: str | None = None
) -> list[SensorDay]:
    """Return the days of a sensor between two civil dates, both included, in their order."""
    query = select(SensorDay).where(SensorDay.scope == scope, SensorDay.sensor == sensor)
    query = query.where(SensorDay.day >= since, SensorDay.day <= upto)
    query = query if measure is None else query.where(SensorDay.measure == measure)
    return list(session.scalars(query.order_by(SensorDay.day, SensorDay.measure)))
