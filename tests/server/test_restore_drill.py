"""The restore drill: backup, more ops, restore, and the phones give back what they hold (faults.md 32, P10).

Histories 7 and 8 of merge.md §7, restores older than the last one, and seeded worlds. `HISTORIES` sets how
many worlds are tried; `SEED` repeats one.
"""

from __future__ import annotations

import hashlib
import os
import random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.app import create_app
from server.config import Settings, now_ms
from server.db import db, reading
from server.models.log import HeldOp, OpRow
from server.services import restoring
from server.store import devices, log
from sync import ids
from sync.merge import fold
from sync.ops import op_id
from tests.server.authenticators import Authenticator, made_fields
from tests.server.backups import Backups
from tests.server.diary_phone import Diary
from tests.server.ops import make
from tests.server.phones import ORIGIN, Phone, enrolled, start

SECRET = bytes(range(16))
HISTORIES = int(os.environ.get("HISTORIES", "6"))
ONE_SEED = os.environ.get("SEED")


def server_ids(scope: str) -> list[str]:
    """Return the ids of a scope's log in order."""
    with reading() as session:
        return list(session.scalars(select(OpRow.id).where(OpRow.scope == scope).order_by(OpRow.seq)))


def held_ids() -> set[str]:
    """Return what is held."""
    with reading() as session:
        return set(session.scalars(select(HeldOp.id)))


def epoch() -> int:
    """Return the epoch of the server."""
    with reading() as session:
        return log.epoch(session)


def folded(scope: str) -> dict[str, Any]:
    """Return what every document of a scope says."""
    with reading() as session:
        docs = sorted(set(session.scalars(select(OpRow.doc).where(OpRow.scope == scope))))
        found = {doc: fold(log.document_ops(session, scope, doc)) for doc in docs}
    return {doc: (one.values, one.conflicts, one.deleted) for doc, one in found.items()}


def diary(app: Flask, person: str, farm: str | None, role: str = "owner", **options: Any) -> Diary:
    """Return a phone that has joined and synced once."""
    made = Diary(enrolled(app.test_client(), person, farm, role, **options))
    made.sync()
    return made


def restart(settings: Settings, diaries: list[Diary]) -> None:
    """Start the server anew on the database that lies there; the phones speak to the new one."""
    fresh = create_app(settings)
    for one in diaries:
        one.phone.client = fresh.test_client()
    db.engine.dispose()


def settle(diaries: list[Diary]) -> None:
    """Let every phone sync until nothing moves any more."""
    for _ in range(3):
        for one in diaries:
            one.sync()


def farm_of(one: Diary) -> str:
    """Return the one farm whose log the phone holds."""
    return next(scope for scope in one.logs if scope.startswith("farm:"))


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


def invited_by_helper(app: Flask, helper: Diary, farm: str) -> Diary:
    """Return a phone whose person, membership and invitation a helper made in the field."""
    person, member, invite = (ids.make_uuid7(now_ms(), number.to_bytes(10, "big")) for number in (1, 2, 3))
    helper.ask({"id": person, "kind": "person", "made_at": 1, "values": {"name": "Phạm Văn Thịnh"}})
    values = {"person": person, "farm": farm.removeprefix("farm:"), "role": "member"}
    helper.ask({"id": member, "kind": "membership", "made_at": 2, "values": values})
    fields = {
        "membership": member, "kind": "phone", "confirm": False, "expires_at": now_ms() + 60_000,
        "secret_hash": ids.b64_encode(hashlib.sha256(SECRET).digest()),
    }  # fmt: skip
    organisation = helper.phone.shown["scope"]
    sent = helper.record(organisation, doc=f"device:{invite}", fields=fields)
    helper.sync()
    assert sent in helper.acked
    phone = Phone(app.test_client())
    phone.shown = {"by": member, "scope": organisation, "doc": f"device:{invite}", "after": [sent]}
    fields = {"key": ids.b64_encode(phone.key.public), "secret": ids.b64_encode(SECRET), "label": "Máy mới"}
    join = make(phone, organisation, 1, doc=f"device:{invite}", after=[sent], fields=fields)
    assert phone.send_join(join | {"key": ids.b64_encode(phone.key.public)}).status_code == 200
    made = Diary(phone)
    made.sync()
    return made


