"""Each figure against a second, naive way of counting it from the log, in made-up communes of known seeds."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.models.people import Organisation, Village
from server.models.sales import PurchasePoint
from server.models.training import Training
from server.services.indicators import counting
from server.services.rebuilding import rebuild
from sync.attendance import attendance_doc
from sync.civil import add_days
from tests.server import indicator_oracle as oracle
from tests.server.diaries import NOON, Diary, diary_of, new_uuid
from tests.server.lots import staff
from tests.server.phones import start

TODAY = "2026-11-28"
NOW = NOON + 19 * 86_400_000


@pytest.fixture(autouse=True)
def day(app: Flask) -> None:
    """Stop the clock on a day."""
    app.extensions["clock"] = lambda: NOW


class World:
    """A commune with three households, a clerk, a helper and a reviewer."""

    def __init__(self, app: Flask, seed: int) -> None:
        self.rng = random.Random(seed)
        start()
        self.homes = [diary_of(app.test_client(), f"Chủ {one}", f"Nhà {one}") for one in range(3)]
        self.reviewer = staff(app, "Chị Hoa", "reviewer")
        self.clerk = staff(app, "Chị Thắm", "clerk")
        self.helper = staff(app, "Chị Mai", "helper")
        self.organisation = self.clerk.scope.removeprefix("org:")
        with reading() as session:
            self.commune = session.scalars(
                select(Organisation.parent).where(Organisation.parent.is_not(None))
            ).one()
            self.village = session.scalars(select(Village.id).order_by(Village.name)).first()
        for home in self.homes:
            self.farm(home)
        self.points = [
            self.row(PurchasePoint, name=f"Điểm {one}", village=self.village, state="open")
            for one in range(2)
        ]
        for _ in range(self.rng.randint(5, 12)):
            self.sale()
        for _ in range(3):
            self.training()

    def days(self, first: str, most: int) -> str:
        return add_days(first, self.rng.randint(0, most))

    def row(self, model: Any, **values: Any) -> str:
        """Add a row of the cooperative and return its id."""
        uuid = new_uuid()
        run_write(lambda session: session.add(model(id=uuid, organisation=self.organisation, **values)))
        return uuid

    def farm(self, home: Diary) -> None:
        """Record plots, seasons, entries; some are approved, changed afterwards, or taken back."""
        rng = self.rng
        areas = [None, {"amount": "2.5", "unit": "sao"}, {"amount": "1200", "unit": "m2"}]
        plots = [home.plot(f"Thửa {one}", area=rng.choice(areas)) for one in range(2)]
        for _ in range(2):
            first = self.days("2025-11-01", 300)
            ended = rng.choice([None, add_days(first, rng.randint(20, 120))])
            season = home.season(
                "Lúa", plots[0], plots=rng.sample(plots, rng.randint(1, 2)), started_on=first, ended_on=ended,
                standard=rng.choice(["vietgap", "organic", "none", "conversion"]),
            )  # fmt: skip
            at = first
            for _ in range(rng.randint(0, 9)):
                at = self.days(at, 40)
                self.entry(home, season, at, rng.choice([plots, plots[:1], plots[1:], []]))

    def entry(self, home: Diary, season: str, day: str, plots: list[str]) -> None:
        made = home.entry("CT-07", day, season=season, plots=plots, activity="weed")
        fate = self.rng.random()
        if fate < 0.8:
            said = {"of": made.doc, "decision": "approved", "heads": [made.id]}
            self.reviewer.record(f"review:{new_uuid()}", said, scope=home.scope)
        if fate < 0.1:
            home.record(made.doc, {"activity": "check"}, after=[made.id])  # amended: no longer approved
        elif fate < 0.2:
            home.record(made.doc, {"_deleted": True}, after=[made.id])

    def sale(self) -> None:
        """Record a sale; some are taken back, some corrected by another."""
        rng = self.rng
        said = {
            "direction": rng.choice(["buy", "sell"]), "product": "rice",
            "amount": {"amount": "10", "unit": "kg"},
            "happened_on": self.days("2025-12-01", 380), "point": rng.choice(self.points),
            "pay": rng.choice(["cash", "vietqr", "transfer", "wallet"]),
            "paid": rng.choice(["confirmed", "confirmed", "claimed", "unpaid"]),
        }  # fmt: skip
        private = rng.choice([None, {"total": rng.randint(1, 50) * 10_000}])
        doc = f"sale:{new_uuid()}"
        first = self.clerk.record(doc, said, private)
        fate = rng.random()
        if fate < 0.15:
            self.clerk.record(doc, {"_deleted": True}, after=[first.id])
        elif fate < 0.3:
            self.clerk.record(
                f"sale:{new_uuid()}", {**said, "pay": "cash", "corrects": doc}, {"total": 70_000}
            )

    def training(self) -> None:
        """Plan a session; whoever comes, comes once or twice."""
        rng = self.rng
        kind, state = (
            rng.choice(["digital", "ecommerce", "technique"]),
            rng.choice(["held", "held", "planned"]),
        )
        uuid = self.row(
            Training, kind=kind, topic="Tập huấn", held_by="other", team=None, village=None, place="",
            happened_on=self.days("2026-06-01", 200), starts_at="", ends_at="", state=state, plan_count=None,
            note="", changed_by=None, changed_at=NOW,
        )  # fmt: skip
        for home in rng.sample(self.homes, rng.randint(0, 3)):
            for member in {new_uuid(), new_uuid()}:
                said = {
                    "training": uuid,
                    "farm": home.scope,
                    "membership": member,
                    "kind": kind,
                    "how": "list",
                }
                doc = attendance_doc(uuid, home.scope, member)
                self.helper.record(doc, {**said, "happened_on": "2026-06-01"})
        if rng.random() < 0.5:
            said = {"training": uuid, "organisation": self.organisation, "kind": kind, "how": "list"}
            self.helper.record(f"attendance:{new_uuid()}", {**said, "happened_on": "2026-06-01"})

    def count(self) -> counting.Page:
        assert counting.catch_up() == 0
        with reading() as session:
            return counting.count(session, self.organisation, 2026, TODAY)


def compare(session: Session, page: counting.Page) -> None:
    """Hold the figures to the second way."""
    four, five, seven = (page.figures[one - 1] for one in (4, 5, 7))
    assert (four.counted, four.whole) == oracle.trained(session, TODAY)
    assert (five.counted, five.whole) == oracle.monitored(session, TODAY, 30)
    assert (seven.counted, seven.whole, seven.dong, seven.whole_dong) == oracle.cashless(session, TODAY)
    for figure in page.figures:
        assert sum(one.counted for one in figure.tallies) == figure.counted


@pytest.mark.parametrize("seed", [1, 3])
def test_every_figure_of_the_log_is_what_a_second_way_counts(app: Flask, seed: int) -> None:
    world = World(app, seed)
    page = world.count()
    with reading() as session:
        compare(session, page)
    world.entry(world.homes[0], world.homes[0].season("Rau", world.homes[0].plot("Mới")), "2026-11-20", [])
    world.sale()
    page = world.count()
    with reading() as session:
        compare(session, page)
    assert list(rebuild()) == []
    assert world.count().figures == page.figures
