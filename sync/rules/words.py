"""A finding in words: the sentences of the catalogue with their facts filled in.

Twin: `pwa/src/core/rules/words.ts`. Source: sync/rules/catalogue.json; tests/vectors/rules.json.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from sync.civil import is_civil_date, parse_date
from sync.rules.shape import Finding, Severity
from sync.units import Language, UnitError, amount_shown
from sync.values import Json

Part = Literal["chip", "farmer", "todo", "reviewer"]
CHIP_CHARS_MAX: Final = 26  # our choice: a chip in a list of the console or the phone
SENTENCE_CHARS_MAX: Final = 150  # our choice: three lines of a phone
PARTS: Final[tuple[Part, ...]] = ("chip", "farmer", "todo", "reviewer")
_FACT: Final = re.compile(r"\{([a-z_]+)\}")
_NAMELESS: Final = {"vi": "thuốc này", "en": "this product"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue. `mark`: V read in the source, V2 in a secondary one, R recalled."""

    code: str
    severities: tuple[Severity, ...]
    standard: str
    clause: str
    mark: str
    text: Mapping[str, Mapping[str, str]]


@cache
def _data() -> Mapping[str, Json]:
    data: Mapping[str, Json] = json.loads(Path(__file__).with_name("catalogue.json").read_text("utf-8"))
    return data


@cache
def catalogue() -> Mapping[str, Rule]:
    """Return every rule by its code."""
    return {
        code: Rule(
            code,
            tuple(one["severities"]),
            one["source"]["standard"],
            one["source"].get("clause", ""),
            one["source"]["mark"],
            {part: one[part] for part in PARTS},
        )
        for code, one in _data()["rules"].items()
    }


def sentence(finding: Finding, part: Part, language: Language) -> str:
    """Return one text of a finding; "" for a rule that this program does not know."""
    rule = catalogue().get(finding.rule)
    if rule is None:
        return ""
    text = rule.text[part][language]
    return _FACT.sub(lambda match: _shown(match[1], finding.facts.get(match[1]), language), text)


def _shown(name: str, value: Json, language: Language) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(name, one, language) for one in value)
    if isinstance(value, dict):
        text = value.get(language)
        return f"“{text}”" if isinstance(text, str) else _amount(value, language)
    called = _data()["words"].get(name, {}).get(value)
    if called is not None:
        return str(called[language])
    if isinstance(value, str) and is_civil_date(value):
        _, month, day = parse_date(value)
        return f"{day}/{month}"
    if value is None or value == "":
        return _NAMELESS[language] if name == "product" else "?"
    return str(value)


def _amount(value: Mapping[str, Json], language: Language) -> str:
    amount, unit = value.get("amount"), value.get("unit")
    if not isinstance(amount, str) or not isinstance(unit, str):
        return "?"
    try:
        return amount_shown(amount, unit, language)
    except UnitError:
        return "?"
