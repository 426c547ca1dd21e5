"""The seed lists that a new server starts from: their shape only, not whether they are true."""

import json
from pathlib import Path
from typing import Any

import server
from sync import units

DATA = Path(server.__file__).parent / "data"


def _load(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


def _rows() -> list[tuple[str, list[dict[str, Any]]]]:
    return [("products", _load("products.json")["products"]), ("areas", _load("villages.json")["areas"])]


def test_seed_rows_have_codes_of_their_own() -> None:
    for name, rows in _rows():
        codes = [row["code"] for row in rows]
        assert len(set(codes)) == len(codes) > 0, name


def test_seed_rows_are_named_in_both_languages() -> None:
    for name, rows in _rows():
        words = [row[key] for row in rows for key in ("name", "verb") if key in row]
        assert [w for w in words if not (w["vi"].strip() and w["en"].strip())] == [], name


def test_products_are_harvested_in_known_units() -> None:
    for row in _load("products.json")["products"]:
        assert row["units"], row["code"]
        assert [u for u in row["units"] if u not in units.UNITS] == [], row["code"]


def test_seed_rows_say_that_nobody_verified_them() -> None:
    assert {row["mark"] for row in _load("products.json")["products"]} == {"R"}
    assert not any(row["verified"] for row in _load("villages.json")["areas"])
