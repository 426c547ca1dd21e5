"""Taking ops in: each judged by its own device's right, never by the session that brings it.

One transaction a scope; results in the order sent; one op never decides another's fate.
Source: DESIGN §3 "Sync", "Who signs"; PROTOCOL §8; faults.md groups B and D.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.services import admitting, judging, metering, rates, read_only, stepping_up
from server.services.judging import Batch
from server.services.stepping_up import Confirmation
from server.services.verifying import verify_all
from server.store import devices, erasures, log, people, sent_before
from server.store.device_fold import join_key
from server.store.devices import Writer
from server.store.sent_before import SentBefore
from server.store.view_write import refold_filled
from sync import ids, limits
from sync.errors import LATER, Refusal
from sync.ops import message, parse_op
from sync.wire import SentOp

Result = dict[str, object]
Taken = tuple[dict[int, Result], list[Writer]]
READ_ONLY: Result = {"result": "later", "problem": "read_only"}
UNKNOWN: Result = {"result": "later", "problem": "scope_unknown"}


@dataclass(frozen=True)
class Checked:
    """An op that its signature covers, its place in the request, and its key."""

    place: int
    signed: log.Signed
    key: bytes


def take(
    sent: Sequence[SentOp | None],
    keys: Mapping[str, bytes],
    carrier: Writer,
    now: int,
    report: str | None = None,
    confirmations: Mapping[str, Confirmation] | None = None,
) -> list[Result]:
    """Return one result for each op sent, in that order; what is accepted or held is durable.

    Shape:  `report` is what the phone says of itself, JSON; kept with the first scope's ops, for a commit of
            its own would cost as much as theirs.
    """
    if read_only.is_on():
        return [dict(READ_ONLY) for _ in sent]
    results: list[Result] = [{} for _ in sent]
    by_scope: dict[str, list[Checked]] = {}
    for one in _check_all(sent, keys, carrier, results):
        by_scope.setdefault(one.signed.op.scope, []).append(one)
    for scope in sorted(by_scope):
        work = partial(
            _take_scope,
            scope=scope,
            checked=by_scope[scope],
            carrier=carrier,
            now=now,
            confirmations=dict(confirmations or {}),
        )
        done, confirmed = run_write(
            work if scope != min(by_scope) else partial(_note, work, carrier, now, report)
        )
        for place, result in done.items():
            results[place] = result
        for writer in confirmed:
            admitting.admit_confirmed(writer, now)
    for became, number in Counter(str(one.get("result")) for one in results).items():
        metering.count("so_nha_nong_ops_total", number, result=became)
    return results


def _note(
    work: Callable[[Session], Taken], carrier: Writer, now: int, report: str | None, session: Session
) -> Taken:
    taken = work(session)
    if not devices.is_noted(carrier, now, report):
        devices.note_seen(session, carrier.device, now, report)
    return taken


def _check_all(
    sent: Sequence[SentOp | None], keys: Mapping[str, bytes], carrier: Writer, results: list[Result]
) -> list[Checked]:
    """Parse and verify before any transaction; what fails has its result already."""
    if not sent:
        return []
    with reading() as session:
        origin = log.origin(session)
        parsed = _parse_all(origin, sent, results)
        named = {signed.op.device for _, signed in parsed}
        known = dict(keys) | devices.keys_of(session, named - {carrier.device})
    known[carrier.device] = carrier.key
    asked = []
    for place, signed in parsed:
        op = signed.op
        key = known.get(op.device) or join_key(op)
        if key is None:
            results[place] = {"result": "later", "problem": "key_wanted"}
            continue
        known[op.device] = key
        asked.append(Checked(place, signed, key))
    refusals = verify_all(
        [(one.key, message(origin, one.signed.op.body), one.signed.signature) for one in asked]
    )
    checked = []
    for one, refusal in zip(asked, refusals, strict=True):
        if refusal is None:
            checked.append(one)
        else:
            results[one.place] = _refused(refusal)
    return checked


def _parse_all(
    origin: str, sent: Sequence[SentOp | None], results: list[Result]
) -> list[tuple[int, log.Signed]]:
    parsed = []
    for place, one in enumerate(sent):
        try:
            if one is None:
                raise Refusal("bad_body", "an op of the wrong shape")
            op = parse_op(origin, one.body, one.private)
            parsed.append((place, log.Signed(op, _signature(one.signature))))
        except Refusal as refusal:
            results[place] = _refused(refusal)
    return parsed


def _refused(refusal: Refusal) -> Result:
    return {"result": "later" if refusal.slug in LATER else "refused", "problem": refusal.slug}


def _signature(text: str) -> bytes:
    try:
        return ids.b64_decode(text, limits.SIGNATURE_BYTES)
    except Refusal as cause:
        raise Refusal("bad_signature", "a signature is 64 bytes") from cause


def _take_scope(
    session: Session,
    scope: str,
    checked: Sequence[Checked],
    carrier: Writer,
    now: int,
    confirmations: dict[str, Confirmation],
) -> Taken:
    """Judge and store the ops of one scope under its lock.

    Returns: one result a place, and who stands behind the devices whose documents changed and are confirmed.
    """
    if not log.has_head(session, scope) and not _is_reached(session, scope, checked, carrier, now):
        return {one.place: dict(UNKNOWN) for one in checked}, []  # and no row of a scope that is nobody's
    log.lock_head(session, scope)
    ops = [one.signed.op for one in checked]
    before = sent_before.look(session, scope, ops)
    batch = Batch(scope, carrier, now, {op.doc for op in ops}, confirmations=confirmations)
    batch.used = {op.device: before.used.get(op.device, set()) for op in ops if op.id not in before.logged}
    batch.room = rates.room_for_ops(session, {*batch.used, carrier.device}, now, scope)
    unsettled = bool(people.unsettled_scopes(session, [scope]))
    carries = devices.had_right(session, carrier, scope)
    if len(batch.used) > 1:
        judging.stand_all(session, batch, batch.used)
    results: dict[int, Result] = {}
    first: dict[str, int] = {}
    filled: set[str] = set()
    for one in checked:
        op = one.signed.op
        if not carries and not judging.standing(session, batch, op.device).reaches:
            results[one.place] = dict(UNKNOWN)  # also where it is known: a foreign scope is as none
        elif (known := _known(session, batch, one, before, filled)) is not None:
            results[one.place] = known
        elif op.id in first:
            first_of = first[op.id]
            results[one.place] = {"same_as": first_of}
        elif unsettled:
            results[one.place] = dict(UNKNOWN)
        elif _is_used_up(batch, _payer(session, batch, op.device)):
            results[one.place] = {"result": "later", "problem": "quota"}
        else:
            first[op.id] = one.place
            results[one.place] = _judge(session, batch, one)
            if results[one.place]["result"] == "accepted" and op.doc_type in admitting.EFFECTIVE:
                _store(session, batch, results)
                before = sent_before.look(session, scope, ops)
    _store(session, batch, results)
    rates.count_ops(session, batch.stored, now)
    erasures.keep_erased(session, scope, {op.doc for op in ops})
    refold_filled(session, scope, filled)
    return {place: _resolve(result, results) for place, result in results.items()}, _confirmed(session, batch)


def _known(
    session: Session, batch: Batch, one: Checked, before: SentBefore, filled: set[str]
) -> Result | None:
    """Return the result of an op that came before; None for a new one, or one that waited for a touch."""
    op, scope = one.signed.op, batch.scope
    if op.id in before.logged:
        row = before.logged[op.id]
        if row.lacks_private and op.private is not None:
            log.fill_private(session, scope, row.seq, op.private)
            filled.add(row.doc)
        stepping_up.keep(session, batch.confirmations, scope, op.id)
        return {"result": "already", "seq": row.seq, "received_at": row.received_at}
    if op.id not in before.held:
        return None
    if before.held[op.id] != "step_up" or op.id not in batch.confirmations:
        return {"result": "held", "problem": before.held[op.id]}
    log.forget_held(session, scope, [op.id])  # its touch of the passkey came with it this time
    batch.used.get(op.device, set()).discard(op.n)
    return None


def _is_reached(session: Session, scope: str, checked: Sequence[Checked], carrier: Writer, now: int) -> bool:
    """Return whether a writer of these ops, or who brings them, has or had a right in the scope."""
    batch = Batch(scope, carrier, now, set())
    writers = {one.signed.op.device for one in checked}
    return devices.had_right(session, carrier, scope) or any(
        judging.standing(session, batch, device).reaches for device in sorted(writers)
    )


def _payer(session: Session, batch: Batch, device: str) -> str:
    """Return whose quota an op uses up: keys are free, so one without a right is the carrier's matter."""
    return device if judging.standing(session, batch, device).reaches else batch.carrier.device


