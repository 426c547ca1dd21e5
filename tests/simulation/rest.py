"""How a run comes to rest: the faults end, everybody syncs, people decide; then all must agree.

The judge of what the documents say is tests/sync/oracle.py, which shares no code with the merge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from server.config import now_ms
from server.db import reading
from server.services import rebuilding
from server.services.viewing import make_current
from server.store import views
from sync import ids
from sync.merge import Document, Placed
from sync.ops import parse_op
from tests.simulation.box import packed
from tests.simulation.ground import SCENARIO, Flight, people_of
from tests.simulation.history import Broken, Row
from tests.simulation.phone import Identity, Phone
from tests.simulation.world import World
from tests.sync.oracle import oracle


def settle(world: World) -> int:
    """Return how many rounds it took until nothing waits anywhere.

    Raises: Broken if it never does.
    """
    world.box.is_full = False
    world.box.restart()
    world.is_lossy, world.server_off = False, 0
    for flight in world.flights:
        if flight.answer is None:
            world.serve(flight)
    world.flights = []
    left = ""
    for number in range(1, SCENARIO["rounds_max"] + 1):
        world.now += 1_800_000
        people_decide(world)
        for phone in world.living():
            phone.waiting = None
            sync_all(world, phone)
        world.history.check_step()
        left = waits(world)
        if not left:
            return number
    raise Broken(f"does not come to rest: {left}")


def people_decide(world: World) -> None:
    """Confirm who waits, invite who lost a key, admit what is held or turn one of it down."""
    for doc, *_ in world.box.rows("SELECT doc FROM devices WHERE state = 'waiting' ORDER BY doc"):
        world.settle(doc, {"confirmed": True})
    for phone in world.living():
        for place, person in enumerate(people_of(phone)):
            who = next((one for one in phone.disk.identities if one.person == person["person"]), None)
            if who is None or who.copied or who.revoked:
                world.join(phone, place)
    scopes = world.box.rows("SELECT DISTINCT scope FROM held_ops WHERE NOT is_turned_down")
    for _ in scopes:
        (world.admit if world.rng.random() < 0.7 else world.turn_down)()


def sync_all(world: World, phone: Phone) -> None:
    """Sync every person of a phone until nothing more comes, then send its photos."""
    phone.tried.clear()
    for who in list(phone.disk.identities):
        for _ in range(60):
            if who.revoked or not world.open_session(phone, who):
                break
            world.requests += 1
            asked = phone.compose(who, world.requests)
            phone.waiting = asked
            flight = Flight(phone, asked, b"", "", world.serve(world_flight(world, phone, who)))
            if not world.arrive(flight) and not phone.compose(who, 0).ids:
                break
        else:
            raise Broken(f"{phone.name} never comes to the end of its sync")
    for photo in phone.disk.photos.values():
        who = next((one for one in phone.disk.identities if photo.scope in one.scopes), None)
        if who is not None and not photo.sent and world.open_session(phone, who):
            world.send_piece(phone, who, photo, len(photo.data))


def world_flight(world: World, phone: Phone, who: Identity) -> Flight:
    """Return the request that the phone waits for, as a flight."""
    assert phone.waiting is not None
    return Flight(phone, phone.waiting, packed(phone.waiting.value), phone.tokens[who.device])


def waits(world: World) -> str:
    """Return what still waits somewhere, or an empty text."""
    if held := world.box.rows("SELECT id, reason FROM held_ops WHERE NOT is_turned_down"):
        return f"held: {held[0]}"
    if waiting := world.box.rows("SELECT doc FROM devices WHERE state = 'waiting'"):
        return f"nobody confirmed {waiting[0]}"  # until then it learns of nothing that a restore lost
    for phone in world.living():
        if phone.disk.outbox:
            kept = phone.disk.ops[phone.disk.outbox[0]]
            return f"{phone.name} has {len(phone.disk.outbox)} to send, first {kept.op.doc}"
        for who in phone.disk.identities:
            for scope in who.scopes:
                # Not their length alone: a phone whose key ended may hold as many of another branch.
                chain, log = phone.disk.chain.get(scope, []), world.history.logs.get(scope, [])
                if [one.digest for one in chain] != [row.digest for row in log]:
                    return f"{phone.name} has not all of {scope}"
        if any(not photo.sent for photo in phone.disk.photos.values()):
            return f"{phone.name} has a photo to send"
    return ""


def judge(world: World) -> None:
    """Hold every phone and the server against the oracle of the merge.

    Raises: Broken.
    """
    world.history.check_end(world.living())
    for scope, rows in world.history.logs.items():
        truth = documents(world.history.origin, rows)
        for phone in world.living():
            if any(scope in who.scopes for who in phone.disk.identities):
                _judge_phone(phone, scope, rows, truth)
        _judge_views(scope, truth)
    _judge_photos(world)
    wrong = list(rebuilding.check())
    if wrong:
        raise Broken(f"`flask log check` finds {wrong[0]}")


def documents(origin: str, rows: Sequence[Row]) -> dict[str, dict[str, Placed]]:
    """Return the ops of a log by document."""
    found: dict[str, dict[str, Placed]] = {}
    for row in rows:
        op = parse_op(origin, row.body, row.private)
        found.setdefault(row.doc, {})[row.id] = Placed(op, row.seq, row.received_at)
    return found


def said(document: Document) -> Mapping[str, Any]:
    """Return a document in the words of the oracle."""
    return {
        "values": dict(document.values), "heads": dict(document.heads), "conflicts": set(document.conflicts),
        "private": set(document.private), "deleted": document.deleted, "missing": document.missing,
        "tips": document.tips,
    }  # fmt: skip


def _judge_phone(
    phone: Phone, scope: str, rows: Sequence[Row], truth: Mapping[str, dict[str, Placed]]
) -> None:
    chain = phone.disk.chain.get(scope, [])
    if [(one.id, one.digest) for one in chain] != [(row.id, row.digest) for row in rows]:
        raise Broken(f"{phone.name}: another log of {scope} than the server's")
    mine = phone.documents(scope, logged=True)
    if set(mine) != set(truth):
        raise Broken(f"{phone.name}: other documents in {scope} than the server")
    for doc, ops in truth.items():
        if said(phone.fold(mine[doc])) != oracle(ops):
            raise Broken(f"{phone.name}: {doc} says {said(phone.fold(mine[doc]))}, should say {oracle(ops)}")


def _judge_views(scope: str, truth: Mapping[str, dict[str, Placed]]) -> None:
    """Hold what the server shows, folded as it was read, against the oracle."""
    make_current([scope])
    with reading() as session:
        for doc, ops in truth.items():
            view, wanted = views.document(session, scope, doc), oracle(ops)
            if view is None:
                raise Broken(f"{scope} {doc} is not in the views")
            shown = json.loads(view.values) | json.loads(view.private or "{}")
            found = (shown, set(json.loads(view.conflicts)), tuple(json.loads(view.tips)), view.is_deleted)
            if found != (wanted["values"], wanted["conflicts"], wanted["tips"], wanted["deleted"]):
                raise Broken(f"{scope} {doc}: the view says {found}, should say {wanted}")


def _judge_photos(world: World) -> None:
    store = world.box.app.extensions["photos"]
    named = {row[0] for row in world.box.rows("SELECT sha256 FROM named_photos")}
    for phone in world.living():
        for photo in phone.disk.photos.values():
            if photo.sha256 not in named:
                continue  # its op was turned down
            shown = store.show(photo.scope, photo.sha256, "view")
            with store.blobs.open(shown.name) as stored:
                if bytes(stored.read()) != photo.data:
                    raise Broken(f"{phone.name}: a photo of {photo.scope} has other bytes on the server")
    assert now_ms() == world.now
    assert all(ids.is_scope(scope) for scope in world.history.logs)
