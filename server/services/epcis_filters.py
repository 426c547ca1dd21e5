"""The filters of EPCIS's query of events: which are known, what they may say, and what matches.

Several values of one filter are parted by commas, and any of them may match; filters must all match.
Standard words may be given bare or as CBV's URIs. Our lots are classes: who asks for an EPC finds them so.
Source: PROTOCOL §38; EPCIS 2.0 §8.2.7.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from server.errors import Fault, ServiceError
from sync.codes import read_code, read_link
from sync.lots.epcis import Told

PER_PAGE: Final = 30
PER_PAGE_MAX: Final = 100  # our choice
VALUES_MAX: Final = 20  # our choice: of one filter
_FIELDS: Final[Mapping[str, str]] = {
    "eventType": "type", "EQ_bizStep": "bizStep", "EQ_disposition": "disposition", "EQ_action": "action",
    "EQ_eventID": "eventID",
}  # fmt: skip
_TIMES: Final[Mapping[str, tuple[str, Callable[[datetime, datetime], bool]]]] = {
    "GE_eventTime": ("eventTime", lambda at, wanted: at >= wanted),
    "LT_eventTime": ("eventTime", lambda at, wanted: at < wanted),
    "GE_recordTime": ("recordTime", lambda at, wanted: at >= wanted),
    "LT_recordTime": ("recordTime", lambda at, wanted: at < wanted),
}
_OBSERVED, _IN, _OUT = "quantityList", "inputQuantityList", "outputQuantityList"
_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "MATCH_epc": (_OBSERVED,), "MATCH_epcClass": (_OBSERVED,),
    "MATCH_inputEPCClass": (_IN,), "MATCH_outputEPCClass": (_OUT,),
    "MATCH_anyEPC": (_OBSERVED, _IN, _OUT), "MATCH_anyEPCClass": (_OBSERVED, _IN, _OUT),
}  # fmt: skip
_PAGING: Final = ("perPage", "nextPageToken")
KNOWN: Final = (*_FIELDS, *_TIMES, *_CLASSES, *_PAGING)
_CBV: Final = re.compile(
    r"(?:urn:epcglobal:cbv:(?:bizstep|disp):|https://(?:ref|ns)\.gs1\.org/cbv/(?:BizStep|Disp)-)(\w+)"
)


@dataclass(frozen=True)
class Filters:
    """What is asked. `values`, `times`: by parameter; `codes`: the lots that can match, None for any."""

    values: Mapping[str, tuple[str, ...]]
    times: Mapping[str, datetime]
    codes: frozenset[str] | None
    per_page: int
    token: str


def parse_filters(asked: Mapping[str, str]) -> Filters:
    """Return what parameters ask. Raises: ServiceError(bad_request), naming each that is unknown or wrong."""
    faults = [Fault("a parameter that this server knows", f"/{name}") for name in asked if name not in KNOWN]
    values = {name: _values(text) for name, text in asked.items() if name in (*_FIELDS, *_CLASSES)}
    faults += [
        Fault(f"1 to {VALUES_MAX} values", f"/{name}")
        for name, some in values.items()
        if not 1 <= len(some) <= VALUES_MAX
    ]
    times = {name: _time(text) for name, text in asked.items() if name in _TIMES}
    faults += [Fault("a time with its zone", f"/{name}") for name, at in times.items() if at is None]
    said = asked.get("perPage", str(PER_PAGE))
    per_page = int(said) if re.fullmatch(r"[1-9]\d{0,2}", said, re.ASCII) else 0
    if not 1 <= per_page <= PER_PAGE_MAX:
        faults.append(Fault(f"a whole number from 1 to {PER_PAGE_MAX}", "/perPage"))
    if faults:
        raise ServiceError("bad_request", errors=tuple(faults))
    known = {name: at for name, at in times.items() if at is not None}
    return Filters(values, known, _codes(values), per_page, asked.get("nextPageToken", ""))


def is_match(event: Told, filters: Filters) -> bool:
    """Say whether an event is asked for."""
    return all(_has(event, name, some) for name, some in filters.values.items()) and all(
        _is_in_time(event, name, wanted) for name, wanted in filters.times.items()
    )


def _has(event: Told, name: str, wanted: tuple[str, ...]) -> bool:
    if name in _FIELDS:
        return event.get(_FIELDS[name]) in wanted
    return any(one["epcClass"] in wanted for side in _CLASSES[name] for one in event.get(side, ()))


def _is_in_time(event: Told, name: str, wanted: datetime) -> bool:
    field, holds = _TIMES[name]
    said = event.get(field)
    return said is not None and holds(datetime.fromisoformat(said), wanted)


def _values(text: str) -> tuple[str, ...]:
    """Return the values of a filter, standard words bare."""
    parts = [one for one in text.split(",") if one]
    return tuple(match[1] if (match := _CBV.fullmatch(one)) else one for one in parts)


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that nobody escaped
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def _codes(values: Mapping[str, tuple[str, ...]]) -> frozenset[str] | None:
    """Return the lots whose classes are asked for; None where a class names none of ours."""
    found: frozenset[str] | None = None
    for name in _CLASSES:
        named = [_code(one) for one in values.get(name, ())]
        if named and all(named):
            these = frozenset(one for one in named if one)
            found = these if found is None else found
    return found


def _code(epc_class: str) -> str | None:
    path = urlsplit(epc_class).path
    link = read_link(path)
    text = link.lot if link else path.removeprefix("/t/") if path.startswith("/t/") else ""
    return read_code(text)
