"""GS1's schema of EPCIS 2.0, and what it wants of the URIs, times and names in a document.

Source: tests/epcis/README.md.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema

_SCHEMA = json.loads((Path(__file__).parent / "epcis" / "EPCISDocument.schema.json").read_text("utf-8"))
_FORMATS = jsonschema.FormatChecker(formats=())


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", value) is not None


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def faults(document: Any) -> list[str]:
    """Return what GS1's schema finds wrong, with where."""
    validator = jsonschema.Draft7Validator(_SCHEMA, format_checker=_FORMATS)
    return [f"{list(one.absolute_path)}: {one.message[:200]}" for one in validator.iter_errors(document)]
