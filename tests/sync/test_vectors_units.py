"""The vectors of units, run against `sync.units`; `tests/pwa/core/units.test.ts` runs the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync import units

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "units.json").read_text("utf-8"))
CALLS: dict[str, Any] = {
    "to_base": lambda g: units.to_base(g["amount"], g["unit"]),
    "compare_decimals": lambda g: units.compare_decimals(g["left"], g["right"]),
    "format_decimal": lambda g: units.format_decimal(g["amount"], g["language"]),
    "area_shown": lambda g: list(units.area_shown(g["amount"], g["unit"], g["language"])),
}
CASES = [
    pytest.param(CALLS[group["description"]], case, id=f"{group['description']}: {case['name']}")
    for group in VECTORS["groups"]
    for case in group["cases"]
]


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector_of_units(call: Any, case: dict[str, Any]) -> None:
    if "reject" in case:
        with pytest.raises(units.UnitError) as caught:
            call(case["given"])
        assert caught.value.slug == case["reject"]
    else:
        assert call(case["given"]) == case["expect"]


def test_refusals_are_at_least_as_many_as_conversions() -> None:
    cases = VECTORS["groups"][0]["cases"]
    assert sum("reject" in case for case in cases) >= sum("expect" in case for case in cases)


def test_every_unit_has_both_languages_and_a_known_mark() -> None:
    for unit in units.UNITS.values():
        assert unit.label["vi"]
        assert unit.label["en"]
        assert unit.mark in {"", "V2", "R"}


def test_rates_packages_and_measured_values_have_no_factor_and_all_others_have() -> None:
    for unit in units.UNITS.values():
        sizeless = unit.dimension in {"rate", "package", "measure"}
        assert (unit.factor is None) == sizeless
        assert (unit.base is None) == sizeless
        assert ("/" in unit.code) == (unit.dimension == "rate")
