"""The transparency log: written once, never forked, proven to whoever asks (faults.md 75–78, 82, 83)."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server.config import now_ms
from server.db import reading, run_write, writing
from server.models.log import OpRow
from server.models.tree import TreeEvidence, TreeLeaf
from server.services import recorded, sequencing, tree_check, tree_clock, viewing
from server.services.clock import Clock
from server.store import log, log_key, tree, tree_files
from sync import ids
from sync.checkpoint import open_note, parse_key, parse_note, sign
from sync.ops import parse_op
from sync.signing import NoteSigner
from sync.tiles import unpack_entries
from sync.tree import leaf_hash, leaf_text, path_root, verify_consistency, verify_inclusion
from tests.server.ops import ENTRY, make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, slug, start
from tests.server.trees import folder, grow, key_of, leaf_count, step


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def test_each_scope_that_grew_gets_one_leaf_and_the_checkpoint_covers_them(phone: Phone) -> None:
    scope = scope_of(phone)
    first = step()
    assert first.checkpoint.size == leaf_count() > 0
    grow(phone, scope, 1, 2, 3)
    second = step()
    assert second.checkpoint.size == first.checkpoint.size + 1
    assert step() == second  # nothing grew, nothing is signed
    with reading() as session:
        leaf = tree.leaves(session, first.checkpoint.size, second.checkpoint.size)[0]
        assert (leaf.scope, leaf.seq, leaf.digest) == (scope, 3, log.digest_at(session, scope, 3))
    assert list(tree_check.check()) == []


def test_a_stranger_checks_everything_by_the_public_addresses_alone(
    phone: Phone, client: FlaskClient
) -> None:
    scope = scope_of(phone)
    old = step()
    grow(phone, scope, 1)
    step()
    text = client.get("/log/checkpoint")
    assert (text.mimetype, text.headers["Cache-Control"]) == ("text/plain", "no-cache")
    note = open_note(text.get_data(as_text=True), key_of(client))
    size, root = note.checkpoint.size, note.checkpoint.root
    assert note.checkpoint.origin == ORIGIN
    entries = client.get(f"/log/tile/entries/000.p/{size}")
    hashes = client.get(f"/log/tile/0/000.p/{size}")
    assert "immutable" in hashes.headers["Cache-Control"]
    leaves = unpack_entries(entries.data) or []
    assert b"".join(leaf_hash(leaf) for leaf in leaves) == hashes.data
    for index, leaf in enumerate(leaves):
        told = client.get(f"/log/inclusion?index={index}").get_json()
        path = [ids.b64_decode(one) for one in told["path"]]
        assert verify_inclusion(leaf_hash(leaf), index, size, path, root)
    grown = client.get(f"/log/consistency?old={old.checkpoint.size}").get_json()
    proof = [ids.b64_decode(one) for one in grown["consistency"]]
    assert verify_consistency(old.checkpoint.size, size, proof, old.checkpoint.root, root)
    assert scope.encode() in leaves[-1]


def test_case_083_a_proof_of_what_is_not_there_is_400_or_404(phone: Phone, client: FlaskClient) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    assert client.get("/log/inclusion?index=0").status_code == 404
    grow(phone, scope_of(phone), 1)
    size = step().checkpoint.size
    for query in (
        "",
        "?index=",
        "?index=-1",
        "?index=1.0",
        "?index=x",
        "?index=0&size=01",
        f"?index={2**63}",
        "?index=٣",
    ):
        assert client.get(f"/log/inclusion{query}").status_code == 400, query
    for query in (f"?index={size}", "?index=0&size=0", f"?index=0&size={size + 1}", f"?index={2**52}"):
        assert client.get(f"/log/inclusion{query}").status_code == 404, query
    for query in ("?old=0", f"?old={size + 1}", f"?old=1&size={size + 1}", "?old=2&size=1"):
        assert client.get(f"/log/consistency{query}").status_code == 404, query
    assert client.get("/log/consistency").status_code == 400
    for name in ("0/000", f"0/000.p/{size + 1}", "0/x", "9/000", "../checkpoint", "entries/001", "0/000.p/0"):
        assert client.get(f"/log/tile/{name}").status_code == 404, name


def test_case_076_an_edited_time_of_receipt_is_named_by_its_leaf(phone: Phone) -> None:
    scope = scope_of(phone)
    grow(phone, scope, 1, 2)
    place = step().checkpoint.size - 1
    with writing() as session:
        session.execute(update(OpRow).where(OpRow.scope == scope, OpRow.seq == 1).values(received_at=1))
    with reading() as session:
        leaf = next(one for one in tree.leaves(session, 0, place + 1) if one.scope == scope)
    assert list(tree_check.check()) == [
        f"leaf {leaf.place} ({scope}, 2): the log up to there is not what was first received"
    ]


def test_case_077_an_op_with_an_old_date_shows_the_day_it_came(phone: Phone) -> None:
    scope = scope_of(phone)
    grow(phone, scope, 1)
    before = step()
    old = make(phone, scope, 2, entry=2)
    signed = log.Signed(parse_op(ORIGIN, old["body"]), ids.b64_decode(old["signature"]))
    run_write(lambda session: log.append(session, scope, [signed], 1_000_000))
    after = step()
    with reading() as session:
        leaf = tree.first_leaf_with(session, scope, 2, after.checkpoint.size)
        assert leaf is not None
        assert tree.first_leaf_with(session, scope, 2, before.checkpoint.size) is None
    assert leaf.place >= before.checkpoint.size  # no checkpoint that anybody kept covers it


@pytest.mark.parametrize("harm", ["body", "leaf", "tile", "entries", "checkpoint"])
def test_case_078_a_turned_bit_is_found_and_named(phone: Phone, harm: str) -> None:
    scope = scope_of(phone)
    grow(phone, scope, 1)
    note = step()
    size = note.checkpoint.size
    if harm == "body":
        with writing() as session:
            row = session.scalars(select(OpRow).where(OpRow.scope == scope, OpRow.seq == 1)).one()
            row.body = row.body.replace("2026-11-08", "2026-11-09")
        wanted = f"({scope}, 1): the log up to there is not what was first received"
    elif harm == "leaf":
        with writing() as session:
            leaf = session.get(TreeLeaf, 0)
            assert leaf is not None
            leaf.digest = bytes([leaf.digest[0] ^ 1]) + leaf.digest[1:]
        wanted = "leaf 0 ("
    else:
        name = {"tile": f"tile/0/000.p/{size}", "entries": f"tile/entries/000.p/{size}"}.get(
            harm, "checkpoint"
        )
        path = folder() / name
        data = bytearray(path.read_bytes())
        data[40] ^= 1
        path.write_bytes(data)
        wanted = {"checkpoint": "checkpoint: ", "tile": "tile 0/", "entries": "tile entries/"}[harm]
    said = list(tree_check.check())
    assert any(wanted in line for line in said), said
    if harm in ("tile", "entries"):
        assert tree_check.recover() == 0  # made anew from the leaves, which lead to the signed root
        assert list(tree_check.check()) == []
    assert harm == "checkpoint" or tree_files.read_checkpoint(folder()) == str(note)


def test_a_phone_is_shown_growth_and_where_its_books_stand(phone: Phone, client: FlaskClient) -> None:
    scope = scope_of(phone)
    grow(phone, scope, 1)
    old = step()
    first = sync(phone, cursors={scope: "0"}, tree=0)
    key = parse_key(first["tree"]["key"])
    assert open_note(first["tree"]["checkpoint"], key) == old
    grow(phone, scope, 2)
    new = step()
    grow(phone, scope, 3)  # not in the tree yet
    answer = sync(phone, cursors={scope: first["cursors"][scope]}, tree=old.checkpoint.size)
    told = answer["tree"]
    assert "key" not in told
    note = open_note(told["checkpoint"], key)
    proof = [ids.b64_decode(one) for one in told["consistency"]]
    at = (old.checkpoint.size, new.checkpoint.size)
    assert verify_consistency(*at, proof, old.checkpoint.root, note.checkpoint.root)
    head = told["heads"][scope]
    assert head["seq"] == 2
    with reading() as session:
        digest = log.digest_at(session, scope, 2)
    assert digest is not None
    path = [ids.b64_decode(one) for one in head["path"]]
    hashed = leaf_hash(leaf_text(scope, 2, digest))
    assert path_root(hashed, head["index"], note.checkpoint.size, path) == note.checkpoint.root
    assert "tree" not in sync(phone, cursors={scope: "0"})


def test_case_082_evidence_of_a_fork_is_kept_and_only_what_our_key_signed(phone: Phone) -> None:
    note = step()
    forged = sign(log_key.load_private(), ORIGIN, note.checkpoint.size, b"\x07" * 32)
    send = {"json": {"held": str(note), "given": str(forged)}, "headers": phone.headers}
    for _ in range(2):
        assert phone.client.post("/api/v1/tree/evidence", **send).status_code == 204
    with reading() as session:
        kept = session.scalars(select(TreeEvidence)).all()
    assert [one.device for one in kept] == [phone.key.device]
    other = sign(NoteSigner.generate(), ORIGIN, 1, b"\x07" * 32)
    for bad in (str(other), "x", "", str(parse_note(str(note))).replace(ORIGIN, "khac")):
        answer = phone.client.post(
            "/api/v1/tree/evidence", json={"held": str(note), "given": bad}, headers=phone.headers
        )
        assert (answer.status_code, slug(answer)) == (422, "bad_checkpoint")
    assert phone.client.post("/api/v1/tree/evidence", json={}, headers=phone.headers).status_code == 400
    assert phone.client.post("/api/v1/tree/evidence", json=send["json"]).status_code == 401


def test_case_075_an_anchor_of_another_tree_is_kept_and_does_not_fit(phone: Phone) -> None:
    scope = scope_of(phone)
    grow(phone, scope, 1)
    note = step().checkpoint
    with reading() as session:
        digest = log.digest_at(session, scope, 1)
    assert digest is not None
    held = {"seq": 1, "digest": ids.b64_encode(digest), "size": note.size}
    roots = {2: note.root, 3: b"\x07" * 32}
    for number, root in roots.items():
        anchor = held | {"root": ids.b64_encode(root)}
        sent = sync(phone, make(phone, scope, number, entry=number, anchor=anchor))
        assert sent["results"][0]["result"] == "accepted"
    viewing.make_current([scope])
    with reading() as session:
        told = [recorded.recorded(session, scope, ENTRY.format(number)) for number in roots]
    assert [one is not None and one.fits for one in told] == [True, False]


def test_the_clock_ticks_by_itself_and_outlives_whatever_goes_wrong(
    phone: Phone, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks: list[int] = []
    enough = threading.Event()

    def fail(now: int) -> None:
        ticks.append(now)
        if len(ticks) == 3:
            enough.set()
        raise RuntimeError("không ai ngờ")

    monkeypatch.setattr(sequencing, "step", fail)
    app.extensions["settings"] = replace(app.extensions["settings"], tree_every_seconds=1)
    clock = Clock(app, "tree", 0, tree_clock.tick)  # no wait between ticks
    clock.start()
    clock.start()
    assert enough.wait(30)
    clock.stop()
    assert tree_clock.tick(now_ms()).note is None


def test_the_commands_write_check_and_recover(phone: Phone, app: Flask) -> None:
    run = app.test_cli_runner().invoke
    assert "new checkpoint" in run(args=["tree", "step"]).output
    assert "nothing new" in run(args=["tree", "step"]).output
    assert run(args=["tree", "check"]).exit_code == 0
    assert "0 leaves" in run(args=["tree", "recover"]).output
    (folder() / "checkpoint").unlink()
    stopped = run(args=["tree", "step"])
    assert (stopped.exit_code, "recover" in stopped.output) == (1, True)
    assert run(args=["tree", "check"]).exit_code == 1
