"""Sensors of farms: rows that say which there are and what is too much, and the view of what they measured.

Source: PROTOCOL §41; sync/readings.py; server/data/sensor_limits.json.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS
from server.models.people import UUID_CHARS
from server.models.views import CODE_CHARS, DOC_CHARS

NAME_CHARS = 100


class Sensor(Base):
    """A sensor at a farm. `id` is its membership's, so that its ops name it by `by`; the key is its device's.

    Shape:  `kind`: water, soil or climate; `plot`: the document in the farm's scope, or ""; `every_minutes`:
            how often it should be heard of; `state`: active or ended.
    """

    __tablename__ = "sensors"
    __table_args__ = (Index("sensors_farm", "farm"), Index("sensors_organisation", "organisation"))

    id: Mapped[str] = mapped_column(ForeignKey("memberships.id"), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    farm: Mapped[str] = mapped_column(ForeignKey("farms.id"))
    plot: Mapped[str] = mapped_column(String(DOC_CHARS))
    kind: Mapped[str] = mapped_column(String(CODE_CHARS))
    name: Mapped[str] = mapped_column(String(NAME_CHARS))
    every_minutes: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[int] = mapped_column(BigInteger)


class SensorLimit(Base):
    """Between what a measure should lie: of one sensor, or of a product of the commune's list ("" beside it).

    Shape:  `low`, `high`: thousandths, None for no bound. A sensor's own goes before its product's, and both
            before the table's (`services.sensor_limits`).
    """

    __tablename__ = "sensor_limits"

    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    sensor: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    product: Mapped[str] = mapped_column(String(CODE_CHARS), primary_key=True)
    measure: Mapped[str] = mapped_column(String(CODE_CHARS), primary_key=True)
    low: Mapped[int | None] = mapped_column(BigInteger)
    high: Mapped[int | None] = mapped_column(BigInteger)
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class SensorDay(Base):
    """What a sensor measured of one measure on one civil day: a view of the scope's log.

    Shape:  `points`: one value a minute, 7 bytes each: the minute of the day, the value in thousandths, its
            mark (`store.reading_days`), in the order of minutes. `n`, `low`, `high`, `total`: of those that
            can be; `late`, `odd` (outside physics): how many of the points; `doubles`: values of a minute
            that had one; `clocks`: values of an impossible time, `unread`: what could not be read, both under
            the day on which they came (`unread` under the measure "").
    """

    __tablename__ = "view_sensor_days"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    sensor: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    measure: Mapped[str] = mapped_column(String(CODE_CHARS), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    low: Mapped[int | None] = mapped_column(BigInteger)
    high: Mapped[int | None] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    late: Mapped[int] = mapped_column(Integer)
    odd: Mapped[int] = mapped_column(Integer)
    doubles: Mapped[int] = mapped_column(Integer)
    clocks: Mapped[int] = mapped_column(Integer)
    unread: Mapped[int] = mapped_column(Integer)
    points: Mapped[bytes] = mapped_column(LargeBinary)
