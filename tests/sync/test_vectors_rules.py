"""The vectors of rules, run against `sync.rules`; `tests/pwa/core/rules.test.ts` runs the same."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from sync import rules
from sync.checklists import checklist_for, stand_of
from sync.forms import load_forms
from sync.lists import Lists
from sync.lists_wire import lists_from_wire
from sync.rules import form_rules, words
from sync.rules.completeness import data as completeness_data

FILES = sorted((Path(__file__).parents[1] / "vectors").glob("rules*.json"))
Given = dict[str, Any]


def record(given: Given) -> rules.Record:
    rivals = {name: tuple(values) for name, values in given.get("rivals", {}).items()}
    times = given.get("recorded_at", 0), given.get("skew"), given.get("received_at")
    deleted = given.get("deleted", False)
    return rules.Record(given["doc"], given["type"], given["values"], rivals, deleted, "", *times)


def noticed(given: Given) -> list[Any]:
    lists = lists_from_wire(given["lists"]) if given["lists"] else Lists()
    found = rules.findings(map(record, given["records"]), lists)
    return [json.loads(json.dumps(asdict(one))) for one in found if one.rule in given["rules"]]


def waits(given: Given) -> Given:
    ground = rules.ground(given["plot"], given["produce"], map(record, given["records"]))
    found = rules.waiting(ground, given["season"], given["day"])
    return {
        "state": found.state,
        "until": found.until,
        "longest": found.longest.record.doc if found.longest else "",
        "open": [one.record.doc for one in found.open],
    }


def stored(given: Given) -> list[Given]:
    return [
        {
            **{
                name: getattr(line, name)
                for name in ("plain", "name", "counted_on", "expires", "lots", "open")
            },
            "kinds": sorted(line.kinds),
            "sizes": {
                name: {unit: str(size) for unit, size in getattr(line, name).items()}
                for name in ("bought", "used", "left")
            },
        }
        for line in rules.stock(map(record, given["records"]))
    ]


def silences(given: Given) -> list[Given]:
    season, *entries = map(record, given["records"])
    return [asdict(gap) for gap in rules.season_gaps(season, entries, given["today"])]


def pieces(given: Given) -> list[list[Any]]:
    season, *others = map(record, given["records"])
    found = rules.completeness(season, [season, *others], given["today"])
    return [[one.code, one.table, one.state, one.count, one.form] for one in found]


def standing(given: Given) -> Given:
    found = stand_of(checklist_for("annex_d"), given["values"])
    codes = {name: [item.code for item in getattr(found, name)] for name in ("failed", "open")}
    return {"seen": found.seen, "passed": found.passed, **codes}


def said(given: Given) -> str:
    finding = rules.Finding(given["rule"], "note", "entry:x", "", (), given["facts"])
    return rules.sentence(finding, given["part"], given["language"])


CALLS: dict[str, Callable[[Given], Any]] = {
    "findings": noticed,
    "waiting": waits,
    "sentence": said,
    "stock": stored,
    "season_gaps": silences,
    "due": lambda given: [asdict(one) for one in rules.due(map(record, given["records"]), given["today"])],
    "completeness": pieces,
    "stand_of": standing,
    "keys_of": lambda given: sorted(rules.keys_of(record(given["records"][0]))),
}
CASES = [
    pytest.param(
        group["description"],
        {**case, "given": {"rules": vectors["rules"], "lists": vectors.get("lists"), **case["given"]}},
        id=f"{file.stem}: {group['description']}: {case['name']}",
    )
    for file in FILES
    for vectors in [json.loads(file.read_text("utf-8"))]
    for group in vectors["groups"]
    for case in group["cases"]
]


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector(call: str, case: Given) -> None:
    assert CALLS[call](case["given"]) == case["expect"]


def test_every_rule_fires_in_some_vector_with_a_severity_of_its_own() -> None:
    fired = {
        (one["rule"], one["severity"])
        for call, case in (param.values for param in CASES)
        if call == "findings"
        for one in case["expect"]
    }
    assert {rule for rule, _ in fired} == set(rules.catalogue())
    assert all(severity in rules.catalogue()[rule].severities for rule, severity in fired)


def test_what_rules_know_of_a_form_names_its_fields() -> None:
    for code in form_rules.codes():
        form = load_forms()[code]
        known = form_rules.rules_of(rules.Record("entry:x", "entry", {"form": code}))
        named = [name for wait in known.waits for name in (wait.kind, wait.days)]
        named += [*known.quantity, *([known.until] if known.until else [])]
        named += [sort.by for sort in (known.takes, known.uses, known.buys, known.counts) if sort and sort.by]
        named += [known.fails.by, *known.fails.needs] if known.fails else []
        named += [one for one in (known.ends.day, known.ends.by) if one] if known.ends else []
        lines = form.lines.fields if form.lines else ()
        assert set(named) <= {field.name for field in (*form.fields, *lines)}, code


@pytest.mark.parametrize("code", rules.catalogue())
def test_a_sentence_is_short_and_a_chip_fits_a_list(code: str) -> None:
    rule = rules.catalogue()[code]
    assert all(len(rule.text["chip"][language]) <= words.CHIP_CHARS_MAX for language in ("vi", "en"))
    for part in ("farmer", "todo", "reviewer"):
        for language in ("vi", "en"):
            text = rule.text[part][language]
            assert text.endswith((".", "?"))
            assert len(text) <= words.SENTENCE_CHARS_MAX
            assert not {"lỗi", "bác", "bà"} & set(text.lower().replace(",", "").replace(".", "").split())


def test_a_piece_of_a_book_names_forms_their_fields_and_their_choices() -> None:
    for piece in (one for book in completeness_data()["books"] for one in book["pieces"]):
        assert set(piece.get("with", ())) <= load_forms().keys(), piece["code"]
        for code, where in piece["forms"].items():
            form = load_forms()[code]
            fields = {one.name: one for one in (*form.fields, *(form.lines.fields if form.lines else ()))}
            for name, values in where.items():
                assert fields[name].public, "rules never read what is private"
                assert set(values) <= {one.code for one in fields[name].choices}
        for words_of in (piece["label"], piece["todo"]):
            assert all(0 < len(words_of[language]) <= 60 for language in ("vi", "en"))
