"""Readings that come in, by HTTP or MQTT: signed ops without a session, judged as any op is.

The signature is all the proof there is and all that is needed: whoever sends for a sensor can add nothing
of its own. Each sensor's ops are taken for itself, so a flood uses up its own day and nobody else's.
Source: PROTOCOL §41; faults.md 93.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from server.db import reading
from server.services import rates, taking
from server.services.folding import make_folded
from server.services.taking import Result
from server.store import devices
from sync import limits
from sync.ids import is_device, is_scope
from sync.readings import READING
from sync.wire import SentOp, parse_request

PER_MINUTE: int = 600  # our choice: requests of one address; a gateway speaks for a field of sensors
UNKNOWN: Result = {"result": "later", "problem": "key_wanted"}


def take_readings(data: object, now: int) -> list[Result]:
    """Return one result for each op sent, in that order; the days of the farms are current afterwards.

    Shape:  `{"ops": [{"body", "signature"}]}`, at most 100; an op that is no reading of a sensor scope is
            `refused`, one of a key that nobody let in gets `later` (`key_wanted`).
    Raises: Refusal as `parse_request`; DatabaseTrouble.
    """
    ops = parse_request({"ops": data.get("ops") if isinstance(data, dict) else None}).ops
    results: list[Result] = [dict(UNKNOWN) for _ in ops]
    by_device: dict[str, list[int]] = {}
    scopes = set()
    for place, one in enumerate(ops):
        named = _named(one)
        if one is None or named is None:
            results[place] = {"result": "refused", "problem": "bad_body"}
        else:
            by_device.setdefault(named[0], []).append(place)
            scopes.add(named[1])
    for device in sorted(by_device):
        places = by_device[device]
        for place, result in zip(places, _take(device, [ops[one] for one in places], now), strict=True):
            results[place] = result
    if any(one["result"] == "accepted" for one in results):
        make_folded(scopes)
    return results


def check_rate(address: str, now: int) -> None:
    """Count a request of an address. Raises: ServiceError(too_many)."""
    rates.check("readings", address, rates.MINUTE_MS, PER_MINUTE, now)


def _take(device: str, ops: Sequence[SentOp | None], now: int) -> list[Result]:
    with reading() as session:
        writer = devices.writer(session, device)
    if writer is None:
        return [dict(UNKNOWN) for _ in ops]
    return taking.take(ops, {}, writer, now)


def _named(one: SentOp | None) -> tuple[str, str] | None:
    """Return device and scope of a reading, None for anything else; nothing of it is believed yet."""
    if one is None or len(one.body) > limits.BODY_BYTES_MAX:
        return None
    try:
        body = json.loads(one.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    device, scope, doc = body.get("device"), body.get("scope"), body.get("doc")
    is_reading = is_scope(scope) and str(scope).startswith("sensor:") and str(doc).startswith(f"{READING}:")
    return (str(device), str(scope)) if is_reading and is_device(device) else None
