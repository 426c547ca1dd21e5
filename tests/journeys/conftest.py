"""One browser driver, one built phone, one server for the run; each journey has its own farm and phones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserType, Error, sync_playwright

from tests.journeys.air import Air
from tests.journeys.building import built
from tests.journeys.desk import Desk
from tests.journeys.fonts import our_fonts
from tests.journeys.house import House, SoftHouse
from tests.journeys.phone import Phone, chromium

PHONES = pytest.StashKey[list[Phone]]()
SHOTS = Path(__file__).with_name("shots")
_numbers = itertools.count(1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep what every phone showed when a journey failed, in `shots/`."""
    report = yield
    if report.when == "call" and report.failed:
        SHOTS.mkdir(exist_ok=True)
        for number, one in enumerate(item.stash.get(PHONES, [])):
            with suppress(Error, AssertionError):
                one.page.screenshot(path=SHOTS / f"{item.name}-{number}.png", full_page=True)
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserType]:
    """Give the driver of the machine's own Chromium."""
    chromium()
    with our_fonts(), sync_playwright() as driver:
        yield driver.chromium


@pytest.fixture(scope="session")
def dist() -> Path:
    """Give the built phone."""
    return built()


@pytest.fixture(scope="session")
def house(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give the server that most journeys share, on SQLite."""
    made = House(tmp_path_factory.mktemp("house") / "data", dist)
    made.install()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def own_house(dist: Path, tmp_path: Path) -> Iterator[House]:
    """Give a server that the journey may stop, restore or change."""
    made = House(tmp_path / "data", dist)
    made.install()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def farm() -> str:
    """Give the name of a farm that no other journey writes in."""
    return f"Hộ hành trình {next(_numbers)}"


@pytest.fixture
def make_phone(
    browser: BrowserType, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Phone]]:
    """Give a maker of phones; all of them must have run without an error of the page."""
    made: list[Phone] = []
    request.node.stash[PHONES] = made

    def make(at: House, name: str = "phone", **more: object) -> Phone:
        phone = Phone(browser, tmp_path / name, Air(at.port), **more)  # type: ignore[arg-type]
        made.append(phone)
        return phone

    yield make
    for one in made:
        one.close()
        one.air.close()
    assert [error for one in made for error in one.errors] == []


@pytest.fixture
def phone(make_phone: Callable[..., Phone], house: House) -> Phone:
    """Give one phone, not yet open."""
    return make_phone(house)


@pytest.fixture
def soft(dist: Path, tmp_path: Path) -> Iterator[SoftHouse]:
    """Give a house whose log has the name that software phones sign for."""
    made = SoftHouse(tmp_path / "data", dist)
    made.install()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def make_desk(browser: BrowserType, soft: SoftHouse, tmp_path: Path) -> Iterator[Callable[[str], Desk]]:
    """Give a maker of desks; none may have had an error of the page or of its policy."""
    made: list[Desk] = []

    def make(name: str) -> Desk:
        made.append(Desk(browser, soft, tmp_path / name))
        made[-1].open()
        return made[-1]

    yield make
    for one in made:
        one.close()
    assert [error for one in made for error in one.errors] == []