def test_history_7_after_a_restore_the_phones_give_back_all_that_any_of_them_holds(
    app: Flask, settings: Settings, backups: Backups
) -> None:
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    scope = farm_of(owner)
    helper = diary(app, "Anh Tổ viên", None, "helper", kind="phone")
    reviewer = diary(app, "Anh Tuấn", None, "reviewer", kind="phone")
    with_help = {"farm": scope.removeprefix("farm:"), "membership": helper.phone.shown["by"]}
    boss = diary(app, "Chị Chủ nhiệm", None, "manager", kind="phone")
    boss.ask({"id": ids.make_uuid7(1, bytes(10)), "kind": "help", "made_at": 1, "values": with_help})
    boss.sync()
    helper.sync()
    for n in range(1, 41):
        owner.record(scope, entry=n)
    owner.sync()
    old = backups.save()

    dead = invited_by_helper(app, helper, scope)  # enrolled after the backup, and lost before the restore
    everybody = [owner, helper, reviewer, boss, dead]
    for first in range(41, 81, 8):
        for one in everybody:
            for n in range(first, first + 8):
                one.record(scope, entry=n)
            one.sync()
    settle(everybody)
    assert len(server_ids(scope)) == 40 + 200
    restoring.compare()
    before = folded(scope)
    acked = set().union(*(one.acked for one in everybody))

    backups.restore(old)
    living = [reviewer, boss, helper, owner]
    restart(settings, living)
    assert epoch() == 2
    assert len(server_ids(scope)) == 40
    for n in range(81, 101):  # the server goes on before all have come back
        owner.record(scope, entry=n)
    settle(living)

    assert all(one.rewinds for one in living)
    assert acked <= set(server_ids(scope)) | set(server_ids(boss.phone.shown["scope"]))
    assert len(set(server_ids(scope))) == len(server_ids(scope)) == 40 + 200 + 20
    assert held_ids() == set()
    for one in living:
        assert one.ids_of(scope) == server_ids(scope)
        assert one.outbox == []
    after = folded(scope)
    assert {doc: after[doc] for doc in before} == before
    with reading() as session:
        assert devices.rows_of_device(session, dead.me)[0].state == "confirmed"


def test_history_8_an_anchor_of_the_branch_that_was_cut_off_is_taken(
    app: Flask, settings: Settings, backups: Backups
) -> None:
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    scope = farm_of(owner)
    owner.record(scope, entry=1)
    owner.sync()
    old = backups.save()
    owner.record(scope, entry=2)
    owner.sync()
    restoring.compare()
    last = owner.logs[scope][-1]
    backups.restore(old)
    restart(settings, [owner])
    anchored = owner.record(scope, entry=3, anchor={"seq": 2, "digest": ids.b64_encode(last.digest)})
    settle([owner])
    assert anchored in server_ids(scope)
    assert len(server_ids(scope)) == 3


@pytest.mark.parametrize("first", ["the writer", "the one who admitted"])
def test_what_was_held_and_admitted_before_the_restore_needs_no_person_again(
    app: Flask, settings: Settings, backups: Backups, first: str
) -> None:
    owner, boss = (
        diary(app, "Phạm Thị Lụa", "Nhà Lụa"),
        diary(app, "Chị Chủ nhiệm", None, "manager", kind="phone"),
    )
    boss.phone.passkey = Authenticator()
    made = {"doc": f"passkey:{ids.make_uuid7(2, bytes(10))}"}
    boss.record(boss.phone.shown["scope"], fields=made_fields(boss.phone, boss.phone.passkey), **made)
    scope = farm_of(owner)
    owner.record(scope, entry=1)
    settle([boss, owner])
    old = backups.save()
    owner.numbers[scope] = 0
    twice = owner.record(scope, entry=2)
    owner.sync()
    assert owner.held == {twice}
    doc = f"admission:{ids.make_uuid7(1, bytes(10))}"
    boss.touch(boss.record(scope, doc=doc, fields={"admit": [twice]}))
    settle([boss, owner])
    assert server_ids(scope)[-1] == twice
    restoring.compare()
    backups.restore(old)
    restart(settings, [owner, boss])
    settle([owner, boss] if first == "the writer" else [boss, owner])
    assert twice in server_ids(scope)
    assert held_ids() == set()


def test_what_was_held_before_the_restore_is_held_again(
    app: Flask, settings: Settings, backups: Backups
) -> None:
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    scope = farm_of(owner)
    old = backups.save()
    held = owner.record(scope, doc=f"review:{ids.make_uuid7(1, bytes(10))}")
    owner.sync()
    restoring.compare()
    backups.restore(old)
    restart(settings, [owner])
    assert held_ids() == set()
    settle([owner])
    assert held_ids() == {held}


