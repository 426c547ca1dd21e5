"""The vectors of reviews, run against `sync.reviews`; tests/pwa/core/reviews.test.ts runs the same."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from sync.reviews import parse_review, standing_of

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "reviews.json").read_text("utf-8"))
CASES = [pytest.param(case, id=case["name"]) for group in VECTORS["groups"] for case in group["cases"]]


@pytest.mark.parametrize("case", CASES)
def test_vector_of_reviews(case: dict[str, Any]) -> None:
    given = case["given"]
    reviews = [parse_review(one["set"], one["by"]) for one in given["reviews"]]
    found = asdict(standing_of(reviews, given["heads"], has_conflict=given["has_conflict"]))
    assert found | {"approvals": list(found["approvals"])} == case["expect"]
