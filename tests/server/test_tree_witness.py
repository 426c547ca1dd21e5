"""Witnesses of the transparency log: good ones sign, all others change nothing (faults.md 84)."""

from __future__ import annotations

import threading
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import Settings, now_ms
from server.db import reading
from server.models.tree import TreeWitness
from server.services import sequencing, tree_clock, witnessing
from server.services.witnessing import Reply
from server.store import log_key, tree_files
from sync.checkpoint import WITNESS_KEY, NoteKey, cosign, cosigned_at, open_note, parse_note
from sync.signing import NoteSigner
from sync.tree import verify_consistency
from tests.server.ops import make, scope_of, sync
from tests.server.phones import Phone, enrolled, start

NAME = "nhan-chung.example/w1"
SIGNER = NoteSigner.from_seed(bytes(range(1, 33)))
KEY = NoteKey(NAME, WITNESS_KEY, SIGNER.public)
ADDRESS = "https://nhan-chung.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with one witness, and an entry that is none."""
    return replace(settings, witnesses=f"{KEY} {ADDRESS} not-a-key https://x.example")


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined; the tree was written once."""
    start()
    phone = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    sequencing.step(now_ms())
    return phone


class Witness:
    """A witness that checks as the specification says, and remembers what it signed."""

    def __init__(self) -> None:
        self.size, self.root = 0, b""
        self.asked: list[tuple[str, int]] = []

    def send(self, address: str, body: bytes) -> Reply:
        """Answer add-checkpoint."""
        head, _, text = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        old = int(first.removeprefix("old "))
        self.asked.append((address, old))
        key = log_key.public_key()
        assert key is not None
        note = open_note(text, key)
        if old != self.size:
            return Reply(409, f"{self.size}\n")
        proof = [b64decode(line) for line in lines]
        new = note.checkpoint
        if old and not verify_consistency(old, new.size, proof, self.root, new.root):
            return Reply(422, "")
        self.size, self.root = new.size, new.root
        return Reply(200, cosign(SIGNER, NAME, note, 1_790_000_000))


def kept() -> str:
    """Return the newest checkpoint as it is served."""
    return tree_files.read_checkpoint(sequencing.tree_folder()) or ""


def row() -> TreeWitness:
    """Return what is kept of the witness."""
    with reading() as session:
        found = session.get(TreeWitness, NAME)
    assert found is not None
    return found


def grow(phone: Phone, number: int) -> None:
    """Record an entry and write the tree."""
    sync(phone, make(phone, scope_of(phone), number, entry=number))
    assert sequencing.step(now_ms()).is_new


def test_a_witness_signs_what_grew_and_its_line_is_served(phone: Phone) -> None:
    witness = Witness()
    for number in (1, 2):
        grow(phone, number)
        witnessing.ask(now_ms(), witness.send)
        assert cosigned_at(parse_note(kept()), KEY) == 1_790_000_000
    assert witness.asked[0] == (f"{ADDRESS}/add-checkpoint", 0)
    assert (row().size, row().problem) == (witness.size, "")
    asked = len(witness.asked)
    witnessing.ask(now_ms(), witness.send)
    assert len(witness.asked) == asked  # it has signed this one
    grow(phone, 3)
    assert cosigned_at(parse_note(kept()), KEY) is None  # published before anybody is asked


def test_case_084_a_witness_that_knows_another_size_is_asked_again_from_there(phone: Phone) -> None:
    witness = Witness()
    witness.size = (note := parse_note(kept()).checkpoint).size
    witness.root = note.root
    grow(phone, 1)
    witnessing.ask(now_ms(), witness.send)
    assert [old for _, old in witness.asked] == [0, note.size]
    assert cosigned_at(parse_note(kept()), KEY) is not None


BAD = {
    "nothing": (0, ""),
    "garbage": (200, "<html>đăng nhập</html>"),
    "binary": (200, "\x00— \n\n"),
    "a short line": (200, "— nhan-chung.example/w1 AAAAAAAA\n"),
    "refused": (422, ""),
    "unknown": (404, ""),
    "a size beyond ours": (409, "99999999999"),
    "a size that is none": (409, "rất nhiều"),
    "broken": (500, ""),
}


@pytest.mark.parametrize("kind_of", BAD)
def test_case_084_a_bad_answer_is_noted_and_changes_nothing(phone: Phone, kind_of: str) -> None:
    before = kept()
    status, text = BAD[kind_of]
    witnessing.ask(now_ms(), lambda _address, _body: Reply(status, text))
    assert kept() == before
    problem = {0: "no_answer", 200: "bad_signature"}.get(status, f"status_{status}")
    assert (row().problem, row().size) == (problem, 0)


def test_case_084_a_signature_for_another_checkpoint_or_by_another_key_is_ignored(phone: Phone) -> None:
    before = kept()
    old = parse_note(before)
    grow(phone, 1)
    now = kept()
    other = NoteSigner.from_seed(bytes(range(3, 35)))
    for line in (cosign(SIGNER, NAME, old, 1), cosign(other, NAME, parse_note(now), 1)):
        witnessing.ask(now_ms(), lambda _address, _body, line=line: Reply(200, line))
        assert (kept(), row().problem) == (now, "bad_signature")


class Slow(BaseHTTPRequestHandler):
    """A real address: answers by its path, and leads elsewhere."""

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(302 if "away" in self.path else 409)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"7\n")

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """Give the address of a small server."""
    server = HTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_case_084_over_http_a_witness_that_is_down_or_leads_away_is_no_answer(address: str) -> None:
    assert witnessing.post(f"{address}/add-checkpoint", b"old 0\n") == Reply(409, "7\n")
    assert witnessing.post(f"{address}/away", b"old 0\n").status == 302
    assert witnessing.post("http://127.0.0.1:9/add-checkpoint", b"").status == 0
    assert witnessing.post("http://[bad", b"").status == 0


def test_case_084_the_clock_publishes_whatever_witnesses_do(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnessing, "post", lambda _address, _body: Reply(0, ""))
    sync(phone, make(phone, scope_of(phone), 1))
    done = tree_clock.tick(now_ms())
    assert done.is_new
    assert kept() == str(done.note)
    assert done.note is not None
    assert witnessing.cosigned(done.note) == {}
    assert [one.key.kind for one in witnessing.configured()] == [WITNESS_KEY]
