"""Forms as data: the forms of this package, and which of them a sector records with.

A form is one JSON file of `sync/forms/`; nothing here names a form or one of its fields, so a new form
touches no code. Source: DESIGN §4 "Forms and rules are data"; sync/forms/schema.json.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from sync.form_shape import Choice, Field, Form, Lines, Photo, Words, parse_form
from sync.form_values import FormFinding, check_values

__all__ = [
    "Choice", "Field", "Form", "FormFinding", "Lines", "Photo", "Sector", "Words",
    "check_values", "forms_for", "load_forms", "parse_form",
]  # fmt: skip

Sector = Literal["crop", "livestock", "aquaculture", "organic"]

FOLDER: Final = Path(__file__).with_name("forms")
NOT_FORMS: Final = frozenset({"schema", "common"})


@cache
def load_forms() -> Mapping[str, Form]:
    """Return every form of the package by its code, in the order of codes."""
    common = json.loads((FOLDER / "common.json").read_text("utf-8"))["fields"]
    files = sorted(p for p in FOLDER.glob("*.json") if p.stem not in NOT_FORMS)
    forms = [parse_form(json.loads(p.read_text("utf-8")), common) for p in files]
    return MappingProxyType({f.form: f for f in forms})


def forms_for(sector: Sector, forms: Iterable[Form] | None = None) -> list[Form]:
    """Return the forms that record entries of a sector, in the order of their tiles.

    Organic means crops under the organic standard: its own forms, and those of crops that none replaces.
    """
    wanted = {sector, "any"} | ({"crop"} if sector == "organic" else set())
    every = load_forms().values() if forms is None else forms
    found = [f for f in every if f.document == "entry" and f.kind == "record" and f.sector in wanted]
    replaced = {code for f in found for code in f.replaces}
    return sorted((f for f in found if f.form not in replaced), key=lambda f: (f.order, f.form))
