"""The vectors of form values, the same file as the phone's tests read."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.forms import check_values, load_forms, parse_form

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "forms.json").read_text("utf-8"))
CASES = [(case, f"{g['description']}: {case['name']}") for g in VECTORS["groups"] for case in g["cases"]]


@pytest.mark.parametrize("case", [c for c, _ in CASES], ids=[name for _, name in CASES])
def test_vector(case: dict[str, Any]) -> None:
    given = case["given"]
    form = load_forms()[given["form"]] if isinstance(given["form"], str) else parse_form(given["form"])
    found = check_values(form, given["values"], given["private"])
    wanted = case.get("reject", case.get("expect"))
    shown = [{key: getattr(f, key) for key in w} for f, w in zip(found, wanted, strict=False)]
    assert (len(found), shown) == (len(wanted), wanted), found


def test_there_are_at_least_as_many_refusals_as_acceptances() -> None:
    refused = sum("reject" in case for case, _ in CASES)
    assert refused >= len(CASES) - refused
