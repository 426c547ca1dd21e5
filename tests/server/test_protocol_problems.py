"""The catalogue of problems in PROTOCOL.md is that of `server/problems.py`, row by row."""

import re
from pathlib import Path

from server.problems import CATALOGUE

PAGE = (Path(__file__).parents[2] / "sync" / "PROTOCOL.md").read_text("utf-8")
SECTION = PAGE.split("## 9. Problems")[1].split("## 10.")[0]
ROW = re.compile(r"^\| `([a-z_]+)` \| ([0-9]{3}) \| ([a-z-]+) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def test_every_problem_stands_in_the_protocol_as_in_the_code() -> None:
    told = {(slug, int(status), step, vi, en) for slug, status, step, vi, en in ROW.findall(SECTION)}
    coded = {(p.slug, p.status, p.title, p.title_en, p.next_step) for p in CATALOGUE.values()}
    assert told == {(slug, status, step, vi, en) for slug, status, vi, en, step in coded}


def test_every_slug_of_a_result_is_in_the_catalogue() -> None:
    results = PAGE.split("## 8. Results")[1].split("A client treats a slug")[0]
    named = results.split("Which problem comes with which result:")[1]
    slugs = set(re.findall(r"`([a-z]+_?[a-z_]*)`", named)) - {"refused", "later", "held"}
    assert slugs <= CATALOGUE.keys()
    assert len(slugs) >= 15
