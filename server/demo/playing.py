"""Playing a story: rows, invitations by the operator's key, then every phone through the server's own routes.

The server's clock is set to the story's while it is played, so that what was sent in September was received
in September. It never runs past the real clock, and is put back at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import run_write
from server.demo import counting, drawing, measuring, modelling, news, packing, selling, trading, training
from server.demo import story as told
from server.demo.cast import ADMINISTRATOR, ANIMALS, COMMUNE, CROPS, VILLAGES
from server.demo.phones import DemoPhone
from server.demo.story import Admit, Ask, Event, Household, Inspect, Phone, Save, Story, Sync
from server.models.devices import DeviceSession
from server.models.people import Help, HelperVillage, Membership, Organisation, Person
from server.services.enrolling_rows import find_or_add_member
from server.services.inviting import invite, open_book
from server.services.seed_lists import load_lists
from server.services.setup import add_organisation, load_products, new_id, set_up
from server.store import people
from server.store.demo_mark import DemoMark, write_mark
from server.store.operator import load_private
from sync.values import Json

REVIEWER, MANAGER, DESK = "reviewer", "manager", "Chrome trên máy tính"
CLERK = "clerk"
GROWERS = ("huong", "man", "dung")
LISTS = Path(__file__).with_name("lists.json")


@dataclass
class Stage:
    """The demo while it is played: ids of what was made, by the story's keys."""

    app: Flask
    story: Story
    organisations: dict[str, str] = field(default_factory=dict)
    members: dict[str, Membership] = field(default_factory=dict)
    farms: dict[str, str] = field(default_factory=dict)
    phones: dict[str, DemoPhone] = field(default_factory=dict)
    made: dict[str, list[str]] = field(default_factory=dict)  # ids of ops by document
    time: int = 0

    def clock(self) -> int:
        """Return the story's time as the server's clock."""
        return self.time


@dataclass(frozen=True)
class Played:
    """What came of it."""

    farms: int
    accepted: int
    held: int


def play(app: Flask, story: Story) -> Played:
    """Play a story on an empty database inside the app's context.

    Raises: DemoFailed; DatabaseTrouble. What was made until then stays, marked as begun.
    """
    stage = Stage(app, story, time=story.began_at)
    run_write(lambda session: write_mark(session, DemoMark("making")))
    with _clock_of(stage):
        _make_rows(stage)
        arrivals = [(phone.at, -1, phone) for phone in story.phones]
        happenings = [(event.at, place, event) for place, event in enumerate(story.events)]
        for at, _, what in sorted([*arrivals, *happenings], key=lambda one: one[:2]):
            stage.time = max(stage.time, at)
            _happen(stage, what)
        for phone in stage.phones.values():
            if phone.outbox:
                phone.sync(stage.time)
        results = [result for phone in stage.phones.values() for result in phone.results]
        _pack(stage)
        _sell(stage)
        _trade(stage)
        _teach(stage)
        _measure(stage)
        _tell(stage)
        if ANIMALS in stage.organisations:
            counting.add_silent_point(stage.organisations[ANIMALS], stage.story.now)
        if "officer" in stage.members:
            counting.keep_months(stage.organisations[COMMUNE], stage.story.now)
    devices = tuple(phone.key.device for phone in stage.phones.values())
    run_write(lambda session: _finish(session, story.now, devices))
    return Played(len(stage.farms), results.count("accepted"), results.count("held"))


def _pack(stage: Stage) -> None:
    """Let the crop cooperative make lots, where its staff and vegetable growers are in the story."""
    growers = tuple(f"farm:{stage.farms[key]}" for key in GROWERS if key in stage.farms)
    reviewer, manager = stage.phones.get(REVIEWER), stage.members.get(MANAGER)
    if reviewer is None or manager is None or not growers:
        return
    stage.phones[MANAGER] = phone = DemoPhone(stage.app.test_client(use_cookies=False))
    phone.join(invite(load_private(), manager.id, stage.time, confirm=False), DESK, stage.time)
    packing.pack_lots(
        packing.House(stage.app, stage.organisations[CROPS], reviewer, phone, growers, stage.time)
    )


def _tell(stage: Stage) -> None:
    """Let the commune's officer tell its news, and households ask and propose."""
    commune, officer = stage.organisations[COMMUNE], stage.members.get("officer")
    if officer is not None and "extension" in stage.phones:
        news.tell_news(news.Desk(commune, officer, stage.members, stage.phones, stage.farms, stage.story.now))


def _teach(stage: Stage) -> None:
    """Let the team and the extension officer hold their sessions, where they are in the story."""
    recording = (training.TEAM_MEMBER, training.EXTENSION)
    phones = {key: stage.phones[key] for key in recording if key in stage.phones}
    if phones:
        commune = stage.organisations[COMMUNE]
        training.teach(
            training.School(commune, stage.organisations, stage.members, stage.farms, phones, stage.story.now)
        )


def _measure(stage: Stage) -> None:
    """Let the sensors of the pilot models measure."""
    stage.time = stage.story.began_at  # a log has its own times: that of a farm's readings begins here
    where = measuring.Sensing(stage.app, stage.farms, stage.time, stage.story.now)
    measuring.place_sensors(where)
    stage.time = stage.story.now


def _sell(stage: Stage) -> None:
    """Put products on sale, where both cooperatives are in the story."""
    manager = stage.phones.get(MANAGER)
    if manager is None or ANIMALS not in stage.organisations:
        return
    places = (stage.organisations[CROPS], stage.organisations[ANIMALS])
    device = manager.key.device
    market = selling.Market(stage.app, stage.organisations[COMMUNE], places, device, stage.time)
    selling.sell(market)
    modelling.model(market, stage.farms)


