"""Being a witness: what grew is signed, and no second history of a log (faults.md 84).

The log that asks is our own, written by real steps; the witness is the same server under its setting.
"""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.config import now_ms
from server.db import reading
from server.models.tree import Witnessed
from server.services import cosigning, witnessing
from server.services.witnessing import Reply
from server.store import log_key, tree_files, witness_key
from sync import tiles
from sync.checkpoint import (
    LOG_KEY,
    Note,
    NoteKey,
    WitnessRequest,
    cosigned_at,
    parse_note,
    parse_witness_request,
    sign,
    with_cosignatures,
)
from sync.signing import NoteSigner
from sync.tree import consistency, leaf_hash, list_nodes, root
from tests.server.ops import scope_of
from tests.server.phones import ORIGIN, Phone, enrolled, start
from tests.server.trees import folder, grow, step

STRANGE = NoteSigner.from_seed(bytes(range(7, 39)))
ADDRESS = "/witness/add-checkpoint"
LEAVES = [leaf_hash(bytes([one])) for one in range(9)]
OTHER_LEAVES = [leaf_hash(bytes([one, one])) for one in range(9)]


def set_up(app: Flask, **settings: str) -> None:
    """Change settings of the app."""
    for name, value in settings.items():
        object.__setattr__(app.extensions["settings"], name, value)


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined; its server's own log is witnessed, by a key made by the command."""
    start()
    phone = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    step()
    made = app.test_cli_runner().invoke(args=["tree", "witness-key"])
    assert made.output == f"{witness_key.public_key()} {app.extensions['settings'].public_url}/witness\n"
    set_up(app, witnessed_logs=f"not-a-key {log_key.public_key()}", witnesses=made.output)
    return phone


def kept() -> list[tuple[str, int, bytes]]:
    """Return what is kept of the logs."""
    with reading() as session:
        return [(one.origin, one.size, one.root) for one in session.scalars(select(Witnessed))]


def asked(old: int, note: Note, *proof: bytes) -> bytes:
    """Return a request's body."""
    return str(WitnessRequest(old, proof, note)).encode()


def grown(old: int, size: int, leaves: list[bytes], signer: NoteSigner | None = None) -> bytes:
    """Return the request of a log over known leaves."""
    nodes = list_nodes(leaves)
    note = sign(signer or log_key.load_private(), ORIGIN, size, root(nodes, size))
    return asked(old, note, *consistency(nodes, old, size))


def post(client: FlaskClient, body: bytes) -> TestResponse:
    """Ask the witness."""
    return client.post(ADDRESS, data=body, content_type="text/plain; charset=utf-8")


def test_case_084_real_checkpoints_are_witnessed_by_the_code_that_asks_others(
    phone: Phone, client: FlaskClient
) -> None:
    def send(address: str, body: bytes) -> Reply:
        answer = post(client, body)
        assert address.endswith(ADDRESS)
        return Reply(answer.status_code, answer.get_data(as_text=True))

    own = witness_key.public_key()
    assert own is not None
    for number in (1, 2, 3):
        grow(phone, scope_of(phone), number)
        note = step()
        signed = witnessing.ask(now_ms(), send)
        assert signed is not None
        assert cosigned_at(signed, own) == now_ms() // 1000
        assert kept() == [(ORIGIN, note.checkpoint.size, note.checkpoint.root)]
        assert witnessing.cosigned(parse_note(tree_files.read_checkpoint(folder()) or "")) != {}
    size = note.checkpoint.size
    proof = consistency(tiles.tile_nodes(tree_files.reader(folder()), size), 1, size)
    late = post(client, asked(1, note, *proof))
    assert (late.status_code, late.get_data(as_text=True)) == (409, f"{size}\n")
    assert late.content_type == "text/x.tlog.size"
    again = post(client, asked(size, note)).get_data(as_text=True)
    assert with_cosignatures(note, {own.name: again}, {own.name: own}) != note


