"""The read-only snapshot that a device keeps beside its logs: names and lists, no more than it may see.

A household sees its own farm and people, and the names of those who help it; a helper the farms that he
helps; staff their organisation's. Of other organisations nobody sees more than the commune's name. A device
that waits sees its own name and lists.
Source: DESIGN §2, §3 "Who signs".
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.people import Farm, Help, Membership, Organisation, Product
from server.services import lists, training_snapshot
from server.services.viewing import make_current
from server.store import books, consents, devices, label_book, log, own_products, people
from server.store.demo_mark import is_demo
from server.store.devices import Writer
from server.store.people import Member
from sync import ids
from sync.lists_wire import label_use_to_wire
from sync.rights import HELPERS, HOUSEHOLD, OPERATOR, SENSOR
from sync.values import Json, write_text


@dataclass(frozen=True)
class Snapshot:
    """The JSON text of the snapshot and its tag, which changes when the text does."""

    text: str
    tag: str


def snapshot(who: Writer, scopes: dict[str, bool], now: int) -> Snapshot:
    """Return what the device may see of people and lists."""
    with reading() as session:
        scopes_told = training_snapshot.scopes_for(session, who)
    make_current(sorted({f"org:{who.organisation}", *scopes_told}))
    with reading() as session:
        return tagged_snapshot(_collect(session, who, scopes, now))


def tagged_snapshot(told: dict[str, Json]) -> Snapshot:
    """Return a snapshot with its tag."""
    text = write_text(told)
    return Snapshot(text, ids.b64_encode(hashlib.sha256(text.encode("utf-8")).digest()[:16]))


def _collect(session: Session, who: Writer, scopes: dict[str, bool], now: int) -> dict[str, Json]:
    members = _members(session, who, scopes, now)
    me = people.member(session, who.membership)
    farms = {m.farm.id: m.farm for m in members if m.farm is not None}
    for scope in scopes:
        kind, uuid = ids.split_ref(scope)
        if kind == "farm" and uuid not in farms:
            farms |= {farm.id: farm for farm in people.farms_of(session, who.organisation) if farm.id == uuid}
    persons = {m.person.id: m.person for m in ([me] if me else []) + members}
    known = {who.organisation, *(farm.organisation for farm in farms.values())}
    organisations = [one for one in people.organisations(session) if one.id in known or one.kind == "commune"]
    return {
        "origin": log.origin(session),
        "epoch": log.epoch(session),
        "demo": is_demo(session),
        "me": {
            "device": who.device,
            "membership": who.membership,
            "person": who.person,
            "role": who.role,
            "organisation": who.organisation,
            "farm": who.farm,
            "state": who.state,
            "copied": who.copied,
            "name": "" if me is None else me.person.name,
        },
        "organisations": [_organisation(one) for one in organisations],
        "farms": [_farm(one) for one in sorted(farms.values(), key=lambda farm: (farm.code, farm.id))],
        "persons": [{"id": one.id, "name": one.name} for _, one in sorted(persons.items())],
        "memberships": [_membership(m.membership) for m in sorted(members, key=lambda m: m.membership.id)],
        "keys": _keys(session, who, scopes),
        "products": [_product(one) for one in people.products(session)],
        "own_products": _own_products(session, who, scopes),
        "consents": [dict(one) for one in consents.asked()],
        "given_consents": _given(session, who, [one.id for one in persons.values()]),
        "lists": lists.summary(session, who.organisation),
        "label_uses": [] if not who.may_act else _label_uses(session, who.organisation),
        "training": training_snapshot.training_for(session, who, now),
        "villages": [{"id": v.id, "name": v.name} for v in people.villages(session)],
    }


def _own_products(session: Session, who: Writer, scopes: dict[str, bool]) -> list[Json]:
    """Return what the cooperative's lots are of, for devices that read its log."""
    if f"org:{who.organisation}" not in scopes:
        return []
    found = own_products.of_organisation(session, who.organisation)
    return [{"id": one.id, "name_vi": one.name_vi, "name_en": one.name_en} for one in found]


def _members(session: Session, who: Writer, scopes: dict[str, bool], now: int) -> list[Member]:
    """Return the members of the farms that the device reads and, for staff, the organisation's staff."""
    if not scopes:
        me = people.member(session, who.membership)
        return [me] if me is not None else []
    in_force = (
        Membership.valid_from <= now,
        (Membership.valid_until.is_(None)) | (Membership.valid_until > now),
    )
    mine: ColumnElement[bool] = Membership.organisation == who.organisation
    farms = [ids.split_ref(scope)[1] for scope in scopes if scope.startswith("farm:")]
    if who.role in HOUSEHOLD or who.role in HELPERS:
        # Who recorded for a household is named to it: what is written for others bears the writer's name.
        helpers = select(Help.membership).where(Help.farm.in_(farms))
        visible: ColumnElement[bool] = (Membership.role != SENSOR) & (
            Membership.farm.in_(farms) | (Membership.id == who.membership) | Membership.id.in_(helpers)
        )
        mine |= Membership.id.in_(helpers)  # an extension officer may be the commune's
    else:
        visible = Membership.role.not_in((OPERATOR, SENSOR))
    # In a farm that moved, people go on with the membership that the organisation before gave them.
    return people.members_where(session, mine | Membership.farm.in_(farms), visible, *in_force)


def _keys(session: Session, who: Writer, scopes: dict[str, bool]) -> dict[str, Json]:
    """Return the keys of the devices that write, or wrote, in the books that this device reads.

    With them a phone checks the others' signatures, and can give a restored server the ops that it lost.
    """
    if not scopes:
        return {}
    farms = [ids.split_ref(scope)[1] for scope in scopes if scope.startswith("farm:")]
    kept = books.organisations_of(session, [f"farm:{farm}" for farm in farms])
    found: dict[str, Json] = {}
    for one in sorted(kept | {who.organisation}):
        found |= dict(devices.keys_of_writers(session, one, farms))
    return found


def _given(session: Session, who: Writer, persons: list[str]) -> list[Json]:
    """Return what these people agreed to; a household learns of nobody but its own person."""
    own = who.role in HOUSEHOLD or not who.may_act
    seen = [who.person] if own else persons
    return [consents.consent_row(one) for one in consents.of_persons(session, seen)]


def _label_uses(session: Session, organisation: str) -> list[Json]:
    """Return the organisation's label book: what labels say, and nothing of who confirmed it."""
    return [label_use_to_wire(one) for one in label_book.label_uses(session, f"org:{organisation}")]


def _product(one: Product) -> dict[str, Json]:
    details = json.loads(one.details) if one.details else {}
    return {"code": one.code, "sector": one.sector, "name": {"vi": one.name_vi, "en": one.name_en}, **details}


def _organisation(one: Organisation) -> dict[str, Json]:
    return {"id": one.id, "kind": one.kind, "name": one.name, "parent": one.parent}


def _farm(one: Farm) -> dict[str, Json]:
    return {
        "id": one.id,
        "organisation": one.organisation,
        "village": one.village,
        "code": one.code,
        "name": one.name,
        "demo": one.demo,
    }


def _membership(one: Membership) -> dict[str, Json]:
    return {"id": one.id, "person": one.person, "farm": one.farm, "role": one.role}
