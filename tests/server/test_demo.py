"""The demo: a story that is always the same, played through the server's own routes, marked, removable."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from server.app import create_app
from server.config import Settings
from server.db import Base, db, reading, run_write
from server.demo import drawing
from server.demo.cast import AT_DESK, GUESTS, PEOPLE
from server.demo.phones import DemoFailed, DemoPhone
from server.demo.playing import play
from server.demo.removing import RealBeside, remove
from server.demo.story import Inspect, Save, split
from server.demo.telling import tell
from server.models.blobs import Blob
from server.models.log import HeldOp, NamedPhoto, OpRow
from server.models.lots import LotView
from server.models.people import Farm
from server.models.selling import KeyProduct, Listing
from server.models.views import DocumentView, EntryView
from server.services.viewing import make_current
from server.store import view_survey
from server.store.demo_mark import read_mark
from sync.form_values import check_values
from sync.forms import load_forms
from tests.server.phones import Phone, enrolled, start
from tests.server.test_cli import link_in
from tests.server.test_sync import make, scope_of, sync

NOW = 1_795_500_000_000  # 24 November 2026, 13:00 in Vietnam
SMALL = frozenset({"thanh", "dung", "man"})  # conflicts, an ended help, a phone that waits


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The operator wants the demo."""
    return replace(settings, demo=True)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands tell the story of one household, without pictures."""
    monkeypatch.setattr("server.cli.demo.tell", partial(tell, only={"huong"}, pictures=False))


def run(app: Flask, *words: str) -> Result:
    """Run a command of the operator."""
    return app.test_cli_runner().invoke(args=["demo", *words])


def rows(model: type[Base]) -> int:
    """Count the rows of a table."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def everything() -> dict[str, int]:
    """Return the tables that hold rows, with their number."""
    with reading() as session:
        counted = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
    return {name: count for name, count in counted.items() if count}


# ---- the story ---------------------------------------------------------------------------------------------


def test_the_story_is_the_same_for_the_same_seed_and_time() -> None:
    assert tell(NOW) == tell(NOW)
    assert tell(NOW).events != tell(NOW, seed=2).events


def test_the_story_has_fifteen_households_of_two_cooperatives_and_every_sector() -> None:
    story = tell(NOW)
    assert len(story.households) == 15
    assert len({home.organisation for home in story.households}) == 2
    saves = [event for event in story.events if isinstance(event, Save)]
    sectors = Counter(str(save.fields["sector"]) for save in saves if save.form == "season")
    assert set(sectors) == {"crop", "livestock", "aquaculture"}
    assert sum(save.form not in ("plot", "season") for save in saves) > 350


def test_what_is_recorded_fits_its_form_but_for_advice() -> None:
    first: dict[str, Save] = {}
    for event in tell(NOW).events:
        if isinstance(event, Save):
            first.setdefault(event.doc, event)
    for save in first.values():
        form = load_forms()[save.form]
        unknown = {name for name in save.fields if form.field(name) is None} - {"form", "form_version"}
        assert not unknown, save
        found = check_values(form, *split(form, save.fields))
        assert all(one.is_hint for one in found), (save, found)


def test_boundaries_lie_in_the_commune() -> None:
    for event in tell(NOW).events:
        boundary = event.fields.get("boundary") if isinstance(event, Save) else None
        for lat, lng in boundary if isinstance(boundary, list) else []:
            assert 207_331_650 < lat < 207_836_620
            assert 1_066_204_230 < lng < 1_066_862_610


def test_nothing_happens_later_than_now() -> None:
    for now in (NOW, NOW - 12 * 3_600_000):
        assert max(event.at for event in tell(now).events) < now


@pytest.mark.parametrize("scene", sorted(drawing.SCENES))
def test_a_picture_is_small_the_same_again_and_opens(scene: str) -> None:
    drawn = drawing.draw(scene, 7, "Tên thuốc")
    assert drawn == drawing.draw(scene, 7, "Tên thuốc")
    assert len(drawn) <= drawing.BYTES_MAX
    assert Image.open(io.BytesIO(drawn)).size == drawing.SIZE


# ---- played ------------------------------------------------------------------------------------------------


