"""The table of faults.toml: every row of its groups has a test that is there, or says why it has none."""

import re
from pathlib import Path

import pytest

from tests.tables import faults

ROOT = Path(__file__).parents[1]
TABLE = faults.table()
ROWS = [(group, int(number), row) for group, rows in TABLE.items() for number, row in rows.items()]


def test_every_row_of_the_groups_is_in_the_table() -> None:
    listed = {group: [number for of, number, _ in ROWS if of == group] for group in TABLE}
    assert listed == {group: list(numbers) for group, (_, numbers) in faults.GROUPS.items()}


@pytest.mark.parametrize(("group", "number", "row"), ROWS, ids=[f"case-{number}" for _, number, _ in ROWS])
def test_a_row_has_a_test_that_is_there_or_a_real_phone_to_try(
    group: str, number: int, row: dict[str, object]
) -> None:
    assert set(row) <= {"what", "tests", "phone", "void"}
    assert str(row["what"]).endswith(".")
    assert {"tests", "phone", "void"} & set(row), "nothing shows it"
    phone = row.get("phone", {"device": "-", "steps": "-", "seen": "-"})
    assert isinstance(phone, dict)
    assert set(phone) == {"device", "steps", "seen"}
    assert all(phone.values())
    tests = row.get("tests", [])
    assert isinstance(tests, list)
    for one in tests:
        path, _, name = one.partition(": ")
        text = (ROOT / path).read_text("utf-8")
        wanted = f"def {name}" if path.endswith(".py") else name
        assert wanted in text, one
        said = re.search(r"case[_ ](\d+(?:_\d+)*)", name)
        numbers = [int(text) for text in said[1].split("_")] if said and group != "K" else [number]
        assert number in numbers, f"{one} is named for another row"


def test_the_page_of_faults_is_fresh() -> None:
    assert faults.PAGE.read_text("utf-8") == faults.render(), "python -m tests.tables faults"


# Of the eighteen histories that naive designs lose (merge.md §7): those that wait for what is not built.
HISTORIES_OPEN: dict[int, str] = {}


@pytest.mark.parametrize("number", range(1, 19))
def test_a_history_of_the_merge_is_told_by_a_test_of_its_number(number: int) -> None:
    told = re.compile(rf"def test_history_0*{number}(?!\d)")
    files = [path for path in (ROOT / "tests").rglob("test_*.py") if told.search(path.read_text("utf-8"))]
    assert bool(files) != (number in HISTORIES_OPEN)
