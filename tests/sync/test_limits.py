"""The limits of the protocol are the same numbers in both languages."""

import ast
import re
from pathlib import Path

from sync import limits

TWIN = Path(__file__).parents[2] / "pwa" / "src" / "core" / "limits.ts"


def test_the_limits_of_both_languages_are_the_same() -> None:
    ours = {name: value for name, value in vars(limits).items() if name.isupper()}
    pairs = re.findall(r"^export const ([A-Z0-9_]+) = ([0-9_]+);", TWIN.read_text("utf-8"), re.MULTILINE)
    assert {name: ast.literal_eval(number) for name, number in pairs} == ours