def test_an_op_acknowledged_above_the_phones_cursor_is_not_lost(
    app: Flask, settings: Settings, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, other = diary(app, "Phạm Thị Lụa", "Nhà Lụa"), diary(app, "Thịnh", "Nhà Lụa", "member")
    scope = farm_of(owner)
    old = backups.save()
    with monkeypatch.context() as patched:
        patched.setattr(Diary, "_take_page", lambda *_: None)  # the link is cut before the page is stored
        mine = owner.record(scope, entry=1)
        owner._round()
    assert mine in owner.acked
    assert owner.ids_of(scope) == []
    restoring.compare()
    backups.restore(old)
    restart(settings, [owner, other])
    settle([owner, other])
    assert server_ids(scope) == [mine]


def test_a_server_that_never_noticed_its_restore_is_found_out_by_the_digests(
    app: Flask, settings: Settings, backups: Backups
) -> None:
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    scope = farm_of(owner)
    owner.record(scope, entry=1)
    owner.sync()
    old = backups.save()
    owner.record(scope, entry=2)
    owner.sync()
    for path in settings.data_dir.glob("watermark.json"):
        path.unlink()
    backups.restore(old)
    restart(settings, [owner])
    assert epoch() == 1
    settle([owner])
    assert owner.rewinds == ["0"]
    assert len(server_ids(scope)) == 2


class World:
    """Some phones of two farms, a manager, and a server that is put back to any earlier day."""

    def __init__(self, app: Flask, settings: Settings, backups: Backups, seed: int) -> None:
        self.chance = random.Random(seed)
        self.settings, self.backups = settings, backups
        self.diaries = [
            diary(app, f"Lụa {seed}", f"Nhà Lụa {seed}"),
            diary(app, f"Thịnh {seed}", f"Nhà Lụa {seed}", "member"),
            diary(app, f"Sự {seed}", f"Nhà Sự {seed}"),
            diary(app, f"Chủ nhiệm {seed}", None, "manager", kind="phone"),
        ]
        self.farms = {one.me: farm_of(one) for one in self.diaries[:3]}
        self.saved = [backups.save()]

    def step(self) -> None:
        """Do one thing that happens in the life of a server."""
        one = self.chance.choice(self.diaries)
        what = self.chance.choices(("record", "sync", "save", "restore"), (8, 8, 1, 1))[0]
        if what == "record":
            mine = self.farms.get(one.me)
            scopes = [mine] if mine else [scope for scope in sorted(one.logs) if scope.startswith("farm:")]
            log_of = one.logs[scope := self.chance.choice(scopes)]
            seen = self.chance.choice(log_of).id if log_of and self.chance.random() < 0.4 else None
            doc = {} if seen is None else {"after": [seen]}
            one.record(scope, entry=self.chance.randrange(12), **doc)
        elif what == "sync":
            one.sync()
        elif what == "save":
            self.saved.append(self.backups.save())
        else:
            restoring.compare()
            self.backups.restore(self.chance.choice(self.saved))
            restart(self.settings, self.diaries)


@pytest.mark.parametrize("seed", [int(ONE_SEED)] if ONE_SEED else range(HISTORIES))
@pytest.mark.parametrize("kind", ["sqlite"])
def test_whatever_is_restored_every_acknowledged_op_that_a_phone_holds_is_in_the_log(
    app: Flask, settings: Settings, backups: Backups, seed: int
) -> None:
    world = World(app, settings, backups, seed)
    for _ in range(60):
        world.step()
    settle(world.diaries)
    settle(world.diaries)
    acked = set().union(*(one.acked for one in world.diaries))
    scopes = {scope for one in world.diaries for scope in one.logs}
    there = {one for scope in scopes for one in server_ids(scope)}
    assert acked <= there, f"SEED={seed}"
    assert held_ids() == set(), f"SEED={seed}"
    for one in world.diaries:
        assert one.outbox == [], f"SEED={seed}"
        for scope in one.logs:
            assert one.ids_of(scope) == server_ids(scope), f"SEED={seed}"


def test_the_client_is_not_asked_twice_for_what_it_gave(
    app: Flask, client: FlaskClient, settings: Settings, backups: Backups
) -> None:
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    scope = farm_of(owner)
    old = backups.save()
    first = owner.record(scope, entry=1)
    owner.sync()
    restoring.compare()
    backups.restore(old)
    restart(settings, [owner])
    settle([owner])
    told = len(owner.rewinds)
    settle([owner])
    assert len(owner.rewinds) == told
    assert server_ids(scope) == [first] == [op_id(ORIGIN, owner.ops[first]["body"])]
