"""What a label says about waiting and dose, read strictly: what is not understood stays text.

A waiting time that is no bare number of days never becomes one, so it is never zero either: "7" is
seven days, "7 - 10" ten (the least favourable), "3 ngày" and every sentence are for a person to read.
Twin: `pwa/src/core/lists_read.ts`. Source: PROTOCOL §Reference lists; tests/vectors/lists.json.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from sync.plain import plain
from sync.units import UNITS, compare_decimals

PhiKind = Literal["days", "not_defined_on_label", "unknown", "stage"]
PHI_KINDS: Final[tuple[PhiKind, ...]] = get_args(PhiKind)

# Our choice: no label waits longer than a year; a greater number is a slip of the pen.
PHI_DAYS_MAX: Final = 366
# The growth stages of the forms, in their order; a label's stage forbids it and all that follow.
STAGES: Final = ("seedling", "growing", "flowering", "fruiting", "ripe")
_DASH: Final = re.compile("[\u2010-\u2015\u2212]")
_DAYS: Final = re.compile(r"([0-9]{1,4})(?: ?- ?([0-9]{1,4}))?")
_FORBIDS: Final = re.compile(r"\b(?:khong|khung|truoc)\b")
_HEADING: Final = re.compile(r"\b(?:lua|khi|truoc|da|tu) tro\b|\btro bong\b|\bra hoa\b")
_FRUITING: Final = re.compile(r"\b(?:dau|ra) (?:qua|trai)\b")
_NOT_DEFINED: Final = re.compile(r"khong xac dinh\.?|not defined\.?")

_NUMBER: Final = r"([0-9]{1,15}(?:[.,][0-9]{1,9})?)"
_PART: Final = re.compile(rf"(?:pha )?{_NUMBER}(?: ?%)?(?: ?- ?{_NUMBER})? ?(%|‰|[a-z].*)")
_LITRES: Final = re.compile(r"(ml|g) ?/ ?(?:binh ?)?([0-9]{1,4}) ?(?:lit|l)(?: (?:nuoc|thuoc))?")
_AMBIGUOUS: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


@dataclass(frozen=True, slots=True)
class Dose:
    """From `low` to `high`, both decimal text above zero; `unit` a code of the units table."""

    low: str
    high: str
    unit: str


def parse_phi(text: str) -> tuple[PhiKind, int | None, tuple[str, ...]]:
    """Return (kind, days, stages from which it must not be used) of a waiting time as printed.

    Units:  days, 0 to `PHI_DAYS_MAX`; None for every kind but "days".
    """
    told = _DASH.sub("-", plain(text))
    days = _DAYS.fullmatch(told)
    if days is not None:
        least, most = int(days[1]), int(days[2] or days[1])
        if least <= most <= PHI_DAYS_MAX:
            return "days", most, ()
        return "unknown", None, ()
    if _FORBIDS.search(told):
        if _HEADING.search(told):
            return "stage", None, STAGES[2:]
        if _FRUITING.search(told):
            return "stage", None, STAGES[3:]
    return ("not_defined_on_label" if _NOT_DEFINED.fullmatch(told) else "unknown"), None, ()


def parse_dose(text: str) -> tuple[Dose, ...] | None:
    """Return the doses that a label's text names, or None where any of it is not understood.

    Shape:  "0.1 - 0.2% (10 - 20 ml/10 lít nước)" is two statements of one dose. So much in so many litres
            becomes ml/l or g/l where that is exact; per mille becomes per cent.
    """
    told = _DASH.sub("-", plain(text)).rstrip(".")
    outer, bracket, inner = told.partition("(")
    inner = inner.strip(" ").rstrip(" )")
    if bracket and not inner:
        return None
    parts = [outer.strip(" "), inner] if bracket else [told]
    doses = [_parse_part(part) for part in parts]
    found = tuple(dose for dose in doses if dose is not None)
    return found if len(found) == len(parts) else None


def _parse_part(part: str) -> Dose | None:
    match = _PART.fullmatch(part)
    if match is None:
        return None
    first, second, of = match[1], match[2] or match[1], match[3]
    # "1.000" is a thousand to most people here and one to a machine: nobody guesses.
    if _AMBIGUOUS.fullmatch(first) or _AMBIGUOUS.fullmatch(second):
        return None
    unit, divisor = _unit_of(of)
    low, high = _share(first, divisor), _share(second, divisor)
    if not unit or low is None or high is None or compare_decimals(low, high) > 0:
        return None
    return Dose(low, high, unit)


def _unit_of(of: str) -> tuple[str, int]:
    """Return the unit and what to divide by; "" for what is no unit."""
    if of in ("%", "‰"):
        return "pct", 1 if of == "%" else 10
    litres = _LITRES.fullmatch(of)
    if litres is not None:
        return f"{litres[1]}/l", int(litres[2])
    rate = re.sub(r" m3$", "m3", re.sub(r" ?/ ?", "/", of))
    rate = re.sub(r"^lit/", "l/", re.sub(r"/lit$", "/l", rate))
    found = UNITS.get(rate)
    return rate if found is not None and found.dimension == "rate" else "", 1


def _share(text: str, divisor: int) -> str | None:
    """Return a number divided by a whole one as decimal text, None unless exact, above zero and short."""
    whole, _, fraction = text.replace(",", ".").partition(".")
    scaled = int(whole + fraction.ljust(9, "0"))
    if divisor == 0 or scaled == 0 or scaled % divisor:
        return None
    units, rest = divmod(scaled // divisor, 10**9)
    if units >= 10**15:
        return None
    return f"{units}.{rest:09}".rstrip("0").rstrip(".")
