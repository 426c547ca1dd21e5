"""A published lot's history as EPCIS 2.0 events: a pure mapping of signed facts and lot events.

What the season's steps say is what the publishing op signed; what happened to the lot is what stands today,
and what was corrected stays, with its error declaration. No names, buyers, prices or places; what was shipped
and what came back has no amount. A lot that nobody published has no code here, a `urn:uuid:` in its place.
Times known to the day are its beginning in Vietnam, and say so (`precision`).
Source: PROTOCOL §38; EPCIS 2.0 §7, CBV 2.0; reference traceability §7.5.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sync.civil import is_civil_date
from sync.codes import digital_link, is_gtin
from sync.lots.balance import TAKEN_BACK, standing
from sync.lots.epcis_words import DONE, MADE, RECALL, STEPS, UOM
from sync.lots.shape import Event, Lot, Measure, Part, measure_of
from sync.values import Json

Told = dict[str, Any]
CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
OFFSET: Final = "+07:00"
_MASTER: Final = "urn:epcglobal:cbv:mda:"
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Named:
    """A lot that events name. `code`: "" while it is not published; `facts`: as signed, empty without."""

    doc: str
    code: str
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class History:
    """A published lot with what it is made of and what happened to it.

    Shape:  `made`: the lots with harvests behind it, itself included; `events`: all that name it or made
            what is behind it, with what corrects them; `named`: every lot by document; `received_at`, `at`:
            by document, in ms and as "HH:MM"; `recall`: what stands of one, or None.
    """

    lot: Named
    made: Sequence[Lot]
    events: Sequence[Event]
    named: Mapping[str, Named]
    received_at: Mapping[str, int]
    at: Mapping[str, Json]
    recall: Mapping[str, Json] | None


def context(base: str) -> list[Json]:
    """Return the JSON-LD context of events; `base`: the server's public address, no slash behind it."""
    return [CONTEXT, {"snn": f"{base}/epcis/voc#"}]


def head(kind: str, base: str, now: int) -> Told:
    """Return how a document of a kind begins, made now. Units: ms."""
    return {"@context": context(base), "type": kind, "schemaVersion": "2.0", "creationDate": instant(now)}


def document_of(events: Sequence[Mapping[str, Any]], base: str, now: int) -> Told:
    """Return events as a document of their own."""
    return {**head("EPCISDocument", base, now), "epcisBody": {"eventList": list(events)}}


def events_of(history: History, base: str) -> list[Told]:
    """Return the events of a lot by time, each with an eventID that never changes."""
    found = [*_season(history, base), *_made(history, base), *_happened(history, base)]
    found += _recalled(history, base)
    return sorted(found, key=lambda one: (one["eventTime"], one["eventID"]))


def class_of(lot: Named, base: str) -> str:
    """Return the class of a lot: its GS1 Digital Link, else its permanent path; unpublished, its UUID."""
    if not lot.code:
        return _urn(lot.doc)
    product = lot.facts.get("product")
    gtin = product.get("gtin") if isinstance(product, dict) else None
    if isinstance(gtin, str) and is_gtin(gtin):
        return f"{base}{digital_link(gtin, lot.code)}"
    return f"{base}/t/{lot.code}"


