"""`python -m tests.guides`: all pictures from a fresh demo, all guides set. `… print`: only set them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.guides import farmer, operator, reviewer, team
from tests.guides.printing import PICTURES, make_all
from tests.guides.stage import Stage
from tests.journeys.building import built
from tests.journeys.fonts import our_fonts
from tests.journeys.house import House


def take_pictures(folder: Path) -> None:
    """Serve a fresh demo from `folder` and take every picture; what no guide shows any more goes."""
    house = House(folder / "data", built(), more={"DEMO": "1"})
    house.folder.mkdir()
    house.command("db", "upgrade")
    house.command("demo", "start")
    house.start()
    try:
        with our_fonts(), sync_playwright() as driver:
            stage = Stage(driver.chromium, house, folder)
            try:
                for one in (farmer, team, reviewer, operator):
                    one.take(stage)
            finally:
                stage.close()
    finally:
        house.stop()
    for old in PICTURES.glob("*.png"):
        if old.stem not in stage.camera.names:
            old.unlink()


def main(arguments: list[str]) -> int:
    """Do what was asked."""
    if arguments not in ([], ["print"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not arguments:
        with tempfile.TemporaryDirectory() as folder:
            take_pictures(Path(folder))
    make_all()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