def _trade(stage: Stage) -> None:
    """Let the clerk of the crop cooperative buy and sell at its points."""
    clerk = stage.members.get(CLERK)
    if clerk is None:
        return
    phone = stage.phones[CLERK] = DemoPhone(stage.app.test_client(use_cookies=False))
    phone.join(invite(load_private(), clerk.id, stage.time, confirm=False), "Máy ở điểm cân", stage.time)
    trading.trade(trading.Scale(stage.organisations[CROPS], phone, stage.farms, stage.time))


def _finish(session: Session, now: int, devices: tuple[str, ...]) -> None:
    """Mark the demo as whole: all that stands in the database now is its own, and nobody is inside."""
    session.execute(delete(DeviceSession))
    organisations = tuple(session.scalars(select(Organisation.id).order_by(Organisation.id)))
    persons = tuple(session.scalars(select(Person.id).order_by(Person.id)))
    write_mark(session, DemoMark("made", now, organisations, persons, devices))


@contextmanager
def _clock_of(stage: Stage) -> Iterator[None]:
    before = stage.app.extensions["clock"]
    stage.app.extensions["clock"] = stage.clock
    try:
        yield
    finally:
        stage.app.extensions["clock"] = before


def _make_rows(stage: Stage) -> None:
    """Make organisations, households, people and helps, as `flask setup` and `flask invite` would."""
    now = stage.time
    made = set_up(COMMUNE, CROPS, ADMINISTRATOR, VILLAGES, now)
    load_products()
    load_lists(made.commune, now)
    load_lists(made.commune, now, LISTS)
    stage.organisations = {COMMUNE: made.commune, CROPS: made.cooperative}

    def work(session: Session) -> None:
        for person in stage.story.people:
            if person.organisation not in stage.organisations:
                added = add_organisation(session, "cooperative", person.organisation, made.commune, now + 2)
                stage.organisations[person.organisation] = added.id
        homes = {home.key: home for home in stage.story.households}
        for lies in homes.values():
            village = people.find_village(session, made.commune, lies.village)
            assert village is not None
            village.near_lat, village.near_lng = round(lies.lat / 10**5), round(lies.lng / 10**5)
        for person in stage.story.people:
            home = homes.get(person.farm or "")
            stage.members[person.key] = _member(session, stage, person, home, now)
        for person in stage.story.people:
            for name in person.villages:
                village = people.find_village(session, made.commune, name)
                assert village is not None
                session.add(HelperVillage(membership=stage.members[person.key].id, village=village.id))
        for helping in stage.story.helps:
            farm, helper = stage.farms[helping.farm], stage.members[helping.person].id
            session.add(
                Help(farm=farm, id=new_id(now), membership=helper, valid_from=now, valid_until=helping.until)
            )

    run_write(work)
    key = load_private()
    for farm in stage.farms.values():
        open_book(key, farm, now)


def _member(
    session: Session, stage: Stage, person: told.Person, home: Household | None, now: int
) -> Membership:
    member = find_or_add_member(
        session,
        organisation=stage.organisations[person.organisation],
        person=person.name,
        farm=None if home is None else home.name,
        village=None if home is None else home.village,
        role=person.role,
        now=now,
        demo=True,
    )
    if home is not None and member.farm is not None:
        stage.farms[home.key] = member.farm
    return member


def _happen(stage: Stage, what: Phone | Event) -> None:
    if isinstance(what, Phone):
        phone = DemoPhone(stage.app.test_client(use_cookies=False))
        key = load_private()
        link = invite(key, stage.members[what.person].id, stage.time, confirm=what.confirm)
        phone.join(link, what.label, stage.time)
        stage.phones[what.key] = phone
    elif isinstance(what, Save):
        _save(stage, what)
    elif isinstance(what, Sync):
        stage.phones[what.phone].sync(stage.time, what.left)
    elif isinstance(what, Ask):
        _ask(stage, what)
    elif isinstance(what, Inspect):
        phone, scope = stage.phones[what.phone], f"farm:{stage.farms[what.farm]}"
        phone.write(scope, f"inspection:{what.uuid}", stage.time, what.fields, what.private)
        phone.sync(stage.time)
    else:
        _admit(stage, what)


def _save(stage: Stage, save: Save) -> None:
    phone, scope = stage.phones[save.phone], f"farm:{stage.farms[save.farm]}"
    more: Mapping[str, Json] = {}
    if save.on_behalf_of is not None:
        more = {"on_behalf_of": stage.members[save.on_behalf_of].id}
    stage.made.setdefault(save.doc, []).append(phone.save(save, scope, more))
    for picture in save.pictures:
        data = drawing.draw(picture.scene, picture.seed, picture.text)
        at = save.at + save.clock_ms
        phone.take_photo(scope, f"photo:{picture.uuid}", save.doc, at, picture.kind, data, drawing.SIZE)


def _admit(stage: Stage, admit: Admit) -> None:
    """Let a reviewer admit what is held of a document."""
    scope = f"farm:{stage.farms[admit.farm]}"
    phone = stage.phones[admit.phone]
    held: list[Json] = [*stage.made[admit.doc]]
    phone.write(scope, f"admission:{admit.uuid}", stage.time, {"admit": held})
    phone.sync(stage.time)


def _ask(stage: Stage, ask: Ask) -> None:
    """Let a reviewer ask back about an entry as it stands."""
    scope = f"farm:{stage.farms[ask.farm]}"
    phone = stage.phones[ask.phone]
    heads: list[Json] = [*sorted(stage.made[ask.doc])]
    said: Mapping[str, Json] = {"of": ask.doc, "decision": "asked", "heads": heads}
    phone.write(scope, f"review:{ask.uuid}", stage.time, said, {"comment": ask.comment})
    phone.sync(stage.time)