def test_every_op_ends_as_the_story_means_it_and_every_entry_folds(app: Flask, settings: Settings) -> None:
    story = tell(NOW, only=SMALL)
    played = play(app, story)
    saves = [event for event in story.events if isinstance(event, Save)]
    photos = sum(len(save.pictures) for save in saves)
    visits = sum(isinstance(event, Inspect) for event in story.events)
    assert played.accepted + played.held == len(saves) + photos + visits + 1  # one admission
    assert visits == 3, "inspections are there to be looked at"
    with reading() as session:
        held = Counter(session.scalars(select(HeldOp.reason)))
        scopes = list(session.scalars(select(OpRow.scope).distinct()))
        stored = Counter(session.scalars(select(Blob.state)))
        told = set(session.execute(select(NamedPhoto.scope, NamedPhoto.sha256)))
        here = set(session.execute(select(Blob.scope, Blob.sha256)))
        received = list(
            session.scalars(
                select(OpRow.received_at)
                .where(OpRow.scope.startswith("farm:"))
                .order_by(OpRow.scope, OpRow.seq)
            )
        )
    assert held == {"not_confirmed": 3, "no_right": 1}
    assert stored.keys() == {"stored"}
    assert told <= here, "every photo that a log names is here"
    assert stored["stored"] > photos  # and the pictures of products, questions and whatever else is shown
    assert story.began_at <= min(received)
    assert max(received) < NOW
    make_current(scopes)
    with reading() as session:
        books = session.scalar(
            select(func.count()).select_from(DocumentView).where(DocumentView.type == "book")
        )
    assert books == len(SMALL)
    documents = {save.doc for save in saves if save.doc.startswith("entry:")}
    assert rows(EntryView) == len(documents) - sum(held.values())


def test_conflicts_stay_open_but_the_one_that_the_reviewer_settled(app: Flask) -> None:
    play(app, tell(NOW, only={"thanh", "huong"}, pictures=False))
    with reading() as session:
        scopes = list(session.scalars(select(OpRow.scope).distinct()))
    make_current(scopes)
    with reading() as session:
        found = list(session.scalars(select(DocumentView)))
    open_fields = sorted(name for row in found for name in json.loads(row.conflicts))
    assert [re.sub(r"\.\w{8}\.", ".*.", name) for name in open_fields] == ["line.*.total_used", "quantity"]
    harvest = next(row for row in found if "harvested_area" in row.values)
    assert json.loads(harvest.values)["quantity"] == {"amount": "13.8", "unit": "ta"}
    assert sum(row.is_deleted for row in found) == 1


def test_no_key_of_a_phone_is_left_anywhere(app: Flask, settings: Settings) -> None:
    play(app, tell(NOW, only={"huong"}, pictures=False))
    holding = [
        path.name
        for path in settings.data_dir.rglob("*")
        if path.is_file() and b"PRIVATE KEY" in path.read_bytes()
    ]
    assert sorted(holding) == ["operator.pem", "push.pem"]


def test_the_server_clock_is_put_back(app: Flask) -> None:
    before = app.extensions["clock"]
    play(app, tell(NOW, only={"kha"}, pictures=False))
    assert app.extensions["clock"] is before


def test_the_whole_demo_on_sqlite(sqlite_app: Flask) -> None:
    played = play(sqlite_app, tell(NOW, pictures=False))
    assert (played.farms, played.held) == (15, 5)
    with reading() as session:
        scopes = list(session.scalars(select(OpRow.scope).distinct()))
    make_current(scopes)
    assert rows(EntryView) > 350
    assert (rows(KeyProduct), rows(Listing)) == (12, 4)
    remove(sqlite_app)
    assert everything() == {}


@pytest.fixture
def sqlite_app(sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """An app on SQLite alone."""
    path = tmp_path / "whole.db"
    path.write_bytes(sqlite_template.read_bytes())
    made = create_app(Settings(data_dir=tmp_path, database_url=f"sqlite:///{path}", demo=True))
    with made.app_context():
        yield made
        db.engine.dispose()


# ---- started -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small")
def test_a_start_makes_the_demo_once_and_prints_fresh_links_each_time(
    app: Flask, client: FlaskClient
) -> None:
    first = run(app, "start")
    assert first.exit_code == 0, first.output
    assert "hồ sơ trình duyệt khác" in first.output
    assert "another browser profile" in first.output
    ops = rows(OpRow)
    again = run(app, "start")
    assert "Xong" not in again.output
    links = [re.findall(r"#i=(\S+)", output) for output in (first.output, again.output)]
    homes = {person.key: person.farm for person in PEOPLE}
    parts = [guest for guest, _ in (*GUESTS, *AT_DESK) if homes[guest] in (None, "huong")]
    assert len(links[0]) == len(links[1]) == len(parts) > 7  # those of the household and of all staff
    assert not set(links[0]) & set(links[1])
    assert rows(OpRow) == ops + len(parts)  # the fresh invitations
    phone = Phone(client)
    assert phone.join(link_in(again.output)).status_code == 200
    seen = client.get("/api/v1/reference", headers=phone.headers).get_json()
    assert (seen["demo"], seen["me"]["name"]) == (True, "Ngô Thu Hương")
    assert len(sync(phone, cursors={scope_of(phone): "0"})["ops"]) > 30


def test_a_start_without_the_demo_sets_an_empty_database_up(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], demo=False))
    printed = run(app, "start")
    assert "/htx/vao#i=" in printed.output
    assert rows(Farm) == 0
    assert run(app, "start").output == ""


