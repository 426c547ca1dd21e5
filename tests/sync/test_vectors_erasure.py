"""The vectors of erasure, run against `sync.erasure`; tests/pwa/core/erasure.test.ts runs the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.erasure import erased_documents

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "erasure.json").read_text("utf-8"))
CASES = [pytest.param(case, id=case["name"]) for group in VECTORS["groups"] for case in group["cases"]]


@pytest.mark.parametrize("case", CASES)
def test_vector_of_erasure(case: dict[str, Any]) -> None:
    given = case["given"]
    assert list(erased_documents(given["doc_type"], given["set"])) == case["expect"]
