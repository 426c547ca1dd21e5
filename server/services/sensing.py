"""Readings that come in, by HTTP or MQTT: signed ops without a session, judged as any op is.

The signature is all the proof there is and all that is needed: whoever sends for a sensor can add nothing
of its own, and a flood uses up its own sensor's day and nobody else's.
Source: PROTOCOL §41; faults.md 93.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.services import rates, taking
from server.services.folding import make_folded
from server.services.taking import Result
from server.store import devices
from server.store.devices import Writer
from sync import limits
from sync.ids import is_device, is_scope
from sync.readings import READING
from sync.wire import SentOp, parse_request

PER_MINUTE: int = 600  # our choice: requests of one address; a gateway speaks for a field of sensors


def take_readings(data: object, now: int) -> list[Result]:
    """Return one result for each op sent, in that order; the days of the farms are current afterwards.

    Shape:  `{"ops": [{"body", "signature"}]}`, at most 100; an op that is no reading of a sensor scope is
            `refused`, one of a key that nobody let in gets `later` (`key_wanted`).
    Raises: Refusal as `parse_request`; DatabaseTrouble.
    """
    ops = parse_request({"ops": data.get("ops") if isinstance(data, dict) else None}).ops
    results: list[Result] = [{"result": "refused", "problem": "bad_body"} for _ in ops]
    named = {place: found for place, one in enumerate(ops) if (found := _named(one)) is not None}
    writers = _writers(set(named.values()))
    by_scope: dict[str, list[int]] = {}
    for place, (device, scope) in named.items():
        writer, is_reached = writers[device, scope]
        if writer is not None and is_reached:
            by_scope.setdefault(scope, []).append(place)
        else:
            problem = "key_wanted" if writer is None else "scope_unknown"
            results[place] = {"result": "later", "problem": problem}
    for _, places in sorted(by_scope.items()):
        carrier, _ = writers[named[places[0]]]
        assert carrier is not None
        taken = taking.take([ops[one] for one in places], {}, carrier, now)
        for place, result in zip(places, taken, strict=True):
            results[place] = result
    if any(one["result"] == "accepted" for one in results):
        make_folded(sorted(by_scope))
    heard = [writers[named[place]][0] for places in by_scope.values() for place in places]
    _note_seen([one for one in heard if one is not None], now)
    return results


def _writers(named: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[Writer | None, bool]]:
    """Return who writes with each device, and whether it reaches the scope that it writes to.

    Shape:  asked before anything is taken: whoever has no right in a scope is never judged beside those who
            have, so that nobody uses up another's day.
    """
    found: dict[tuple[str, str], tuple[Writer | None, bool]] = {}
    with reading() as session:
        writers = devices.writers(session, sorted({device for device, _ in named}))
        for device, scope in sorted(named):
            writer = writers[device]
            found[device, scope] = (
                writer,
                writer is not None and devices.had_right(session, writer, scope),
            )
    return found


def _note_seen(heard: Collection[Writer], now: int) -> None:
    """Keep that these were heard of, once a minute at most."""
    fresh = sorted({one.device for one in heard if not devices.is_noted(one, now, None)})

    def work(session: Session) -> None:
        for device in fresh:
            devices.note_seen(session, device, now)

    if fresh:
        run_write(work, is_note=True)


def check_rate(address: str, now: int) -> None:
    """Count a request of an address. Raises: ServiceError(too_many)."""
    rates.check("readings", address, rates.MINUTE_MS, PER_MINUTE, now)


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