def test_a_start_on_a_real_database_prints_nothing_and_says_it_is_none(
    app: Flask, client: FlaskClient
) -> None:
    start()
    assert run(app, "start").output == ""
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    assert client.get("/api/v1/reference", headers=phone.headers).get_json()["demo"] is False
    for word in ("make", "links", "remove"):
        assert run(app, word).exit_code != 0
    assert rows(Farm) == 1


@pytest.fixture
def cut_off(app: Flask, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo of which the process was killed half-way."""
    real, count = DemoPhone.sync, iter(range(1000))

    def cut(phone: DemoPhone, now: int, left: int = 0) -> None:
        if next(count) == 8:
            raise DemoFailed("the process was killed here")
        real(phone, now, left)

    with monkeypatch.context() as broken:
        broken.setattr(DemoPhone, "sync", cut)
        assert run(app, "start").exit_code == 1
    assert state() == "making"
    assert rows(OpRow) > 10


def state() -> str | None:
    """Return how far the demo of the database is."""
    with reading() as session:
        mark = read_mark(session)
    return None if mark is None else mark.state


@pytest.mark.usefixtures("cut_off")
def test_a_demo_cut_off_begins_anew(app: Flask) -> None:
    again = run(app, "start")
    assert again.exit_code == 0, again.output
    assert "dở dang" in again.output
    assert (rows(Farm), state()) == (1, "made")


@pytest.mark.usefixtures("cut_off")
def test_a_demo_cut_off_is_cleared_where_it_is_not_wanted_any_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], demo=False))
    assert "/htx/vao#i=" in run(app, "start").output
    assert (rows(Farm), state()) == (0, None)


# ---- removed -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small")
def test_one_command_leaves_an_empty_database_and_no_photo(app: Flask, settings: Settings) -> None:
    play(app, tell(NOW, only={"kha"}))
    assert any(path.is_file() for path in (settings.data_dir / "photos").rglob("*"))
    removed = run(app, "remove")
    assert removed.exit_code == 0, removed.output
    assert everything() == {}
    assert [path for path in (settings.data_dir / "photos").rglob("*") if path.is_file()] == []
    assert (settings.data_dir / "operator.pem").is_file()
    assert run(app, "remove").exit_code == 1
    assert run(app, "start").exit_code == 0  # the next demo stands on the same operator's key
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Farm).where(Farm.demo)) == 1


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("what", ["household", "person"])
def test_a_real_household_or_person_beside_it_keeps_everything(app: Flask, what: str) -> None:
    run(app, "start")
    before = rows(OpRow)
    if what == "household":
        run_write(lambda session: _real_farm(session.scalar(select(Farm).limit(1)), session))
    else:
        app.test_cli_runner().invoke(args=["invite", "--staff", "Vũ Thị Thật", "--role", "reviewer"])
        before += 1
    for words in (["remove"], ["remove", "--with-trials"]):
        refused = run(app, *words)
        assert refused.exit_code == 1
        assert "Thật" in refused.output
    assert rows(OpRow) == before


def _real_farm(beside: Farm | None, session: object) -> None:
    assert beside is not None
    farm = Farm(
        id="019a0000-0000-7000-8000-00000000aaaa",
        organisation=beside.organisation,
        village=beside.village,
        code="H900",
        name="Nhà Thật",
        created_at=NOW,
    )
    session.add(farm)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("small")
def test_what_a_guest_recorded_goes_only_when_said(app: Flask, client: FlaskClient) -> None:
    printed = run(app, "start").output
    phone = Phone(client)
    phone.join(link_in(printed))
    sync(phone, make(phone, scope_of(phone), 1))
    with pytest.raises(RealBeside) as refused:
        remove(app)
    assert refused.value.only_trials
    remove(app, with_trials=True)
    assert everything() == {}


def test_an_invitation_of_the_demo_is_no_trial(app: Flask) -> None:
    play(app, tell(NOW, only={"kha"}, pictures=False))
    run(app, "links")
    remove(app)
    assert everything() == {}


def test_the_packing_house_has_a_lot_in_every_state_that_one_looks_for(app: Flask) -> None:
    play(app, tell(NOW, only=frozenset({"man", "dung"}), pictures=False))
    with reading() as session:
        scopes = [one for one in view_survey.all_scopes(session) if one.startswith("org:")]
    make_current(scopes)
    with reading() as session:
        found = list(session.scalars(select(LotView)))
    assert sorted(one.state for one in found) == ["open", "published", "recalled"]
    assert {one.problems for one in found} == {"[]"}
