"""The vectors of civil dates, run against `sync.civil`; `tests/pwa/core/civil.test.ts` runs the same."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import civil

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "civil.json").read_text("utf-8"))
CALLS: dict[str, Any] = {
    "parse_date": lambda g: list(civil.parse_date(g["date"])),
    "add_days": lambda g: civil.add_days(g["date"], g["days"]),
    "days_between": lambda g: civil.days_between(g["earlier"], g["later"]),
    "weekday_name": lambda g: civil.weekday_name(g["date"], g["language"]),
    "date_shown": lambda g: civil.date_shown(g["date"], g["language"]),
    "ms_to_date": lambda g: civil.ms_to_date(g["ms"]),
}
CASES = [
    pytest.param(CALLS[group["description"]], case, id=f"{group['description']}: {case['name']}")
    for group in VECTORS["groups"]
    for case in group["cases"]
]


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector_of_civil_dates(call: Any, case: dict[str, Any]) -> None:
    if "reject" in case:
        with pytest.raises(civil.BadDate):
            call(case["given"])
    else:
        assert call(case["given"]) == case["expect"]


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.integers(-200_000, 200_000))
def test_days_added_are_the_days_between(day: date, days: int) -> None:
    try:
        later = civil.add_days(day.isoformat(), days)
    except civil.BadDate:
        return
    assert civil.is_civil_date(later)
    assert civil.days_between(day.isoformat(), later) == days