def instant(ms: int) -> str:
    """Return a moment as EPCIS writes it, in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _season(history: History, base: str) -> Iterable[Told]:
    """Give the signed steps of the diaries; those of the packing house are events of their own."""
    steps = history.lot.facts.get("steps")
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, dict) or not is_civil_date(step.get("on")):
            continue
        kind, entry = step.get("kind"), step.get("entry")
        word, disposition = STEPS.get(kind, ("", "")) if isinstance(kind, str) else ("", "")
        if not word or not isinstance(entry, str) or re.fullmatch(r"entry:[0-9a-f-]{36}", entry) is None:
            continue
        event_id = f"{base}/t/{history.lot.code}/epcis.json#{entry.removeprefix('entry:')}"
        yield {
            **_when(event_id, str(step["on"]), None, _whole(step.get("received_at"))),
            **_object(("OBSERVE", f"{base}/epcis/voc#{word}", disposition)),
            "quantityList": [{"epcClass": class_of(history.lot, base)}],
            **_said(step),
        }


def _said(step: Mapping[str, Json]) -> Told:
    found: Told = {}
    if isinstance(farm := step.get("farm"), str) and farm:
        found["snn:farm"] = farm
    if recorded := _whole(step.get("recorded_at")):
        found["snn:recorded_at"] = instant(recorded)
    if late := _whole(step.get("late_days")):
        found["snn:late_days"] = late
    if step.get("amended") is True:
        found["snn:amended"] = True
    inputs = step.get("inputs")
    lines = [_input(one) for one in inputs if isinstance(one, dict)] if isinstance(inputs, list) else []
    return found | ({"snn:inputs": lines} if lines else {})


def _input(line: Mapping[str, Json]) -> Told:
    found: Told = {
        f"snn:{name}": line[name] for name in ("name", "active") if isinstance(line.get(name), str)
    }
    amount, wait = line.get("amount"), line.get("wait")
    said = [amount.get(name) for name in ("amount", "unit")] if isinstance(amount, dict) else []
    if said and all(isinstance(one, str) for one in said):
        found["snn:amount"] = " ".join(map(str, said))
    if isinstance(wait, dict) and isinstance(wait.get("days"), int):
        found["snn:waiting_days"] = wait["days"]
    return found


def _made(history: History, base: str) -> Iterable[Told]:
    """Give the beginning of each lot that is made of harvests: what it is called, and how much there was."""
    for lot in history.made:
        if not lot.sources or not lot.happened_on:
            continue
        named = history.named.get(lot.doc, Named(lot.doc, "", {}))
        measure = measure_of(named.facts.get("amount")) or _sum(lot)
        yield {
            **_when(_urn(lot.doc), lot.happened_on, None, history.received_at.get(lot.doc, 0)),
            **_object(("ADD", "commissioning", "active")),
            "quantityList": [_quantity(class_of(named, base), measure)],
            **_ilmd([named]),
        }


def _happened(history: History, base: str) -> Iterable[Told]:
    stands = {one.doc for one in standing(history.events)}
    for event in history.events:
        is_taking_back = bool(event.corrects) and event.because == TAKEN_BACK
        told = None if is_taking_back else _event(history, event, base)
        if told is None:
            continue
        if event.doc not in stands:
            told["errorDeclaration"] = _error(history, event)
        yield told


def _event(history: History, event: Event, base: str) -> Told | None:
    """Return what happened, None where nothing can be told: no day, or no lot named."""
    ins, outs = event.ins, event.outs
    if not event.happened_on or not (ins or outs):
        return None
    when = _when(
        _urn(event.doc), event.happened_on, history.at.get(event.doc), history.received_at.get(event.doc, 0)
    )
    is_making = event.kind in MADE and ins and not {one.lot for one in outs} <= {one.lot for one in ins}
    if is_making:
        step, disposition = MADE[event.kind]
        return {
            **when, "type": "TransformationEvent", "bizStep": step, "disposition": disposition,
            "inputQuantityList": _parts(history, ins, base),
            "outputQuantityList": _parts(history, outs, base),
            **_ilmd([_named(history, one.lot) for one in outs]),
        }  # fmt: skip
    action, step, disposition, is_told = DONE[event.kind]
    step = f"{base}/epcis/voc{step}" if step.startswith("#") else step
    parts = (outs or ins) if event.kind == "return" else (ins or outs)
    listed = _parts(history, parts, base) if is_told else _classes(history, parts, base)
    return {**when, **_object((action, step, disposition)), "quantityList": listed}


def _error(history: History, event: Event) -> Told:
    """Return why an event does not stand. What replaces it may have been corrected in its turn."""
    by = [one for one in history.events if one.corrects == event.doc]
    counts = [one for one in by if not _is_idle(history.events, one.doc, {event.doc})] or by
    gone = [one for one in counts if one.because == TAKEN_BACK]
    told = gone or counts
    found: Told = {
        "declarationTime": instant(min(history.received_at.get(one.doc, 0) for one in told)),
        "reason": "did_not_occur" if gone else "incorrect_data",
    }
    return found if gone else found | {"correctiveEventIDs": sorted(_urn(one.doc) for one in counts)}


def _is_idle(events: Sequence[Event], doc: str, seen: Collection[str]) -> bool:
    """Say whether a document was itself taken back, by one that still counts."""
    return any(
        one.corrects == doc
        and one.because == TAKEN_BACK
        and one.doc not in seen
        and not _is_idle(events, one.doc, {*seen, doc})
        for one in events
    )


def _recalled(history: History, base: str) -> Iterable[Told]:
    decided = history.recall.get("decided_on") if history.recall else None
    if isinstance(decided, str) and is_civil_date(decided):
        yield {
            **_when(f"{base}/t/{history.lot.code}/epcis.json#recall", decided, None, 0),
            **_object(RECALL),
            "quantityList": [{"epcClass": class_of(history.lot, base)}],
        }


def _when(event_id: str, day: str, at: Json, received_at: int) -> Told:
    is_exact = isinstance(at, str) and _TIME.fullmatch(at) is not None
    found: Told = {
        "eventID": event_id,
        "eventTime": f"{day}T{at if is_exact else '00:00'}:00.000{OFFSET}",
        "eventTimeZoneOffset": OFFSET,
        "snn:precision": "minute" if is_exact else "day",
    }
    return found | ({"recordTime": instant(received_at)} if received_at else {})


def _object(said: tuple[str, str, str]) -> Told:
    action, step, disposition = said
    return {"type": "ObjectEvent", "action": action, "bizStep": step, "disposition": disposition}


def _ilmd(lots: Sequence[Named]) -> Told:
    """Return what belongs to a lot from its beginning, where it is one and published."""
    facts = lots[0].facts if len(lots) == 1 and lots[0].code else {}
    harvested = facts.get("harvested")
    days = harvested if isinstance(harvested, dict) else {}
    said = {
        "lotNumber": lots[0].code if facts else "",
        "harvestStartDate": days.get("from"),
        "harvestEndDate": days.get("to"),
        "itemExpirationDate": facts.get("expires_on"),
    }
    known = {f"{_MASTER}{name}": value for name, value in said.items() if isinstance(value, str) and value}
    return {"ilmd": known} if known else {}


def _named(history: History, doc: str) -> Named:
    return history.named.get(doc, Named(doc, "", {}))


def _parts(history: History, parts: Sequence[Part], base: str) -> list[Told]:
    return [_quantity(class_of(_named(history, one.lot), base), one.measure) for one in parts]


def _classes(history: History, parts: Sequence[Part], base: str) -> list[Told]:
    found = dict.fromkeys(class_of(_named(history, one.lot), base) for one in parts)
    return [{"epcClass": one} for one in found]


def _quantity(epc_class: str, measure: Measure | None) -> Told:
    if measure is None:
        return {"epcClass": epc_class}
    uom, one = UOM[measure.base]
    size = measure.size // one if measure.size % one == 0 else measure.size / one
    return {"epcClass": epc_class, "quantity": size, "uom": uom}


def _sum(lot: Lot) -> Measure | None:
    """Return how much the harvests of a lot come to, None where they can't be added."""
    measures = [one.measure for one in lot.sources]
    known = [one for one in measures if one is not None]
    if len(known) < len(measures) or len({one.base for one in known}) != 1:
        return None
    return Measure(sum(one.size for one in known), known[0].base)


def _urn(doc: str) -> str:
    return f"urn:uuid:{doc.partition(':')[2]}"


def _whole(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**43 else 0