def _is_used_up(batch: Batch, device: str) -> bool:
    return batch.room.get(device, 1) <= batch.stored.get(device, 0)


def _confirmed(session: Session, batch: Batch) -> list[Writer]:
    found = {row.device for doc in sorted(batch.device_docs) for row in devices.rows_of_doc(session, doc)}
    writers = (devices.writer(session, one, batch.scope) for one in sorted(filter(None, found)))
    return [one for one in writers if one is not None and one.state == "confirmed"]


def _resolve(result: Result, results: Mapping[int, Result]) -> Result:
    """Return the result of an op that stands twice in a request: what the second would get now."""
    if "same_as" not in result:
        return result
    first = results[int(str(result["same_as"]))]
    return first | {"result": "already"} if first["result"] == "accepted" else first


def _judge(session: Session, batch: Batch, one: Checked) -> Result:
    """Return what becomes of a new op; an accepted one waits in the batch for its number."""
    op = one.signed.op
    if judging.is_early(session, batch, op):
        return dict(UNKNOWN)
    reason = judging.reason(session, batch, op)
    batch.used.setdefault(op.device, set()).add(op.n)
    payer = _payer(session, batch, op.device)
    batch.stored[payer] = batch.stored.get(payer, 0) + 1
    decided = None if reason is None else admitting.decision(session, batch, op, reason)
    stepping_up.keep(session, batch.confirmations, batch.scope, op.id)
    if reason is not None and decided != "admit":
        is_turned_down = decided == "turn_down"
        log.hold(session, batch.scope, one.signed, batch.now, reason, is_turned_down=is_turned_down)
        return {"result": "held", "problem": reason}
    batch.fresh.append(one.signed)
    batch.places.append(one.place)
    batch.begun.add(op.doc)
    return {"result": "accepted"}


def _store(session: Session, batch: Batch, results: dict[int, Result]) -> None:
    """Give the accepted ops their numbers, then do what the last of them does to others."""
    seqs = log.append(session, batch.scope, batch.fresh, batch.now)
    for place, seq in zip(batch.places, seqs, strict=True):
        results[place] |= {"seq": seq, "received_at": batch.now}
    for one in batch.fresh:
        if one.op.doc_type in admitting.EFFECTIVE:
            admitting.take_effect(session, batch.scope, one.op)
            batch.decisions = None
            batch.standings.clear()
            batch.is_book_closed = None
        if one.op.doc_type == "device":
            batch.device_docs.add(one.op.doc)
    batch.fresh, batch.places = [], []
