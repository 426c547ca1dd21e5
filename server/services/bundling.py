"""Making the bundle of a published lot: everything that the publishing op tells of, with its proofs.

Made by the sequencer's run once a checkpoint covers every op of it, and stored; until then the page says that
it waits. What is made is checked with the very code that anybody checks it with before it is stored.
Source: PROTOCOL §37; DESIGN §3 "Transparency log".
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.models.log import OpRow
from server.services import proving, sequencing, witnessing
from server.services.viewing import make_current
from server.store import assertions, bundles, log, log_key, lots, operator, people, tree
from server.store.tree_files import TileMissing
from sync import ids
from sync.bundle import check
from sync.checkpoint import Note
from sync.errors import Refusal
from sync.tree import inclusion
from sync.values import write_text

AT_ONCE = 20  # our choice: a step of the sequencer stays short
logger = logging.getLogger("so_nha_nong")


def make_due(now: int) -> int:
    """Make the bundles that are wanted and covered by the tree; return how many were made."""
    with reading() as session:
        make_now = people.has_tables(session) and log.origin(session) != ""
        scopes = [f"org:{one.id}" for one in people.organisations(session)] if make_now else []
    if not scopes:
        return 0
    make_current(scopes)
    with reading() as session:
        todo = bundles.wanted(session, AT_ONCE)
    return sum(make(scope, lot, now) for scope, lot in todo)


def make(scope: str, lot: str, now: int) -> bool:
    """Make and store the bundle of a lot; False where the tree does not cover all of it yet."""
    try:
        note = sequencing.newest()
        with reading() as session:
            made = _text(session, scope, lot, note)
    except (ServiceError, TileMissing):
        return False
    if made is None:
        return False
    text, published = made
    try:
        check(text, str(log_key.public_key()))
    except Refusal as refusal:
        logger.critical("a bundle does not hold", extra={"lot": lot, "trouble": refusal.detail})
        return False
    run_write(partial(bundles.put, scope=scope, lot=lot, published=published, text=text, now=now))
    return True


def text_of(scope: str, lot: str) -> str | None:
    """Return the bundle of a lot, or None while it waits for the tree."""
    with reading() as session:
        return bundles.text_of(session, scope, lot)


def _text(session: Session, scope: str, lot: str, note: Note) -> tuple[str, str] | None:
    published = _published(session, scope, lot)
    if published is None:
        return None
    ops = bundles.ops_of(session, _documents(session, scope, lot, published), published.received_at)
    answers = _assertions(session, ops)
    ways = bundles.ways_in(session, {row.device for row in ops}, {one["credential"] for one in answers})
    joined = _assertions(session, ways)
    proofs = [_proof(session, name, ops, note) for name in sorted({row.scope for row in ops})]
    if any(one is None for one in proofs):
        return None
    seen = witnessing.cosigned(note)
    keys = [one.key for one in witnessing.configured() if one.key.name in seen]
    signed = tuple(one for one in note.signatures if one[0] in {note.checkpoint.origin, *seen})
    data = {
        "v": 1,
        "origin": note.checkpoint.origin,
        "log_key": str(log_key.public_key()),
        "operator": ids.b64_encode(operator.public_key() or b""),
        "scope": scope,
        "lot": lot,
        "published": published.id,
        "witnesses": [str(key) for key in keys],
        "checkpoint": str(Note(note.checkpoint, signed)),
        "scopes": proofs,
        "ops": [{"scope": row.scope, "seq": row.seq, **_signed(row)} for row in ops],
        "device_ops": [_signed(row) for row in ways],
        "assertions": [*answers, *(one for one in joined if one not in answers)],
    }
    return write_text(data), published.id


def _published(session: Session, scope: str, lot: str) -> OpRow | None:
    """Return the newest op of a lot that carries facts."""
    rows = bundles.ops_of(session, [(scope, lot)], 2**53 - 1)
    return next((row for row in reversed(rows) if isinstance(_set(row).get("facts"), dict)), None)


def _documents(session: Session, scope: str, lot: str, published: OpRow) -> set[tuple[str, str]]:
    """Return what the publication tells of: the lots behind it, their events, their harvests, every step."""
    family = lots.family(session, scope, [lot], is_ahead=False)
    sources = [one for each in family.lots for one in lots.sources_of(session, scope, each.doc)]
    steps = _set(published)["facts"].get("steps")
    told = (
        {str(one.get("entry")) for one in steps if isinstance(one, dict)}
        if isinstance(steps, list)
        else set()
    )
    behind = {one.doc for one in family.lots} | {one.doc for one in family.events} | {lot}
    own = {(scope, doc) for doc in behind}
    farms = lots.own_farms(session, scope, {one.farm for one in sources})
    return own | bundles.documents(session, farms, told | {one.entry for one in sources})


def _proof(session: Session, scope: str, ops: Sequence[OpRow], note: Note) -> dict[str, object] | None:
    """Return the links from the first op used to the first head behind the last one, and that head's path."""
    numbers = [row.seq for row in ops if row.scope == scope]
    size = note.checkpoint.size
    leaf = tree.first_leaf_with(session, scope, max(numbers), size)
    if leaf is None:
        return None
    before = log.digest_at(session, scope, min(numbers) - 1) or b""
    path = inclusion(proving.nodes_of(size), leaf.place, size)
    return {
        "scope": scope,
        "first": min(numbers),
        "before": ids.b64_encode(before),
        "links": [list(one) for one in bundles.links(session, scope, min(numbers), leaf.seq)],
        "seq": leaf.seq,
        "digest": ids.b64_encode(leaf.digest),
        "index": leaf.place,
        "path": [ids.b64_encode(step) for step in path],
    }


def _assertions(session: Session, rows: Sequence[OpRow]) -> list[dict[str, Any]]:
    """Return the touches of passkeys over ops, without what no signature covers."""
    texts: dict[str, None] = {}
    for scope in sorted({row.scope for row in rows}):
        kept = assertions.of_ops(session, scope, [row.id for row in rows if row.scope == scope])
        texts |= dict.fromkeys(one.assertion for one in kept.values())
    found = []
    for text in sorted(texts):
        one = json.loads(text)
        inner: Mapping[str, str] = one["response"]["response"]
        found.append(
            {
                "ops": sorted(one["ops"], key=ids.b64_decode),
                "credential": one["response"]["id"],
                "client": inner["clientDataJSON"],
                "authenticator": inner["authenticatorData"],
                "signature": inner["signature"],
            }
        )
    return found


def _set(row: OpRow) -> dict[str, Any]:
    return dict(json.loads(row.body)["set"])


def _signed(row: OpRow) -> dict[str, str]:
    return {"body": row.body, "signature": ids.b64_encode(row.signature)}
