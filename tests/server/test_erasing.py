"""Erasure: private parts and photos go, for good; ids, signatures and digests stay as they were."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from server.db import reading, run_write
from server.models.blobs import ERASED
from server.models.erasures import ErasedDocument
from server.models.log import Head, HeldOp, OpRow
from server.models.views import DocumentView
from server.services import rebuilding
from server.services.viewing import make_current
from server.store import photos as photo_rows
from tests.server.backups import Backups
from tests.server.consoles import Browser
from tests.server.diaries import Diary, Sent, diary_of, new_uuid
from tests.server.phones import start
from tests.server.pictures import hash_of, make_jpeg
from tests.server.test_want import upload

NOTE = "Phun chiều, có cô Hạnh phụ"


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """Give the diary of a household."""
    start()
    return diary_of(client, "Chị Lụa", "Nhà Lụa")


@pytest.fixture
def manager(app: Flask, lua: Diary) -> Browser:
    """Give the browser of who may erase."""
    return Browser(app, "Trần Thị Hoa", "manager")


def erase(manager: Browser, scope: str, *docs: str) -> tuple[dict[str, Any], Sent]:
    """Erase documents; return the result and the op."""
    made = manager.diary.op(
        f"erasure:{new_uuid()}", {"documents": list(docs), "reason": "asked"}, scope=scope
    )
    return manager.diary.send(made)[0], made


def parts(scope: str) -> dict[str, str | None]:
    """Return the private part of each op of a scope that names one, by id."""
    with reading() as session:
        rows = session.scalars(select(OpRow).where(OpRow.scope == scope)).all()
        return {row.id: row.private for row in rows if '"private":' in row.body}


def view(scope: str, doc: str) -> DocumentView:
    """Return what a document says, its views made current."""
    make_current([scope])
    with reading() as session:
        found = session.get(DocumentView, (scope, doc))
    assert found is not None
    return found


def pulled(diary: Diary) -> list[dict[str, Any]]:
    """Return everything that a device of the book gets, in full."""
    asked = {"cursors": {diary.scope: "0"}, "ops": [], "access": "", "whole": True}
    answer = diary.phone.client.post("/api/v1/sync", headers=diary.phone.headers, json=asked).get_json()
    return list(answer["ops"])


def test_history_14_an_erasure_drops_the_private_parts_of_what_it_names_and_the_log_still_agrees(
    lua: Diary, manager: Browser
) -> None:
    entry = lua.entry("CT-10", "2026-11-08", {"note": NOTE})
    changed = lua.record(entry.doc, {}, {"note": NOTE + "!"}, after=[entry.id])
    other = lua.entry("CT-10", "2026-11-08", {"note": "Ghi riêng"})
    assert view(lua.scope, entry.doc).private is not None
    result, _ = erase(manager, lua.scope, entry.doc)
    assert result["result"] == "accepted"
    found = parts(lua.scope)
    assert (found[entry.id], found[changed.id]) == (None, None)
    assert found[other.id] is not None
    assert view(lua.scope, entry.doc).private is None
    assert view(lua.scope, entry.doc).values == view(lua.scope, other.doc).values  # what was done stands
    assert NOTE not in str(pulled(lua))
    assert list(rebuilding.check()) == []


def test_a_part_that_comes_late_is_not_filled_in_nor_kept_of_a_new_op(lua: Diary, manager: Browser) -> None:
    entry = lua.op(f"entry:{new_uuid()}", {"form": "CT-10", "happened_on": "2026-11-08"}, {"note": NOTE})
    bare = Sent(entry.id, entry.doc, {k: v for k, v in entry.wire.items() if k != "private"})
    assert lua.send(bare)[0]["result"] == "accepted"
    erase(manager, lua.scope, entry.doc)
    assert lua.send(entry)[0]["result"] == "already"
    late = lua.record(entry.doc, {"weather": "sun"}, {"note": NOTE}, after=[entry.id])
    assert parts(lua.scope) == {entry.id: None, late.id: None}
    assert '"weather":"sun"' in view(lua.scope, entry.doc).values
    assert list(rebuilding.check()) == []


def test_a_document_that_the_log_does_not_hold_yet_can_be_erased_and_comes_without_its_part(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    late = lua.op(f"entry:{new_uuid()}", {"form": "CT-10", "happened_on": "2026-11-08"}, {"note": NOTE})
    one, two = new_uuid(), {"form": "CT-10"}
    together = [
        lua.op(f"entry:{one}", two, {"note": NOTE}),
        manager.diary.op(f"erasure:{new_uuid()}", {"documents": [late.doc, f"entry:{one}"]}, scope=lua.scope),
        late,
    ]
    assert [r["result"] for r in lua.send(*together, touched=manager.phone)] == ["accepted"] * 3
    assert set(parts(lua.scope).values()) == {None}


def test_what_is_held_loses_its_part_before_anybody_lets_it_in(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    waiting = diary_of(app.test_client(), "Đặng Văn Sự", "Nhà Lụa", "member", confirm=True)
    waiting.scope = lua.scope
    before = waiting.op(f"entry:{new_uuid()}", {"form": "CT-12"}, {"note": NOTE})
    assert waiting.send(before)[0]["result"] == "held"
    erase(manager, lua.scope, before.doc)
    after = waiting.op(before.doc, {"weather": "sun"}, {"note": NOTE}, after=[before.id])
    assert waiting.send(after)[0]["result"] == "held"
    with reading() as session:
        assert {row.private for row in session.scalars(select(HeldOp))} == {None}
    admitted = manager.diary.op(f"admission:{new_uuid()}", {"admit": [before.id, after.id]}, scope=lua.scope)
    manager.diary.send(admitted)
    assert parts(lua.scope) == {before.id: None, after.id: None}
    assert list(rebuilding.check()) == []


def test_bytes_of_a_photo_that_it_names_go_and_are_neither_shown_nor_taken_nor_wanted(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    data = make_jpeg()
    doc = f"photo:{new_uuid()}"
    lua.record(doc, {"sha256": hash_of(data), "bytes": len(data), "type": "image/jpeg", "kind": "photo"})
    upload(lua.phone, lua.scope, data)
    address = f"/api/v1/photos/farm/{lua.farm}/{hash_of(data)}"
    assert lua.phone.client.get(address, headers=lua.phone.headers).status_code == 200
    store = app.extensions["photos"]
    erase(manager, lua.scope, doc)
    assert lua.phone.client.get(address, headers=lua.phone.headers).status_code == 410
    left = [name for use in ("received", "view", "thumb", "parts") for name in store.blobs.names(use)]
    assert left == []
    with pytest.raises(AssertionError):  # 410, not begun
        upload(lua.phone, lua.scope, data)
    with reading() as session:
        blob = photo_rows.find_blob(session, lua.scope, hash_of(data))
        assert blob is not None
        assert blob.state == ERASED
    assert list(rebuilding.check()) == []


def test_a_photo_whose_op_comes_after_its_erasure_is_never_taken(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    data, doc = make_jpeg(), f"photo:{new_uuid()}"
    upload(lua.phone, lua.scope, data)  # its bytes came first
    erase(manager, lua.scope, doc)
    lua.record(doc, {"sha256": hash_of(data), "bytes": len(data), "type": "image/jpeg", "kind": "photo"})
    address = f"/api/v1/photos/farm/{lua.farm}/{hash_of(data)}"
    assert lua.phone.client.get(address, headers=lua.phone.headers).status_code == 410


@pytest.mark.parametrize("role", ["reviewer", "clerk"])
def test_nobody_but_a_manager_erases(app: Flask, lua: Diary, role: str) -> None:
    entry = lua.entry("CT-10", "2026-11-08", {"note": NOTE})
    result, _ = erase(Browser(app, "Người khác", role), lua.scope, entry.doc)
    assert result["result"] in ("held", "later")
    own = lua.op(f"erasure:{new_uuid()}", {"documents": [entry.doc]})
    assert lua.send(own)[0] == {"result": "held", "problem": "no_right"}
    assert parts(lua.scope)[entry.id] is not None


def test_a_restored_server_erases_again_when_the_op_comes_back(
    app: Flask, lua: Diary, manager: Browser, backups: Backups
) -> None:
    entry = lua.entry("CT-10", "2026-11-08", {"note": NOTE})
    backup = backups.save()
    _, erasure = erase(manager, lua.scope, entry.doc)
    backups.restore(backup)
    assert parts(lua.scope)[entry.id] is not None
    assert lua.send(erasure, touched=manager.phone)[0]["result"] in ("accepted", "held")  # whoever brings it
    assert parts(lua.scope)[entry.id] is None
    assert NOTE not in str(pulled(lua))


def test_a_part_that_should_be_gone_is_named_by_the_check_and_dropped_by_the_rebuild(
    lua: Diary, manager: Browser
) -> None:
    entry = lua.entry("CT-10", "2026-11-08", {"note": NOTE})
    kept = parts(lua.scope)[entry.id]
    erase(manager, lua.scope, entry.doc)

    def damage(session: Any) -> None:
        session.execute(text("UPDATE ops SET private = :kept WHERE id = :id"), {"kept": kept, "id": entry.id})
        session.execute(text("DELETE FROM erased_documents"))
        session.execute(text("UPDATE heads SET has_erasures = false"))

    run_write(damage)
    told = "\n".join(str(one) for one in rebuilding.check())
    assert "erased_documents" in told
    assert "private part of an erased document" in told
    assert "has_erasures" in told
    list(rebuilding.rebuild())
    assert parts(lua.scope)[entry.id] is None
    assert list(rebuilding.check()) == []
    with reading() as session:
        assert session.query(ErasedDocument).count() == 1
        head = session.get(Head, lua.scope)
        assert head is not None
        assert head.has_erasures
