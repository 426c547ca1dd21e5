"""The vectors of lunar dates, run against `sync.lunar`; `tests/pwa/core/lunar.test.ts` runs the same.

The digests hold every day of 1900 to 2199, so that a sine that differs in its last bit between two
languages, or two machines, would show.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sync import civil, lunar

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "lunar.json").read_text("utf-8"))


def convert(given: dict[str, Any]) -> list[Any]:
    parts = given["parts"] if "parts" in given else civil.parse_date(given["date"])
    return list(lunar.solar_to_lunar(*parts))


def digest_days(given: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for number in range(civil.date_to_day(given["from"]), civil.date_to_day(given["to"]) + 1):
        day = civil.day_to_date(number)
        on = lunar.solar_to_lunar(*civil.parse_date(day))
        digest.update(f"{day} {on.day}/{on.month}/{on.year}{'+' if on.leap else ''}\n".encode())
    return digest.hexdigest()


def call_of(description: str) -> Any:
    if description == "solar_to_lunar":
        return convert
    if description == "lunar_shown":
        return lambda given: lunar.lunar_shown(given["date"], given["language"])
    return digest_days


CASES = [
    pytest.param(call_of(group["description"]), case, id=f"{group['description'][:14]}: {case['name']}")
    for group in VECTORS["groups"]
    for case in group["cases"]
]


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector_of_lunar_dates(call: Any, case: dict[str, Any]) -> None:
    if "reject" in case:
        with pytest.raises(civil.BadDate):
            call(case["given"])
    else:
        assert call(case["given"]) == case["expect"]


def test_each_day_follows_the_one_before() -> None:
    before = lunar.solar_to_lunar(2019, 12, 31)
    for number in range(civil.date_to_day("2020-01-01"), civil.date_to_day("2039-12-31") + 1):
        on = lunar.solar_to_lunar(*civil.parse_date(civil.day_to_date(number)))
        if on.day != 1:
            assert on == before._replace(day=before.day + 1)
        else:
            assert before.day in {29, 30}
            assert on.month in {before.month, before.month % 12 + 1}
            assert on.leap == (on.month == before.month)
        before = on
