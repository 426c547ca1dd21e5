"""The server of the simulation, made once for each process of the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.conftest import postgres  # noqa: F401 (the fixture)
from tests.simulation.box import fresh_folder
from tests.simulation.seeds import Seeds


@pytest.fixture(scope="module")
def seeds() -> Iterator[Seeds]:
    """Give the server and the people from which every seed begins."""
    with fresh_folder() as folder:
        made = Seeds(folder)
        yield made
        made.box.close()
