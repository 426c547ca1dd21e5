"""The seven figures of 10,000 farms with 2 million entries: from maintained views, and from nothing.

The rows of the log's views are made by the database itself: plots, seasons under VietGAP with an approved
entry every few days, attendances, paid sales. "From nothing" is the plots' view of all farms made anew from
those views; folding them from a log is another matter (`push`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.models.indicators import MonitoredHead, MonitoredPlot
from server.models.people import Organisation, Village
from server.models.sales import PurchasePoint
from server.models.training import Training
from server.services.indicators import counting
from sync.civil import add_days, ms_to_date
from tests.bench.servers import bench_server
from tests.bench.table import Row, median_of
from tests.server.diaries import new_uuid

DAYS = 60
PLOTS = 2
SALES_A_FARM = 10
UUID = "'019b0000-0000-7000-8000-' || "
HEX = {"sqlite": "printf('%012x', {})", "postgresql": "lpad(to_hex({}), 12, '0')"}
DAY = {
    "sqlite": "date(:started, '+' || ({}) || ' days')",
    "postgresql": "to_char(cast(:started AS date) + cast({} AS integer), 'YYYY-MM-DD')",
}


def rows(kind: str, farms: int, entries: int) -> Iterator[Row]:
    """Yield the rows of one database."""
    with bench_server(kind) as server, server.app.app_context():
        organisation = _fill(farms, entries)
        run_write(lambda session: session.execute(text("ANALYZE")))  # as autovacuum does in service
        today, group = ms_to_date(now_ms()), f"indicators, {kind}"
        what = f"{farms:,} farms, {farms * entries:,} entries"
        began = time.perf_counter()
        counting.remake()
        yield Row(group, f"from nothing, {what}", time.perf_counter() - began, "s", "stated")
        took = []
        for _ in range(5):
            began = time.perf_counter()
            waiting = counting.catch_up()
            with reading() as session:
                page = counting.count(session, organisation, int(today[:4]), today, waiting)
            took.append(time.perf_counter() - began)
        _check(page, farms)
        value, spread = median_of(took)
        yield Row(group, f"all seven, {what}", value, "s", "≤ 1", "", spread, value <= 1)


def _check(page: counting.Page, farms: int) -> None:
    four, five, seven = (page.figures[one - 1] for one in (4, 5, 7))
    assert four.whole == farms + 1
    assert five.whole == farms * PLOTS * 1000
    assert five.counted == five.whole
    assert seven.whole == farms * SALES_A_FARM


def _fill(farms: int, entries: int) -> str:
    """Fill the views of the commune; return the cooperative."""

    def work(session: Session) -> str:
        session.execute(delete(MonitoredPlot))
        session.execute(delete(MonitoredHead))
        organisation = session.scalars(select(Organisation.id).where(Organisation.parent.is_not(None))).one()
        village = session.scalars(select(Village.id).order_by(Village.name)).first()
        today = ms_to_date(now_ms())
        point, training = new_uuid(), new_uuid()
        session.add(
            PurchasePoint(id=point, organisation=organisation, name="Chợ", village=village, state="open")
        )
        session.add(
            Training(
                id=training, organisation=organisation, kind="digital", topic="", held_by="other", team=None,
                village=village, place="", happened_on=f"{today[:4]}-01-01", starts_at="", ends_at="",
                state="held", plan_count=None, note="", changed_by=None, changed_at=0,
            )
        )  # fmt: skip
        session.flush()
        said = {
            "organisation": organisation, "village": village, "point": point, "training": training,
            "org": f"org:{organisation}", "started": add_days(today, -DAYS), "today": today,
        }  # fmt: skip
        numbers = {"farms": farms, "entries": entries, "sales": farms * SALES_A_FARM}
        for statement in _statements(session.get_bind().dialect.name, **numbers):
            names = [one for one in said if f":{one}" in statement]
            session.execute(text(statement), {one: said[one] for one in names})
        return organisation

    return run_write(work)


def _statements(dialect: str, farms: int, entries: int, sales: int) -> Iterator[str]:
    """Give the statements that fill the tables, each from the numbers that it counts."""

    def named(number: str) -> str:
        return UUID + HEX[dialect].format(number)

    def day(number: str) -> str:
        return DAY[dialect].format(number)

    def fill(table: str, most: int, **columns: str) -> str:
        numbers = f"WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {most - 1})"
        names = ", ".join(f'"{one.rstrip("_")}"' for one in columns)
        return f"INSERT INTO {table} ({names}) {numbers} SELECT {', '.join(columns.values())} FROM c"

    def scope(number: str) -> str:
        return "'farm:' || " + named(number)

    plots, every = farms * PLOTS, max(1, entries // PLOTS)
    farm_of_plot, farm_of_entry = f"n / {PLOTS}", f"n / {entries}"
    plot_of_entry = f"n / {entries} * {PLOTS} + n % {PLOTS}"
    season = "'season:' || " + named("n")
    plot = "'plot:' || " + named("n")
    values = f"'{{\"plots\":[\"' || {plot} || '\"]}}'"
    yield fill(
        "farms",
        farms,
        id=named("n"),
        organisation=":organisation",
        village=":village",
        code="'B' || n",
        name="'Nhà ' || n",
        demo="false",
        created_at="0",
    )
    yield fill("view_heads", farms, scope=scope("n"), seq="1")
    yield fill(
        "view_plots",
        plots,
        scope=scope(farm_of_plot),
        doc=plot,
        name="'Thửa'",
        kind="'field'",
        area_m2="1000",
        is_deleted="false",
        has_conflict="false",
    )
    yield fill(
        "view_seasons",
        plots,
        scope=scope(farm_of_plot),
        doc=season,
        name="'Lúa'",
        product="'rice'",
        sector="'crop'",
        standard="'vietgap'",
        started_on=":started",
        ended_on="''",
        is_deleted="false",
        has_conflict="false",
    )
    nothing = dict.fromkeys(("conflicts", "tips", "heads"), "'[]'") | {
        "rivals": "'{}'",
        "device": "''",
        "by": "''",
    }
    yield fill(
        "view_documents",
        plots,
        scope=scope(farm_of_plot),
        doc=season,
        type="'season'",
        values_=values,
        is_deleted="false",
        is_missing="false",
        first_seq="1",
        last_seq="1",
        recorded_at="0",
        received_at="0",
        changed_at="0",
        **nothing,
    )
    yield fill(
        "view_entries",
        farms * entries,
        scope=scope(farm_of_entry),
        doc="'entry:' || " + named("n"),
        form="'CT-07'",
        happened_on=day(f"n % {entries} / {PLOTS} * {DAYS} / {every}"),
        season="'season:' || " + named(plot_of_entry),
        sector="'crop'",
        has_conflict="false",
        is_deleted="false",
        photos="0",
        received_at="0",
        recorded_at="0",
        by="''",
        state="'approved'",
        is_answered="false",
        approvals="0",
        severity="0",
        queue="'approved'",
    )
    yield fill(
        "view_entry_plots",
        farms * entries,
        scope=scope(farm_of_entry),
        doc="'entry:' || " + named("n"),
        plot="'plot:' || " + named(plot_of_entry),
    )
    yield fill(
        "view_attendances",
        farms,
        scope=":org",
        doc="'attendance:' || " + named("n"),
        training=":training",
        farm=scope("n / 2"),
        membership=named("n"),
        organisation="''",
        kind="'digital'",
        how="'scan'",
        happened_on=":today",
        by="''",
        received_at="0",
        is_deleted="false",
    )
    yield fill(
        "view_sales",
        sales,
        scope=":org",
        doc="'sale:' || " + named("n"),
        direction="'buy'",
        farm="''",
        lot="''",
        point=":point",
        product="'rice'",
        unit="'g'",
        total_dong="1000",
        pay="CASE WHEN n % 3 = 0 THEN 'vietqr' ELSE 'cash' END",
        paid="'confirmed'",
        paid_on="''",
        happened_on=":today",
        at="''",
        receipt="''",
        corrects="''",
        by="''",
        received_at="0",
        is_deleted="false",
        has_conflict="false",
    )
