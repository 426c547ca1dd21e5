"""What staff do with sensors: add one, end one, say between what its values should lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.devices import DeviceRow
from server.models.sensors import Sensor, SensorDay, SensorLimit
from server.services import sensor_rows, sensor_shown
from server.services.console import FarmName, Staff
from server.services.console_reach import NotDone, allow, farm_of, named, write_rows
from server.services.sensor_limits import Limit, limit_of, table
from server.services.sensor_shown import Shown
from server.store import people, sensors, views
from sync.readings import Measure, measures
from sync.values import Json


@dataclass(frozen=True)
class SensorLine:
    """A sensor of the list with the farm that it hangs at."""

    shown: Shown
    farm: FarmName


@dataclass(frozen=True)
class SensorPage:
    """One sensor. `key`: "" where nobody was invited, else invited, waiting, confirmed or revoked."""

    line: SensorLine
    key: str
    days: tuple[SensorDay, ...]
    limits: tuple[tuple[Measure, Limit | None], ...]


@dataclass(frozen=True)
class LimitGroup:
    """The limits of a species; `product`, `name`: "" for any."""

    product: str
    name: str
    rows: tuple[tuple[Measure, Limit | None], ...]


def farm_ids(staff: Staff) -> dict[str, FarmName]:
    """Return the farms whose sensors the staff member sees, by id."""
    return {one.id: one for one in staff.farms.values()}


def sensor_list(staff: Staff) -> list[SensorLine]:
    """Return the sensors of the cooperative's farms, those that warn or are silent first."""
    farms = farm_ids(staff)
    found = [SensorLine(one, farms[one.row.farm]) for one in sensor_shown.sensors_of(farms, now_ms())]
    return sorted(found, key=lambda one: not (one.shown.warnings or one.shown.silent_ms))


def sensor_page(staff: Staff, sensor: str) -> SensorPage:
    """Return one sensor. Raises: ServiceError(not_found)."""
    farms, now = farm_ids(staff), now_ms()
    shown = sensor_shown.sensor_of(farms, sensor, now)
    with reading() as session:
        query = select(DeviceRow.state).where(DeviceRow.membership == sensor)
        states = set(session.scalars(query))
        own = sensors.limits_of(session, staff.organisation)
    key = next((one for one in ("confirmed", "waiting", "invited", "revoked") if one in states), "")
    kinds = [one for one in measures().values() if one.of == shown.row.kind]
    limits = tuple((one, limit_of(own, sensor, shown.product, one.code)) for one in kinds)
    return SensorPage(
        SensorLine(shown, farms[shown.row.farm]), key, tuple(sensor_shown.daily(shown, now)), limits
    )


def of_farm(staff: Staff, farm: str) -> list[tuple[Shown, list[SensorDay]]]:
    """Return the sensors of one of the farms, each with what it measured today and yesterday."""
    now = now_ms()
    found = sensor_shown.sensors_of([staff.farm(farm).id], now)
    return [(one, [day for day in sensor_shown.daily(one, now, 2) if day.n]) for one in found]


def plots_of(staff: Staff) -> list[tuple[str, str, str]]:
    """Return (farm's id, plot, name) of every plot of the staff's farms."""
    with reading() as session:
        rows = views.plots_of(session, list(staff.farms))
        return [(one.scope.removeprefix("farm:"), one.doc, one.name) for one in rows if not one.is_deleted]