def test_case_084_a_fork_is_refused_and_nothing_of_it_is_kept(phone: Phone, client: FlaskClient) -> None:
    assert post(client, grown(0, 5, LEAVES)).status_code == 200
    before = kept()
    key = log_key.load_private()
    forked = root(list_nodes(OTHER_LEAVES), 8)
    proof = consistency(list_nodes(LEAVES), 5, 8)
    refused = {
        "same size, other root": (asked(5, sign(key, ORIGIN, 5, forked)), 409),
        "smaller": (grown(3, 4, LEAVES), 409),
        "smaller than it says itself": (asked(5, sign(key, ORIGIN, 4, forked)), 400),
        "from the beginning": (grown(0, 8, OTHER_LEAVES), 409),
        "another history": (grown(5, 8, OTHER_LEAVES), 422),
        "a proof of something else": (asked(5, sign(key, ORIGIN, 8, forked), *proof), 422),
        "no proof": (asked(5, sign(key, ORIGIN, 8, root(list_nodes(LEAVES), 8))), 422),
        "another key": (grown(5, 8, LEAVES, STRANGE), 403),
        "another log": (asked(0, sign(STRANGE, "xa-khac.example/so", 8, forked)), 404),
        "no text": (b"\xff\xfe", 400),
        "no old": (grown(5, 8, LEAVES).removeprefix(b"old 5\n"), 400),
        "a signed old": (grown(5, 8, LEAVES).replace(b"old 5", b"old +5"), 400),
        "a cut step": (asked(5, sign(key, ORIGIN, 8, forked), b"short"), 400),
        "too many steps": (asked(5, sign(key, ORIGIN, 8, forked), *[bytes(32)] * 64), 400),
        "too long": (b"old 5\n" + b"A" * 40_000, 413),
    }
    told = {name: post(client, body).status_code for name, (body, _) in refused.items()}
    assert told == {name: status for name, (_, status) in refused.items()}
    assert kept() == before
    assert post(client, grown(5, 8, LEAVES)).status_code == 200


def test_case_084_of_two_histories_at_once_one_is_signed(
    app: Flask, phone: Phone, client: FlaskClient
) -> None:
    assert post(client, grown(0, 2, LEAVES)).status_code == 200
    third = [*LEAVES[:2], *OTHER_LEAVES[2:]]
    bodies = [grown(2, 4, LEAVES), grown(2, 4, third), grown(2, 5, LEAVES), grown(2, 5, third)]
    gate, statuses = threading.Barrier(len(bodies)), []

    def work(body: bytes) -> None:
        mine = app.test_client()
        gate.wait()
        statuses.append(post(mine, body).status_code)

    workers = [threading.Thread(target=work, args=(body,)) for body in bodies]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(statuses) == [200, 409, 409, 409]
    (_, size, kept_root) = kept()[0]
    assert kept_root in (root(list_nodes(LEAVES), size), root(list_nodes(third), size))


def test_without_a_setting_or_a_key_nothing_is_witnessed_and_a_flood_is_told_to_wait(
    app: Flask, client: FlaskClient
) -> None:
    log = NoteKey(ORIGIN, LOG_KEY, STRANGE.public)
    body = grown(0, 2, LEAVES, STRANGE)
    assert post(client, body).status_code == 404
    set_up(app, witnessed_logs=str(log))
    assert post(client, body).status_code == 503
    runner = app.test_cli_runner()
    assert runner.invoke(args=["tree", "witness-key", "--name", "a b"]).exit_code == 1
    assert runner.invoke(args=["tree", "witness-key", "--name", "nhan-chung.example/a"]).exit_code == 0
    assert runner.invoke(args=["tree", "witness-key"]).exit_code == 1  # never a second one
    answer = post(client, body)
    assert answer.get_data(as_text=True).startswith("— nhan-chung.example/a ")
    told = {post(client, b"").status_code for _ in range(cosigning.PER_MINUTE)}
    assert told == {400, 429}


def test_a_request_is_read_as_it_is_written() -> None:
    note = sign(STRANGE, ORIGIN, 8, root(list_nodes(LEAVES), 8))
    for proof in ((), tuple(consistency(list_nodes(LEAVES), 5, 8))):
        made = WitnessRequest(5, proof, note)
        assert parse_witness_request(str(made).encode()) == made
