"""What stands at hand beside an entry: the store of its inputs up to its day, the season's first safe day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db import reading
from server.services import at_hand, inbox_entry
from server.services.at_hand import InStore, gravest
from server.services.inbox import Wanted
from server.services.inbox_entry import EntryPage
from server.services.viewing import make_current
from tests.server.consoles import Browser, fake_build
from tests.server.diaries import Sent
from tests.server.test_cost import watched
from tests.server.test_findings import Farm
from tests.server.test_inbox import staff_behind

NAME = "Tasieu 1.9EC"


def amount(text: str, unit: str) -> dict[str, str]:
    """Return an amount as forms hold it."""
    return {"amount": text, "unit": unit}


class Store(Farm):
    """A farm that buys and sprays."""

    def buy(self, day: str, said: dict[str, str], **more: Any) -> Sent:
        """Record a purchase of the input."""
        line = {"product": NAME, "input_type": "pesticide", "quantity": said, **more}
        return self.lua.entry("CT-03", day, **{f"line.abcdefgh.{name}": one for name, one in line.items()})

    def use(self, day: str, said: dict[str, str], **more: Any) -> Sent:
        """Record a spraying with it."""
        return self.spray(self.son, day, **{"line.abcdefgh.total_used": said, **more})

    def page(self, entry: Sent) -> EntryPage:
        """Return an entry as its reviewer sees it."""
        staff = staff_behind(self.reviewer)
        return inbox_entry.entry_page(staff, staff.farm(self.lua.farm), entry.uuid, Wanted())

    def beside(self, entry: Sent) -> InStore:
        """Return the store beside an entry of one input."""
        [line] = self.page(entry).store
        return line


@pytest.fixture
def farm(app: Flask, client: FlaskClient) -> Store:
    """A farm with two phones, and its reviewer."""
    return Store(app, client)


def told(line: InStore) -> tuple[Any, ...]:
    """Return bought, used, left of a line."""
    return line.bought, line.used, line.left


def test_the_store_is_told_as_it_stood_at_the_end_of_the_entrys_day(farm: Store) -> None:
    first = farm.use("2026-11-01", amount("30", "ml"))
    farm.buy("2026-11-02", amount("100", "ml"))
    second = farm.use("2026-11-05", amount("60", "ml"))
    third = farm.use("2026-11-20", amount("60", "ml"))
    line = farm.beside(second)
    assert (line.name, line.day) == (NAME, "2026-11-05")
    assert told(line) == (amount("100", "ml"), amount("90", "ml"), amount("10", "ml"))
    assert not line.is_short
    late = farm.beside(third)
    assert (told(late), late.is_short) == (
        (amount("100", "ml"), amount("150", "ml"), amount("50", "ml")),
        True,
    )
    never = farm.beside(first)
    assert told(never) == (None, amount("30", "ml"), None)
    assert (never.is_never, never.is_short, never.is_open) == (True, False, False)


def test_a_purchase_tells_its_own_input_and_a_harvest_none(farm: Store) -> None:
    assert told(farm.beside(farm.buy("2026-11-02", amount("2", "l")))) == (
        amount("2", "l"),
        amount("0", "l"),
        amount("2", "l"),
    )
    assert farm.page(farm.harvest(farm.lua, "2026-11-20")).store == ()


def test_what_can_not_be_added_is_said_and_nothing_is_guessed(farm: Store) -> None:
    farm.buy("2026-11-02", amount("3", "goi"))
    line = farm.beside(farm.use("2026-11-05", amount("60", "ml")))
    assert told(line) == (amount("3", "goi"), amount("60", "ml"), None)
    assert (line.is_open, line.is_never, line.is_short) == (True, False, False)


def test_the_season_waits_for_the_latest_of_all_its_plots_and_what_nobody_knows_comes_first(
    farm: Store,
) -> None:
    other = farm.lua.plot("Đồng Rọc")
    farm.season = farm.lua.season("Cà chua", farm.plot, plots=[farm.plot, other])
    here = farm.spray(farm.lua, "2026-11-01")
    farm.plot, first = other, farm.plot
    there = farm.spray(farm.lua, "2026-11-03", days=14)
    farm.plot = first
    [wait] = gravest(farm.page(here).waits)
    assert (wait.plot, wait.state, wait.until, wait.by) == (other, "days", "2026-11-17", there.doc)
    unknown = farm.spray(farm.lua, "2026-10-20", "unknown", None)
    [wait] = gravest(farm.page(there).waits)
    assert (wait.plot, wait.state, wait.by) == (farm.plot, "unknown", unknown.doc)


def test_the_store_of_an_entry_is_read_in_three_statements_however_much_there_is(farm: Store) -> None:
    def cost(entry: Sent) -> int:
        make_current([farm.lua.scope])
        with reading() as session, watched() as statements:
            assert at_hand.store_at(session, farm.lua.scope, entry.doc)
        return len(statements)

    spray = farm.use("2026-11-05", amount("60", "ml"))
    few = cost(spray)
    for day in range(10, 20):
        farm.buy(f"2026-10-{day}", amount("1", "l"))
    assert cost(spray) == few == 3


def test_the_inbox_says_it_in_words(farm: Store, app: Flask, tmp_path: Path) -> None:
    fake_build(app, tmp_path / "dist")
    farm.buy("2026-11-02", amount("100", "ml"))
    spray = farm.use("2026-11-05", amount("160", "ml"))
    browser = Browser(app, "Trần Thị Hoa")
    page = browser.text(f"/htx/duyet?ho={farm.lua.farm}&dong={spray.uuid}")
    for words in (
        "Kho của hộ đến hết ngày 05/11/2026",
        "Mua 100\u00a0ml, dùng 160\u00a0ml",
        "thiếu 60\u00a0ml",
        "Thu hoạch sớm nhất 12/11/2026",
    ):
        assert words in page, words
