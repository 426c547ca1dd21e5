"""The page about the public log: what stands, who saw it, what it proves, without any script."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.services import sequencing
from server.services.published import log_state
from server.store import log_key, tree_files
from sync.checkpoint import sign
from tests.server.phones import ORIGIN, Phone, enrolled, start


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def page(client: FlaskClient, query: str = "") -> str:
    """Return the page."""
    answer = client.get(f"/nhat-ky/{query}")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    return answer.get_data(as_text=True)


def test_before_the_first_checkpoint_the_page_says_so(client: FlaskClient) -> None:
    assert "Chưa có điểm chốt nào" in page(client)


def test_the_newest_checkpoint_stands_there_and_that_nobody_witnessed_it(
    phone: Phone, client: FlaskClient
) -> None:
    note = sequencing.step(now_ms()).note
    assert note is not None
    for query, words in (("", "Chưa có nhân chứng"), ("?tieng=en", "No witness yet")):
        said = page(client, query)
        assert words in said
        assert note.checkpoint.text.split("\n")[2].replace("+", "&#43;") in said.replace("+", "&#43;")
        assert "python -m sync.verify" in said
        assert "Lụa" not in said


def test_a_recovery_and_evidence_of_a_fork_stand_on_top(phone: Phone, client: FlaskClient) -> None:
    note = sequencing.step(now_ms()).note
    assert note is not None
    forged = sign(log_key.load_private(), ORIGIN, note.checkpoint.size + 5, b"\x07" * 32)
    sent = {"held": str(note), "given": str(forged)}
    phone.client.post("/api/v1/tree/evidence", json=sent, headers=phone.headers)
    assert "không khớp" in page(client)
    tree_files.write_checkpoint(sequencing.tree_folder(), str(forged))
    assert log_state().is_recovering
    assert "đang được phục hồi" in page(client)