def add_sensor(staff: Staff, said: Mapping[str, str]) -> str:
    """Make a sensor and return its id. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "edit_sensors")
    name = named(said.get("ten", ""))
    farm, _, plot = said.get("cho", "").partition(" ")
    every = said.get("phut", "")

    def work(session: Session) -> str:
        try:
            made = sensor_rows.add_sensor(
                session, farm_of(session, staff, farm), name=name, kind=said.get("loai", ""), plot=plot,
                every_minutes=int(every) if every.isascii() and every.isdigit() else 0, now=now_ms(),
            )  # fmt: skip
        except ServiceError as error:
            if error.slug == "bad_values":
                raise NotDone("not_sensor") from error
            raise
        return made.id

    return write_rows(work)


def end_sensor(staff: Staff, sensor: str) -> None:
    """End a sensor. Raises: ServiceError: no_right, not_found."""
    allow(staff, "edit_sensors")
    write_rows(lambda session: sensor_rows.end_sensor(session, _own(session, staff, sensor), now_ms()))


def keep_limits(staff: Staff, sensor: str, product: str, said: Mapping[str, str]) -> None:
    """Keep what the cooperative says of limits: of one sensor, or of a species where `sensor` is "".

    Shape:  said: `<measure>_low`, `<measure>_high` as people write numbers; both empty takes the row back.
    Raises: ServiceError: no_right, not_found; NotDone.
    """
    allow(staff, "edit_sensors")
    wanted = {code: _bounds(said, code) for code in measures() if f"{code}_low" in said}

    def work(session: Session) -> None:
        kind, others = product, []
        if sensor:
            row = _own(session, staff, sensor)
            kind = sensor_rows.product_on(session, f"farm:{row.farm}", row.plot)
            others = [one for one in sensors.limits_of(session, staff.organisation) if not one.sensor]
        for code, (low, high) in wanted.items():
            key = (staff.organisation, sensor, product, code)
            kept = session.get(SensorLimit, key)
            given = limit_of(others, "", kind, code)
            is_plain = given is not None and (given.low, given.high) == (low, high)
            if (low is None and high is None and given is None) or is_plain:
                if kept is not None:
                    session.delete(kept)
                continue
            if kept is None:
                kept = SensorLimit(
                    organisation=staff.organisation, sensor=sensor, product=product, measure=code
                )
                session.add(kept)
            kept.low, kept.high, kept.changed_by, kept.changed_at = low, high, staff.membership, now_ms()

    write_rows(work)


def limit_groups(staff: Staff, language: str) -> list[LimitGroup]:
    """Return the limits of every species that has some, then those of any."""
    with reading() as session:
        own = sensors.limits_of(session, staff.organisation)
        of = people.products(session)
        names = {one.code: one.name_en if language == "en" else one.name_vi for one in of}
    keys = dict.fromkeys([*table(), *((one.product, one.measure) for one in own if not one.sensor)])
    products = sorted(dict.fromkeys(product for product, _ in keys), key=lambda one: (not one, one))
    return [
        LimitGroup(product, names.get(product, ""), tuple(_rows(own, product, keys))) for product in products
    ]


def _rows(
    own: Sequence[SensorLimit], product: str, keys: Iterable[tuple[str, str]]
) -> Iterator[tuple[Measure, Limit | None]]:
    wanted = {measure for of, measure in keys if of == product}
    for code, measure in measures().items():
        if code in wanted:
            yield measure, limit_of(own, "", product, code)


def series_of(staff: Staff, sensor: str, measure: str, span: str) -> Json:
    """Return the columns of a chart. Raises: ServiceError(not_found)."""
    now = now_ms()
    shown = sensor_shown.sensor_of(farm_ids(staff), sensor, now)
    return sensor_shown.series(shown, measure, span, now)


def _own(session: Session, staff: Staff, sensor: str) -> Sensor:
    row = sensors.find(session, sensor)
    if row is None or row.farm not in farm_ids(staff):
        raise ServiceError("not_found")
    return row


def _bounds(said: Mapping[str, str], code: str) -> tuple[int | None, int | None]:
    low, high = (_thousandths(said.get(f"{code}_{side}", "")) for side in ("low", "high"))
    if low is not None and high is not None and low >= high:
        raise NotDone("not_limits")
    return low, high


def _thousandths(text: str) -> int | None:
    plain = text.strip().replace(",", ".")
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation as error:
        raise NotDone("not_limits") from error
    if not value.is_finite() or abs(value) > 1_000_000:
        raise NotDone("not_limits")
    return int((value * 1000).to_integral_value())
